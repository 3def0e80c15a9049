#include "text/fewer_pieces.h"

#include <algorithm>

#include "base/error.h"
#include "text/wire_reader.h"

namespace heed {
namespace {

constexpr int32_t kSpecial = 3;  // <unk>, <s>, </s>

bool is_character(const std::string& piece) {
  return std::ranges::count_if(piece, [](char c) { return (c & 0xC0) != 0x80; }) == 1;
}

void refuse_bpe(std::string_view trainer, const std::string& where) {
  WireReader fields(trainer, where);
  while (fields.next()) {
    if (fields.is(3, WireType::varint) && fields.number() == 2) {
      throw Error(ErrorCode::unsupported,
                  where +
                      ": expected a unigram vocabulary to take pieces out of, found bpe; "
                      "keep all pieces");
    }
  }
}

}  // namespace

std::vector<int32_t> frequent_pieces(const Tokenizer& tokenizer, std::span<const int64_t> counts,
                                     int64_t wanted) {
  std::vector<int32_t> kept, others;
  for (int32_t id = 0; id < tokenizer.size(); ++id) {
    const bool needed = id < kSpecial || (counts[id] > 0 && is_character(tokenizer.piece(id)));
    if (needed) {
      kept.push_back(id);
    } else if (counts[id] > 0) {
      others.push_back(id);
    }
  }
  const auto characters = static_cast<int64_t>(kept.size());
  if (characters > wanted) {
    throw Error(ErrorCode::invalid_argument, "vocabulary: expected at least " + std::to_string(characters) +
                                                 ", the characters of the text, found " +
                                                 std::to_string(wanted));
  }
  std::ranges::stable_sort(others, [&](int32_t a, int32_t b) { return counts[a] > counts[b]; });
  others.resize(std::min<size_t>(others.size(), wanted - characters));
  kept.insert(kept.end(), others.begin(), others.end());
  std::ranges::sort(kept);
  return kept;
}

std::string keep_pieces(const Tokenizer& tokenizer, std::span<const int32_t> ids) {
  const std::string where = "tokenizer";
  std::string bytes;
  WireReader fields(tokenizer.bytes(), where);
  int32_t id = 0;
  while (fields.next()) {
    if (fields.is(2, WireType::bytes)) refuse_bpe(fields.content(), where);
    if (fields.is(1, WireType::bytes) && !std::ranges::binary_search(ids, id++)) continue;
    bytes += fields.whole();
  }
  return bytes;
}

}  // namespace heed
