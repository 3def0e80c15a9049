#include "infer/text_encoder.h"

#include <algorithm>

#include "base/error.h"
#include "model/verify.h"

namespace heed::infer {
namespace {

constexpr size_t kMaxLineBytes = size_t{1} << 20;

}  // namespace

TextEncoder::TextEncoder(const ModelDirectory& directory)
    : tokenizer_(
          open_tokenizer(directory, directory.config.source_tokenizer, directory.config.source_vocabulary)),
      options_{.form = parse_normalisation(directory.config.normalisation),
               .lowercase = directory.config.lowercase},
      max_length_(directory.config.max_length) {}

std::vector<int32_t> TextEncoder::encode(const std::string& line) const {
  if (line.size() > kMaxLineBytes) {
    throw Error(ErrorCode::too_large, "text: expected at most " + std::to_string(kMaxLineBytes) +
                                          " bytes, found " + std::to_string(line.size()) +
                                          "; split it into sentences");
  }
  std::vector<int32_t> ids = tokenizer_.encode(normalise(line, options_));
  ids.resize(std::min(ids.size(), static_cast<size_t>(max_length_ - 1)));
  return ids;
}

std::vector<std::string> TextEncoder::pieces(std::span<const int32_t> ids) const {
  std::vector<std::string> pieces = tokenizer_.pieces(ids);
  pieces.push_back(tokenizer_.piece(Tokenizer::kEnd));
  return pieces;
}

void check_ids(std::span<const int32_t> ids, int64_t vocabulary, const std::string& what) {
  for (const int32_t id : ids) {
    if (id >= 0 && id < vocabulary) continue;
    throw Error(ErrorCode::invalid_argument, what + ": expected token ids from 0 to " +
                                                 std::to_string(vocabulary - 1) + ", found " +
                                                 std::to_string(id));
  }
}

}  // namespace heed::infer
