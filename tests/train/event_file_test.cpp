#include "train/event_file.h"

#include <cstring>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/temporary_folder.h"

namespace heed::train {
namespace {

TEST(Crc32c, has_the_published_check_value) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(""), 0U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);  // RFC 3720, B.4
}

TEST(EventFile, records_are_framed_with_masked_checksums) {
  const TemporaryFolder folder;
  {
    EventFile file(folder.path());
    file.add_scalar("valid/loss", 1.5, 7);
  }
  const auto path = std::filesystem::directory_iterator(folder.path())->path();
  const std::string bytes = read_file(path);
  size_t at = 0, records = 0;
  std::string last;
  while (at < bytes.size()) {
    uint64_t length = 0;
    uint32_t length_crc = 0, data_crc = 0;
    ASSERT_LE(at + 12, bytes.size());
    std::memcpy(&length, &bytes[at], 8);
    std::memcpy(&length_crc, &bytes[at + 8], 4);
    EXPECT_EQ(length_crc, masked_crc32c(bytes.substr(at, 8)));
    ASSERT_LE(at + 16 + length, bytes.size());
    last = bytes.substr(at + 12, length);
    std::memcpy(&data_crc, &bytes[at + 12 + length], 4);
    EXPECT_EQ(data_crc, masked_crc32c(last));
    at += 16 + length;
    ++records;
  }
  EXPECT_EQ(records, 2U);  // the file version, then the scalar
  EXPECT_NE(last.find("valid/loss"), std::string::npos);
  const float value = 1.5F;
  EXPECT_NE(last.find(std::string(reinterpret_cast<const char*>(&value), 4)), std::string::npos);
}

}  // namespace
}  // namespace heed::train
