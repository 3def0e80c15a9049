#include <bit>
#include <cstring>

#include "data/place.h"
#include "data/readers.h"
#include "data/table_builder.h"
#include "text/normalise.h"

namespace heed::data {
namespace {

// The binary catalogue of gettext ("The Format of GNU MO Files" in its manual), in either byte order. Nothing
// is taken from an offset or a length that was not checked against the file's size.
class Catalogue {
 public:
  Catalogue(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {
    constexpr uint32_t kMagic = 0x950412de;
    if (bytes_.size() < 28) fail("at least the 28 bytes of its head", std::to_string(bytes_.size()));
    if (number(0) != kMagic) swapped_ = true;
    if (number(0) != kMagic) fail("a gettext .mo file", "other bytes at its start");
    if (const uint32_t major = number(4) >> 16; major > 1) fail("format 0 or 1", std::to_string(major));
    count_ = number(8);
    check_range(number(12), uint64_t{count_} * 8);
    check_range(number(16), uint64_t{count_} * 8);
  }

  uint32_t count() const { return count_; }
  std::string_view original(uint32_t i) const { return string(number(12), i); }
  std::string_view translation(uint32_t i) const { return string(number(16), i); }

 private:
  [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
    throw Error(ErrorCode::corrupt_data, file_ + ": expected " + expected + ", found " + found +
                                             "; build the catalogue again with msgfmt");
  }

  void check_range(uint64_t offset, uint64_t size) const {
    if (offset + size > bytes_.size()) {
      fail("bytes " + std::to_string(offset) + " to " + std::to_string(offset + size),
           "only " + std::to_string(bytes_.size()) + " in the file");
    }
  }

  uint32_t number(size_t offset) const {
    uint32_t value;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    const bool little_file = !swapped_;
    return little_file == (std::endian::native == std::endian::little) ? value : __builtin_bswap32(value);
  }

  std::string_view string(uint64_t table, uint32_t i) const {
    const uint64_t entry = table + uint64_t{i} * 8;
    const uint32_t length = number(entry), offset = number(entry + 4);
    check_range(offset, length);
    return bytes_.substr(offset, length);
  }

  std::string_view bytes_;
  const std::string& file_;
  bool swapped_ = false;
  uint32_t count_ = 0;
};

std::string checked_text(std::string_view text, const std::string& file, int64_t number) {
  if (find_invalid_utf8(text) != text.npos) {
    fail_at(file, number,
            "expected UTF-8 in message " + std::to_string(number) + ", found " + shown(text) +
                "; convert the catalogue with msgconv --to-code=UTF-8");
  }
  return std::string(text);
}

// The first of several plural forms, which a NUL byte separates.
std::string_view first_form(std::string_view forms) { return forms.substr(0, forms.find('\0')); }

}  // namespace

Table read_mo(std::string_view bytes, const std::string& file, const ReadOptions& options) {
  const Catalogue catalogue(bytes, file);
  TableBuilder table(file, options);
  table.set_columns({"source", "target", "context"}, 1);
  for (uint32_t i = 0; i < catalogue.count(); ++i) {
    constexpr char kAfterContext = '\x04';
    std::string_view source = first_form(catalogue.original(i));
    const std::string_view target = first_form(catalogue.translation(i));
    const size_t mark = source.find(kAfterContext);
    const std::string_view context = mark == source.npos ? "" : source.substr(0, mark);
    if (mark != source.npos) source.remove_prefix(mark + 1);
    if (source.empty() || target.empty()) continue;
    const int64_t line = int64_t{i} + 1;
    table.add({checked_text(source, file, line), checked_text(target, file, line),
               checked_text(context, file, line)},
              line, "");
  }
  return std::move(table).finish();
}

}  // namespace heed::data
