#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

struct TokenizerOptions {
  int64_t vocabulary = 8000;           // pieces, the three below included
  std::string algorithm = "unigram";   // or "bpe"
  double character_coverage = 0.9995;  // share of characters with a piece; those of ASCII always have one
  uint64_t seed = 1;                   // which lines are sampled where there are more than max_lines
  int64_t max_lines = 2000000;
};

// A SentencePiece model: text <-> token ids. Thread-safe once made; copies share it. Text is normalised by
// the caller (text/normalise.h); SentencePiece runs with its identity rule, so that training and serving
// cannot differ.
class Tokenizer {
 public:
  static constexpr int32_t kUnknown = 0;
  static constexpr int32_t kBegin = 1;  // <s>
  static constexpr int32_t kEnd = 2;    // </s>

  // None: good for nothing but being assigned to.
  Tokenizer() = default;

  // Learns pieces from `lines`, in process; the same bytes for the same lines and options, whatever the
  // machine's cores. Where the text is too small for the wanted vocabulary the largest possible one is made
  // (with a warning in the log). Lines longer than SentencePiece takes are cut. Throws invalid_argument on no
  // text, on an unknown algorithm (names the nearest), and on a vocabulary too small for the characters of
  // the text.
  static Tokenizer train(const std::vector<std::string>& lines, const TokenizerOptions& options);

  // From the bytes of a .model file; `where` names it in messages. Throws corrupt_data, whatever the bytes.
  static Tokenizer from_bytes(std::string bytes, const std::string& where);

  // Ids without <s> and </s>. Broken UTF-8 must not reach here (normalise first).
  std::vector<int32_t> encode(std::string_view text) const;
  // The same as text; an unknown stretch is "<unk>".
  std::vector<std::string> pieces(std::string_view text) const;
  // <s> and </s> give no text; an unknown piece gives " ⁇ ". Throws invalid_argument on an id outside [0,
  // size()).
  std::string decode(std::span<const int32_t> ids) const;
  std::string piece(int32_t id) const;
  std::vector<std::string> pieces(std::span<const int32_t> ids) const;

  int64_t size() const;
  const std::string& bytes() const;  // what a .model file holds

 private:
  struct Impl;
  explicit Tokenizer(std::shared_ptr<const Impl> impl);
  void check_id(int32_t id) const;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace heed
