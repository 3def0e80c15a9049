#include "data/gzip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "data/table.h"
#include "files.h"

namespace heed::data {
namespace {

std::string gzip(std::string_view content) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string bytes(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(stream.total_out);
  deflateEnd(&stream);
  return bytes;
}

TEST(Gzip, members_one_after_another_are_one_content) {
  EXPECT_EQ(gunzip(gzip("你好 ") + gzip("world"), 100, "a.gz"), "你好 world");
}

TEST(Gzip, a_file_cut_anywhere_is_refused) {
  const std::string bytes = gzip("some text, long enough to be cut in many places");
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string message = error_of(
        ErrorCode::corrupt_data, [&] { gunzip(std::string_view(bytes).substr(0, size), 1000, "a.gz"); });
    EXPECT_THAT(message, testing::HasSubstr("a.gz: expected gzip data")) << size;
  }
}

TEST(Gzip, damage_is_refused_by_its_checksum) {
  std::string bytes = gzip("some text");
  bytes[bytes.size() - 6] ^= 1;
  EXPECT_THAT(error_of(ErrorCode::corrupt_data, [&] { gunzip(bytes, 1000, "a.gz"); }),
              testing::HasSubstr("incorrect data check"));
}

TEST(Gzip, output_is_bounded) {
  const std::string bomb = gzip(std::string(10 << 20, 'x'));
  EXPECT_LT(bomb.size(), 20000u);
  EXPECT_THAT(error_of(ErrorCode::too_large, [&] { gunzip(bomb, 1 << 20, "bomb.gz"); }),
              testing::HasSubstr("bomb.gz: expected at most 1048576 bytes after decompression"));
}

TEST(Gzip, tables_are_read_through_it) {
  const TemporaryFolder folder;
  const Table table = read_table(folder.write("a.csv.gz", gzip("text,label\n你好,x\n")));
  EXPECT_EQ(table.rows[0].fields[0], "你好");
}

}  // namespace
}  // namespace heed::data
