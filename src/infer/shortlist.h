#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/model_directory.h"

namespace heed::infer {

// Which target tokens a translation may need, by the tokens of its source: the table of the vocabulary is
// then multiplied by a few hundred tokens of each sentence instead of all. Learned from translations, kept in
// the model directory as assets/shortlist.safetensors (docs/formats.md).
class Shortlist {
 public:
  static constexpr const char* kFile = "shortlist.safetensors";

  // `common` are in every list; translations [source vocabulary] are those of each source token.
  Shortlist(std::vector<int32_t> common, const std::vector<std::vector<int32_t>>& translations);

  // From the bytes of its file; `where` names it. Throws corrupt_data where it does not fit the vocabularies
  // of `config`.
  static Shortlist from_bytes(const std::string& bytes, const ModelConfig& config, const std::string& where);
  std::string to_bytes() const;

  // The model's, where it has one.
  static std::optional<Shortlist> of_model(const ModelDirectory& directory);

  // The list of a source text: ascending, </s> among them.
  std::vector<int32_t> tokens(std::span<const int32_t> source) const;

 private:
  std::vector<int32_t> common_;
  std::vector<int64_t> begins_;  // [source vocabulary + 1]
  std::vector<int32_t> tokens_;
};

struct ShortlistOptions {
  int64_t per_token = 40;       // likeliest translations of a source token
  int64_t common = 100;         // most frequent target tokens
  int64_t iterations = 4;       // of expectation maximisation
  int64_t max_pairs = 200'000;  // sentences that are learned from, evenly taken
};

// By how likely each target token is a translation of each source token: IBM model 1 (Brown et al. 1993,
// section 4.1), fitted on token ids of sentences and their translations, the empty word included. Ids below
// `source_vocabulary` and `target_vocabulary`.
Shortlist learn_shortlist(std::span<const std::vector<int32_t>> sources,
                          std::span<const std::vector<int32_t>> targets, int64_t source_vocabulary,
                          int64_t target_vocabulary, const ShortlistOptions& options = {});

}  // namespace heed::infer
