#include "search/index_file.h"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/files.h"
#include "base/random.h"
#include "base/temporary_folder.h"
#include "search/bank.h"
#include "search/index.h"

namespace heed::search {
namespace {

class IndexFile : public testing::Test {
 protected:
  IndexFile() {
    write_bank(path_);
    bytes_ = read_file(path_);
  }

  // What opening these bytes says; "" where it does not refuse them.
  std::string refusal(const std::string& bytes) {
    write_plainly(bytes);
    try {
      Index::open(path_);
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::corrupt_data || error.code() == ErrorCode::unsupported)
          << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      EXPECT_TRUE(std::string(error.what()).starts_with(path_.string()));
      return error.what();
    }
    return "";
  }

  // Thousands of times: without waiting for the disk.
  void write_plainly(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  // A database that anyone could make, with our seal.
  static std::string sealed_database(const char* sql) {
    MemoryDatabase database = MemoryDatabase::copy({}, "made");
    database.run(sql);
    return sealed(database.bytes());
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "bank.sqlite";
  std::string bytes_;
};

TEST_F(IndexFile, a_cut_file_is_refused_at_every_length) {
  EXPECT_EQ(refusal(bytes_), "");
  for (size_t length = 0; length < bytes_.size(); length += length < 200 ? 1 : 997)
    EXPECT_NE(refusal(bytes_.substr(0, length)), "") << length;
  EXPECT_NE(refusal(bytes_.substr(0, bytes_.size() - 1)), "");
  EXPECT_NE(refusal(bytes_ + std::string(4096, '\0')), "");
}

TEST_F(IndexFile, a_flipped_bit_anywhere_is_refused) {
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const size_t place = i < 100 ? static_cast<size_t>(i) : random.below(bytes_.size());
    std::string changed = bytes_;
    changed[place] = static_cast<char>(changed[place] ^ (1 << random.below(8)));
    EXPECT_NE(refusal(changed), "") << "byte " << place;
  }
}

TEST_F(IndexFile, other_files_are_refused_for_what_they_are) {
  EXPECT_THAT(refusal(""), testing::HasSubstr("an empty file"));
  EXPECT_THAT(refusal(std::string(5000, 'x')), testing::HasSubstr("another kind of file"));
  MemoryDatabase database = MemoryDatabase::copy({}, "other");
  database.run("CREATE TABLE events(id)");
  EXPECT_THAT(refusal(std::string(database.bytes())), testing::HasSubstr("another program"));
  std::filesystem::remove(path_);
  expect_error(ErrorCode::not_found, {"bank.sqlite"}, [&] { Index::open(path_); });
  expect_error(ErrorCode::invalid_argument, {}, [&] { IndexWriter(folder_.path()); });
}

TEST_F(IndexFile, a_sealed_file_of_other_tables_is_refused) {
  EXPECT_THAT(refusal(sealed_database("CREATE TABLE passages(number)")), testing::HasSubstr("other tables"));
  EXPECT_THAT(refusal(sealed_database("CREATE VIEW passages AS SELECT 1")),
              testing::HasSubstr("other tables"));
}

// What no accident does: bytes changed and the checksum made good. Reading may find anything but a crash.
TEST_F(IndexFile, a_forged_file_is_answered_or_refused) {
  Random random(11);
  int answered = 0, refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string changed = bytes_;
    for (uint64_t flips = 1 + random.below(8); flips > 0; --flips)
      changed[random.below(changed.size())] = static_cast<char>(random.below(256));
    write_plainly(sealed(changed));
    try {
      const Index index = Index::open(path_);
      for (const Hit& hit : index.find("lost card 转账")) index.get(hit.id);
      index.ids();
      ++answered;
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::io) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(answered, 0);
  EXPECT_GT(refused, 0);
}

TEST_F(IndexFile, another_version_is_told_apart) {
  bytes_[71] = '2';
  EXPECT_THAT(refusal(bytes_), testing::HasSubstr("another version of heed"));
}

}  // namespace
}  // namespace heed::search
