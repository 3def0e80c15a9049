#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "data/readers.h"
#include "files.h"

namespace heed::data {
namespace {

using Fields = std::vector<std::string>;
using Messages = std::vector<std::pair<std::string, std::string>>;

void append_number(std::string& bytes, size_t value, bool big_endian) {
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> 8 * (big_endian ? 3 - i : i));
}

// A catalogue as msgfmt lays it out, without a hash table.
std::string make_catalogue(const Messages& messages, bool big_endian = false) {
  std::string head, tables[2], strings;
  const size_t count = messages.size();
  for (const size_t value :
       {size_t{0x950412de}, size_t{0}, count, size_t{28}, 28 + 8 * count, size_t{0}, size_t{0}}) {
    append_number(head, value, big_endian);
  }
  const size_t strings_at = head.size() + 16 * count;
  for (int side = 0; side < 2; ++side) {
    for (const auto& [source, target] : messages) {
      const std::string& text = side == 0 ? source : target;
      append_number(tables[side], text.size(), big_endian);
      append_number(tables[side], strings_at + strings.size(), big_endian);
      strings += text + '\0';
    }
  }
  return head + tables[0] + tables[1] + strings;
}

const Messages& messages() {
  static const Messages kMessages = {
      {"", "Content-Type: text/plain; charset=UTF-8\n"},
      {"Open", ""},
      {std::string("button|ok\x04") + "_OK", "确定(_O)"},
      {std::string("%d file\0%d files", 16), std::string("%d 个文件\0%d 个文件们", 27)},
      {"~Update", "~更新"}};
  return kMessages;
}

class MoReader : public testing::TestWithParam<bool> {};

TEST_P(MoReader, gives_sources_targets_and_contexts) {
  const Table table = read_mo(make_catalogue(messages(), GetParam()), "a.mo", {});
  EXPECT_THAT(table.columns, testing::ElementsAre("source", "target", "context"));
  ASSERT_EQ(table.rows.size(), 3u) << "without the header and the untranslated one";
  EXPECT_EQ(table.rows[0].fields, (Fields{"_OK", "确定(_O)", "button|ok"}));
  EXPECT_EQ(table.rows[1].fields, (Fields{"%d file", "%d 个文件", ""}));
  EXPECT_EQ(table.rows[2].fields, (Fields{"~Update", "~更新", ""}));
  EXPECT_EQ(table.where(table.rows[2]), "a.mo:5");
}

INSTANTIATE_TEST_SUITE_P(Endianness, MoReader, testing::Bool(),
                         [](const auto& info) { return info.param ? "big" : "little"; });

std::string refusal(const std::string& bytes) {
  return error_of(ErrorCode::corrupt_data, [&] { read_mo(bytes, "a.mo", {}); });
}

TEST(MoFile, other_bytes_are_refused) {
  EXPECT_THAT(refusal("text"), testing::HasSubstr("at least the 28 bytes"));
  EXPECT_THAT(refusal(std::string(40, 'x')), testing::HasSubstr("expected a gettext .mo file"));
}

TEST(MoFile, a_count_larger_than_the_file_is_refused_before_anything_is_read) {
  std::string bytes = make_catalogue(messages());
  bytes[11] = '\x7F';
  EXPECT_THAT(refusal(bytes), testing::HasSubstr("in the file"));
}

TEST(MoFile, another_encoding_is_refused) {
  EXPECT_THAT(refusal(make_catalogue({{"a", "\xC4\xE3"}})),
              testing::HasSubstr("expected UTF-8 in message 1"));
}

TEST(MoFile, cut_or_damaged_catalogues_never_read_outside) {
  const std::string good = make_catalogue(messages());
  Random random(5);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = good;
    if (round % 3 == 0) bytes.resize(random.below(bytes.size()));
    for (int i = 0; i < 3 && !bytes.empty(); ++i)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    // Exactly as large as the content, so that a read past its end is seen by the address sanitizer.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    try {
      read_mo({exact.data(), exact.size()}, "a.mo", {});
    } catch (const Error& error) {
      ++refused;
      EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace heed::data
