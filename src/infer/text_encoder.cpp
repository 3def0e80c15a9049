#include "infer/text_encoder.h"

#include <algorithm>

#include "base/error.h"
#include "infer/profile.h"
#include "model/verify.h"
#include "text/sentences.h"

namespace heed::infer {
namespace {

constexpr size_t kMaxLineBytes = size_t{1} << 20;
constexpr std::string_view kWordBegin = "\u2581";  // SentencePiece's mark of a space

}  // namespace

TextEncoder::TextEncoder(const ModelDirectory& directory, Side side)
    : tokenizer_(side == Side::source ? open_tokenizer(directory, directory.config.source_tokenizer,
                                                       directory.config.source_vocabulary)
                                      : open_tokenizer(directory, directory.config.target_tokenizer,
                                                       directory.config.target_vocabulary)),
      options_{.form = parse_normalisation(directory.config.normalisation),
               .lowercase = directory.config.lowercase},
      max_length_(directory.config.max_length) {}

std::vector<int32_t> TextEncoder::encode_whole(const std::string& line) const {
  if (line.size() > kMaxLineBytes) {
    throw Error(ErrorCode::too_large, "text: expected at most " + std::to_string(kMaxLineBytes) +
                                          " bytes, found " + std::to_string(line.size()) +
                                          "; split it into sentences");
  }
  const Timed timed(Operation::text);
  return tokenizer_.encode(normalise(line, options_));
}

std::vector<int32_t> TextEncoder::encode(const std::string& line) const {
  std::vector<int32_t> ids = encode_whole(line);
  ids.resize(std::min(ids.size(), static_cast<size_t>(max_length_ - 1)));
  return ids;
}

std::vector<TextPart> TextEncoder::encode_parts(const std::string& line) const {
  std::vector<int32_t> whole = encode_whole(line);
  std::vector<TextPart> parts;
  if (static_cast<int64_t>(whole.size()) < max_length_) {
    parts.push_back({std::move(whole)});
    return parts;
  }
  bool spaced = false;
  for (const std::string& sentence : split_sentences(line)) {
    const std::vector<int32_t> ids = encode_whole(sentence);
    if (!ids.empty()) cut(ids, spaced, parts);
    spaced = ends_with_space(sentence);
  }
  return parts;
}

// Before the last piece that begins a word, where one does.
void TextEncoder::cut(std::span<const int32_t> ids, bool spaced, std::vector<TextPart>& parts) const {
  const auto most = static_cast<size_t>(max_length_ - 1);
  const auto begins_word = [&](int32_t id) { return tokenizer_.piece(id).starts_with(kWordBegin); };
  while (ids.size() > most) {
    size_t end = most;
    while (end > 0 && !begins_word(ids[end])) --end;
    const bool at_word = end > 0;
    if (!at_word) end = most;
    parts.push_back({{ids.begin(), ids.begin() + static_cast<int64_t>(end)}, spaced});
    ids = ids.subspan(end);
    spaced = at_word;
  }
  parts.push_back({{ids.begin(), ids.end()}, spaced});
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
