#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/expect_error.h"
#include "base/files.h"
#include "base/temporary_folder.h"
#include "store/followed_file.h"
#include "store/line_stream.h"

// Lines of a pipe, and of a file that grows.
namespace heed::store {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
namespace fs = std::filesystem;

std::vector<std::string> bodies(const std::vector<Message>& messages) {
  std::vector<std::string> texts;
  for (const Message& message : messages) texts.push_back(message.body);
  return texts;
}

void append(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_), 0); }
  ~Pipe() {
    end();
    ::close(ends_[0]);
  }
  void write(const std::string& text) {
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  int reading() const { return ends_[0]; }

 private:
  int ends_[2] = {-1, -1};
};

TEST(LineStream, gives_lines_as_they_come) {
  Pipe pipe;
  const auto stream = stream_lines(pipe.reading(), "pipe");
  EXPECT_THAT(bodies(stream->read(10, milliseconds(0))), ElementsAre());
  pipe.write("one\r\n\n二\nhal");
  EXPECT_THAT(bodies(stream->read(1, milliseconds(1000))), ElementsAre("one"));
  EXPECT_THAT(bodies(stream->read(10, milliseconds(1000))), ElementsAre("二"));
  EXPECT_THAT(bodies(stream->read(10, milliseconds(20))), ElementsAre());
  EXPECT_FALSE(stream->ended());
  pipe.write("f");
  pipe.end();
  EXPECT_THAT(bodies(stream->read(10, milliseconds(1000))), ElementsAre("half"));
  EXPECT_TRUE(stream->ended());
}

TEST(LineStream, cuts_a_line_that_is_too_long_and_goes_on) {
  Pipe pipe;
  const auto stream = stream_lines(pipe.reading(), "pipe", {.max_message_bytes = 10});
  std::thread writer([&] {
    pipe.write(std::string(1 << 20, 'x') + "\n0123456789\n01234567890\n");
    pipe.end();
  });
  std::vector<Message> messages;
  while (!stream->ended()) {
    for (Message& message : stream->read(5, milliseconds(1000))) messages.push_back(std::move(message));
  }
  writer.join();
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].body, "xxxxxxxxxx");
  EXPECT_EQ(messages[0].problem, "expected a line of at most 10 bytes, found 1048576");
  EXPECT_EQ(messages[1].problem, "");
  EXPECT_EQ(messages[1].body, "0123456789");
  EXPECT_EQ(messages[2].problem, "expected a line of at most 10 bytes, found 11");
}

class FollowedFiles : public testing::Test {
 protected:
  std::vector<std::string> read(Stream& stream, bool acknowledge = true) {
    const std::vector<Message> messages = stream.read(100, milliseconds(60));
    if (acknowledge) stream.acknowledge(messages);
    return bodies(messages);
  }
  std::unique_ptr<Stream> follow(bool remembers = false) {
    return follow_file({.path = path_, .position = remembers ? folder_ / "position" : fs::path()});
  }

  TemporaryFolder folder_;
  fs::path path_ = folder_ / "events.jsonl";
};

TEST_F(FollowedFiles, grow_from_nothing) {
  const auto stream = follow();
  EXPECT_THAT(read(*stream), ElementsAre());
  append(path_, "a\nb\npart");
  EXPECT_THAT(read(*stream), ElementsAre("a", "b"));
  EXPECT_THAT(read(*stream), ElementsAre());
  append(path_, "ial\n");
  EXPECT_THAT(read(*stream), ElementsAre("partial"));
  EXPECT_FALSE(stream->ended());
}

TEST_F(FollowedFiles, are_read_to_their_end_when_they_are_rotated_away) {
  append(path_, "a\n");
  const auto stream = follow();
  EXPECT_THAT(read(*stream), ElementsAre("a"));
  append(path_, "b\nlast without its end");
  fs::rename(path_, folder_ / "events.jsonl.1");
  append(path_, "c\n");
  EXPECT_THAT(read(*stream), ElementsAre("b"));
  EXPECT_THAT(read(*stream), ElementsAre("last without its end"));
  EXPECT_THAT(read(*stream), ElementsAre("c"));
  fs::remove(path_);
  EXPECT_THAT(read(*stream), ElementsAre());
  append(path_, "d\n");
  EXPECT_THAT(read(*stream), ElementsAre("d"));
}

TEST_F(FollowedFiles, begin_again_when_they_are_truncated) {
  append(path_, "first line\nsecond\n");
  const auto stream = follow();
  EXPECT_THAT(read(*stream), ElementsAre("first line", "second"));
  fs::resize_file(path_, 0);
  EXPECT_THAT(read(*stream), ElementsAre());
  append(path_, "new\n");
  EXPECT_THAT(read(*stream), ElementsAre("new"));
}

TEST_F(FollowedFiles, give_a_message_the_same_id_each_time) {
  append(path_, "a\na\n");
  const auto once = follow()->read(10, milliseconds(50)), again = follow()->read(10, milliseconds(50));
  ASSERT_EQ(once.size(), 2u);
  EXPECT_EQ(once[0].id, again[0].id);
  EXPECT_EQ(once[1].id, again[1].id);
  EXPECT_NE(once[0].id, once[1].id);
}

TEST_F(FollowedFiles, go_on_behind_what_was_acknowledged) {
  append(path_, "a\nb\nc\n");
  {
    const auto stream = follow(true);
    const auto messages = stream->read(10, milliseconds(50));
    ASSERT_EQ(messages.size(), 3u);
    stream->acknowledge(std::span(messages).subspan(2));  // c before b: b must come again
    stream->acknowledge(std::span(messages).first(1));
  }
  EXPECT_THAT(read(*follow(true)), ElementsAre("b", "c"));
  EXPECT_THAT(read(*follow(true)), ElementsAre());
}

TEST_F(FollowedFiles, are_found_again_under_another_name) {
  append(path_, "a\nb\n");
  {
    const auto stream = follow(true);
    const auto messages = stream->read(1, milliseconds(50));
    stream->acknowledge(messages);
  }
  fs::rename(path_, folder_ / "events.jsonl.1");
  append(path_, "c\n");
  const auto stream = follow(true);
  EXPECT_THAT(read(*stream), ElementsAre("b"));
  EXPECT_THAT(read(*stream), ElementsAre("c"));
  EXPECT_THAT(read(*follow(true)), ElementsAre());
}

TEST_F(FollowedFiles, are_not_taken_for_another_that_has_their_number) {
  append(path_, "a\nb\n");
  EXPECT_THAT(read(*follow(true)), ElementsAre("a", "b"));
  { std::ofstream(path_, std::ios::trunc) << "other\nlines\nof the same file number\n"; }
  EXPECT_THAT(read(*follow(true)), ElementsAre("other", "lines", "of the same file number"));
}

TEST_F(FollowedFiles, refuse_a_broken_position) {
  append(path_, "a\n");
  write_file_atomically(folder_ / "position", "{\"device\": 1}");
  const auto stream = follow(true);
  expect_error(ErrorCode::corrupt_data, {"position", "'inode'"}, [&] { stream->read(1, milliseconds(0)); });
  expect_error(ErrorCode::invalid_argument, {"expected a file, found a folder"},
               [&] { follow_file({.path = folder_.path()})->read(1, milliseconds(0)); });
}

}  // namespace
}  // namespace heed::store
