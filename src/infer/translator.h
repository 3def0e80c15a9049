#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infer/text_vector.h"
#include "model/model_directory.h"

namespace heed::infer {

struct TranslateOptions {
  int64_t beam = 4;   // 1 is greedy
  int64_t nbest = 1;  // at most beam
  double length_penalty =
      1.0;                 // score = log probability / ((5 + length) / 6)^penalty (arXiv:1609.08144 eq. 14)
  int64_t max_length = 0;  // in tokens; 0: 2 * source + 10, at most the model's
  bool alignment = false;  // fill Translation::alignment
  int64_t batch = 64;      // sentences decoded together; a finished one's place goes to the next
  std::vector<std::string> forbidden = {};  // pieces of the target's tokenizer that no translation has
  bool shortlist = false;  // choose among the model's shortlist for each line (shortlist.h): faster, and the
                           // translation may be another; throws not_found where the model has none
  bool split = true;       // a line longer than the model takes at the ends of its sentences; else refuse it

  bool operator==(const TranslateOptions&) const = default;
};

// How many tokens a translation has at most where TranslateOptions::max_length is 0.
int64_t default_translation_length(int64_t source, int64_t model_length);

// Throws invalid_argument naming the option that is out of range. The engine calls it at its entrance.
void check_options(const TranslateOptions& options);

struct Translation {
  std::string text;
  double score = 0.0;               // as ranked, length-normalised
  std::vector<std::string> pieces;  // target pieces, </s> last when it was produced
  // alignment[t][s]: share of target piece t's cross-attention, averaged over the last decoder layer's heads,
  // on source piece s.
  std::vector<std::vector<float>> alignment;
};

struct TranslationResult {
  std::vector<std::string> source_pieces;  // </s> last, and behind each part of a line that was split
  std::vector<Translation> best;           // nbest, best first
};

// A translation model ready to answer. Thread-safe for concurrent calls; each call runs on the calling
// thread.
class Translator {
 public:
  // Copies what it needs of the directory. Throws invalid_argument where the model cannot translate.
  explicit Translator(const ModelDirectory& directory);
  ~Translator();
  Translator(Translator&&) noexcept;

  // One result a line, in order. Empty lines give an empty translation. Results do not depend on what else is
  // in `lines`. `prefixes`, where there are any, are one a line: what its translations begin with. The k-th
  // best of a line that was split is made of the k-th best of its parts, its score their mean. Throws
  // too_large where a line has more than 1 MiB, or more tokens than the model takes and options.split is
  // false.
  std::vector<TranslationResult> translate(std::span<const std::string> lines,
                                           const TranslateOptions& options,
                                           std::span<const std::string> prefixes = {}) const;

  // What the encoder makes of each text, in order; a text longer than the model takes loses its tail.
  std::vector<TextVector> embed(std::span<const std::string> texts, const EmbedOptions& options = {}) const;

  // Logits [T, V] of the target ids given the source ids (no <s>/</s> in either: they are added as in
  // training, so T = target + 1).
  std::vector<float> logits(std::span<const int32_t> source, std::span<const int32_t> target) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed::infer
