#include "base/files.h"

#include <csignal>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

TEST(Files, round_trip_every_byte) {
  const TemporaryFolder folder;
  std::string bytes;
  for (int i = 0; i < 70000; ++i) bytes += static_cast<char>(i);
  write_file_atomically(folder / "a", bytes);
  EXPECT_EQ(read_file(folder / "a"), bytes);
  EXPECT_EQ(MappedFile(folder / "a").bytes(), bytes);
}

TEST(Files, an_empty_file_is_an_empty_view) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "empty", "");
  EXPECT_EQ(read_file(folder / "empty"), "");
  EXPECT_EQ(MappedFile(folder / "empty").bytes(), "");
}

TEST(Files, a_missing_file_is_not_found_and_named) {
  const TemporaryFolder folder;
  expect_error(ErrorCode::not_found, {"nowhere", "No such file", "check the name"},
               [&] { read_file(folder / "nowhere"); });
  expect_error(ErrorCode::invalid_argument, {"expected a file, found a folder"},
               [&] { read_file(folder.path()); });
}

TEST(Files, a_file_over_the_limit_is_refused_before_reading) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "big", std::string(100, 'x'));
  expect_error(ErrorCode::too_large, {"at most 99", "found 100"}, [&] { read_file(folder / "big", 99); });
}

TEST(Files, whether_a_file_can_be_written_is_known_before_and_leaves_nothing) {
  const TemporaryFolder folder;
  check_can_write(folder / "new");
  EXPECT_TRUE(fs::is_empty(folder.path()));
  expect_error(ErrorCode::not_found, {"none/new", "make its folder first"},
               [&] { check_can_write(folder / "none/new"); });
  expect_error(ErrorCode::invalid_argument, {"found a folder"}, [&] { check_can_write(folder.path()); });
}

TEST(AtomicFile, follows_a_link_and_leaves_it_one) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", "old");
  fs::create_symlink("a", folder / "link");
  write_file_atomically(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_file(folder / "a"), "new");
}

TEST(AtomicFile, writes_to_a_pipe_and_leaves_it_one) {
  const TemporaryFolder folder;
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  write_file_atomically(pipe, "through");
  char text[8] = {};
  EXPECT_EQ(::read(reader, text, sizeof text), 7);
  ::close(reader);
  EXPECT_STREQ(text, "through");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(AtomicFile, without_commit_leaves_the_old_content_and_no_rest) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", "old");
  {
    AtomicFile file(folder / "a");
    file.write("half of the new");
  }
  EXPECT_EQ(read_file(folder / "a"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

// A limit on file size fails a write as a full disk does.
TEST(AtomicFile, a_failed_write_keeps_what_was_there) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", "old");
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  expect_error(ErrorCode::io, {"cannot write", "what was there before is kept"},
               [&] { write_file_atomically(folder / "a", std::string(100000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(read_file(folder / "a"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(Symlink, is_replaced_in_one_step) {
  const TemporaryFolder folder;
  replace_symlink(folder / "current", "1");
  replace_symlink(folder / "current", "2");
  EXPECT_EQ(fs::read_symlink(folder / "current"), "2");
}

}  // namespace
}  // namespace heed
