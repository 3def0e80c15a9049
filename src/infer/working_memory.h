#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "infer/encoder.h"
#include "model/config.h"

// How much memory the matrices of a call need at most, before it begins: what a Workspace (arena.h) is made
// of. Bounds, not estimates: the widest step of each part, its inputs and outputs alive together.
namespace heed::infer {

// Of an encoder that reads `rows` packed tokens of `texts` texts, and of all heads behind it; in bytes.
size_t encoding_bytes(const ModelConfig& config, int64_t rows, int64_t texts);
inline size_t encoding_bytes(const ModelConfig& config, const PackedTexts& texts) {
  return encoding_bytes(config, static_cast<int64_t>(texts.ids.size()),
                        static_cast<int64_t>(texts.sequences.size()));
}

// A sentence that is searched for.
struct SearchSize {
  int64_t source = 0;      // tokens, </s> among them
  int64_t max_length = 0;  // of the translation, in tokens
  int64_t beam = 1;
};

// How many rows of a decoder's memory the `batch` largest of `sentences` need at once.
struct StateRows {
  int64_t source = 0, target = 0;
};
StateRows state_rows(std::span<const SearchSize> sentences, int64_t batch);

// Of a beam search over `sentences`, at most `batch` of them at a time: the encoder's passes, the decoder's
// memory and its steps; in bytes.
size_t search_bytes(const ModelConfig& config, std::span<const SearchSize> sentences, int64_t batch);

// Of one batch of a server whose texts have `tokens` together and one text of the model's greatest length
// more, none longer: a translation with beam `beam`, `batch` sentences at a time.
size_t batch_bytes(const ModelConfig& config, int64_t tokens, int64_t beam, int64_t batch);

}  // namespace heed::infer
