#include "text/piece_model_check.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <unordered_set>

#include "base/error.h"
#include "text/normalise.h"

namespace heed {
namespace {

enum class WireType { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

// One message of the protocol-buffer wire format, field by field.
class WireReader {
 public:
  WireReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  // Moves to the next field; false at the end.
  bool next() {
    if (bytes_.empty()) return false;
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
    return true;
  }

  bool is(uint64_t field, WireType type) const { return field_ == field && wire_type_ == type; }
  uint64_t number() const { return number_; }
  std::string_view content() const { return content_; }

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
  std::string_view content_;
};

// The text of the piece.
std::string_view check_piece(std::string_view message, const std::string& where) {
  std::string_view name;
  WireReader fields(message, where);
  while (fields.next()) {
    if (fields.is(1, WireType::bytes)) {
      const std::string_view text = fields.content();
      if (text.empty() || text.find('\0') != text.npos || find_invalid_utf8(text) != text.npos) {
        fields.fail("each piece to be UTF-8 text", "one that is empty or broken");
      }
      name = text;
    } else if (fields.is(2, WireType::fixed32)) {
      float score = 0;
      std::memcpy(&score, fields.content().data(), sizeof score);
      if (!std::isfinite(score)) fields.fail("finite scores", "one that is not");
    }
  }
  if (name.empty()) fields.fail("each piece to be UTF-8 text", "one without text");
  return name;
}

void check_algorithm(std::string_view message, const std::string& where) {
  WireReader fields(message, where);
  while (fields.next()) {
    if (fields.is(3, WireType::varint) && fields.number() != 1 && fields.number() != 2) {
      fields.fail("algorithm 1 (unigram) or 2 (bpe)", std::to_string(fields.number()));
    }
  }
}

void check_no_character_map(std::string_view message, const std::string& where) {
  WireReader fields(message, where);
  while (fields.next()) {
    if (fields.is(2, WireType::bytes) && !fields.content().empty()) {
      fields.fail("the identity normalisation", "a compiled character map");
    }
  }
}

}  // namespace

void check_piece_model(std::string_view bytes, const std::string& where) {
  std::unordered_set<std::string_view> pieces;
  WireReader fields(bytes, where);
  while (fields.next()) {
    if (fields.is(1, WireType::bytes)) {
      if (!pieces.insert(check_piece(fields.content(), where)).second) {
        fields.fail("pieces that differ", "one of them twice");
      }
    }
    if (fields.is(2, WireType::bytes)) check_algorithm(fields.content(), where);
    if (fields.is(3, WireType::bytes) || fields.is(5, WireType::bytes)) {
      check_no_character_map(fields.content(), where);
    }
  }
  if (pieces.size() < 3) fields.fail("at least 3 pieces", std::to_string(pieces.size()));
}

}  // namespace heed
