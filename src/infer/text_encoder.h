#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/model_directory.h"
#include "text/normalise.h"
#include "text/tokenizer.h"

namespace heed::infer {

// A stretch of a line that a model can take whole.
struct TextPart {
  std::vector<int32_t> ids;  // without </s>, at most max_length - 1
  bool spaced = false;       // white space stands between it and the part before
};

// How lines become the token ids of a model, as in training: normalised, cut into pieces, cut to the model's
// length.
class TextEncoder {
 public:
  enum class Side { source, target };
  explicit TextEncoder(const ModelDirectory& directory, Side side = Side::source);

  // Without </s>, at most max_length - 1. Throws too_large where the line has more than 1 MiB, before any
  // work on it.
  std::vector<int32_t> encode(const std::string& line) const;

  // The same of a line of any length up to 1 MiB: where it is longer than the model takes, its sentences, and
  // of a sentence that is longer still, runs of words. One part, which may be empty, where the line fits.
  std::vector<TextPart> encode_parts(const std::string& line) const;

  // The pieces of such ids, then "</s>".
  std::vector<std::string> pieces(std::span<const int32_t> ids) const;

  const Tokenizer& tokenizer() const { return tokenizer_; }

 private:
  std::vector<int32_t> encode_whole(const std::string& line) const;
  void cut(std::span<const int32_t> ids, bool spaced, std::vector<TextPart>& parts) const;

  Tokenizer tokenizer_;
  NormaliseOptions options_;
  int64_t max_length_;
};

// Throws invalid_argument naming the first id that is not in [0, vocabulary).
void check_ids(std::span<const int32_t> ids, int64_t vocabulary, const std::string& what);

}  // namespace heed::infer
