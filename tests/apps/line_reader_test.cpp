#include "apps/line_reader.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"

using namespace heed;
using apps::LineReader;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class LineReaderTest : public testing::Test {
 protected:
  LineReaderTest() {
    std::string name = (std::filesystem::temp_directory_path() / "heed-lines-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~LineReaderTest() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& content) {
    const std::filesystem::path path = folder_ / "in.txt";
    write_file_atomically(path, content);
    return path.string();
  }

  void expect_error(const std::string& content, ErrorCode code, const std::string& text) {
    try {
      LineReader reader(file(content), 1000);
      while (!reader.next(10).empty()) {
      }
      FAIL() << "expected an error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_THAT(error.what(), HasSubstr(text));
    }
  }

  std::filesystem::path folder_;
};

}  // namespace

TEST_F(LineReaderTest, gives_all_lines_in_order_whatever_the_chunk) {
  const std::string path = file("one\n\n三\r\nfour");
  for (const size_t most : {1, 2, 3, 100}) {
    LineReader reader(path);
    std::vector<std::string> lines;
    for (auto chunk = reader.next(most); !chunk.empty(); chunk = reader.next(most)) {
      EXPECT_LE(chunk.size(), most);
      lines.insert(lines.end(), chunk.begin(), chunk.end());
    }
    EXPECT_THAT(lines, ElementsAre("one", "", "三", "four"));
  }
}

TEST_F(LineReaderTest, reads_more_than_one_block) {
  std::string content;
  for (int i = 0; i < 50000; ++i) content += "line " + std::to_string(i) + "\n";
  LineReader reader(file(content));
  std::string joined;
  for (auto chunk = reader.next(256); !chunk.empty(); chunk = reader.next(256)) {
    for (const std::string& line : chunk) joined += line + "\n";
  }
  EXPECT_TRUE(joined == content);
}

TEST_F(LineReaderTest, an_empty_file_is_an_error_that_names_it) {
  expect_error("", ErrorCode::corrupt_data, "in.txt:1: expected at least one line, found an empty file");
}

TEST_F(LineReaderTest, answers_before_the_writer_of_a_pipe_has_finished) {
  const std::string path = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  FILE* keep = std::fopen(path.c_str(), "r+");  // a writer that stays
  LineReader reader(path);
  std::fputs("first\nsecond\nunfinished", keep);
  std::fflush(keep);
  EXPECT_THAT(reader.next(256), ElementsAre("first", "second"));
  std::fputs(" third\n", keep);
  std::fflush(keep);
  EXPECT_THAT(reader.next(256), ElementsAre("unfinished third"));
  std::fclose(keep);
  EXPECT_THAT(reader.next(256), IsEmpty());
}

TEST_F(LineReaderTest, refuses_broken_text_with_its_place) {
  expect_error("good\nbad \xff\n", ErrorCode::corrupt_data,
               "in.txt:2: expected UTF-8, found a broken sequence at byte 4");
  expect_error(std::string("a\0b\n", 4), ErrorCode::corrupt_data,
               "in.txt:1: expected text, found a NUL byte at offset 1");
  expect_error("ok\n" + std::string(300000, 'x'), ErrorCode::too_large,
               "in.txt:2: expected a line of at most 1000 bytes");
}

TEST_F(LineReaderTest, names_a_file_that_is_not_there) {
  try {
    LineReader reader("/nowhere/at/all");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/at/all"));
  }
}
