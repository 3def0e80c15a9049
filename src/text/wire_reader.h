#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace heed {

enum class WireType { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

// One message of the protocol-buffer wire format, field by field. Throws corrupt_data "WHERE: …" where
// lengths do not fit.
class WireReader {
 public:
  WireReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  // Moves to the next field; false at the end.
  bool next() {
    if (bytes_.empty()) return false;
    const std::string_view rest = bytes_;
    const uint64_t key = read_varint();
    field_ = key >> 3;
    wire_type_ = static_cast<WireType>(key & 7);
    number_ = 0;
    content_ = {};
    switch (wire_type_) {
      case WireType::varint:
        number_ = read_varint();
        break;
      case WireType::fixed64:
        content_ = take(8);
        break;
      case WireType::fixed32:
        content_ = take(4);
        break;
      case WireType::bytes:
        content_ = take(read_varint());
        break;
      default:
        fail("a known wire type", std::to_string(key & 7));
    }
    whole_ = rest.substr(0, rest.size() - bytes_.size());
    return true;
  }

  bool is(uint64_t field, WireType type) const { return field_ == field && wire_type_ == type; }
  uint64_t number() const { return number_; }
  std::string_view content() const { return content_; }
  std::string_view whole() const { return whole_; }  // key and length too

  [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
    throw Error(ErrorCode::corrupt_data, where_ + ": not a SentencePiece model of Heed: expected " +
                                             expected + ", found " + found + "; train the tokenizer again");
  }

 private:
  std::string_view take(uint64_t size) {
    if (size > bytes_.size()) {
      fail("at least " + std::to_string(size) + " more bytes", std::to_string(bytes_.size()));
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  uint64_t read_varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    fail("a number of at most ten bytes", "a longer one");
  }

  std::string_view bytes_;
  const std::string& where_;
  uint64_t field_ = 0;
  uint64_t number_ = 0;
  WireType wire_type_ = WireType::varint;
  std::string_view content_, whole_;
};

}  // namespace heed
