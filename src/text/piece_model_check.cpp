#include "text/piece_model_check.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <unordered_set>

#include "text/normalise.h"
#include "text/wire_reader.h"

namespace heed {
namespace {

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
