#pragma once

#include <cstdint>
#include <memory>

#include "train/task.h"

// Masked-token pre-training: an encoder learns a language by guessing tokens that it does not see
// (arXiv:1810.04805 section 3.1), others each time that a text comes (arXiv:1907.11692 section 4.1).
namespace heed::train {

// What stands where a token is hidden: <s>, which begins what a decoder writes and so stands in no text that
// an encoder reads. <unk> would teach the encoder to read it as "anything", where fine-tuning meets it as "a
// rare character".
constexpr int32_t kMask = Tokenizer::kBegin;

// Chooses each token of batch.source but </s> with probability `share`, at least one of the batch, and fills
// masked_rows and masked_ids. Of those chosen four fifths become kMask, a tenth any piece of the
// `vocabulary`, a tenth stays. The same seed, the same choice.
void mask_tokens(Batch& batch, double share, int64_t vocabulary, uint64_t seed);

// corpus.pretrain, measured by corpus.pretrain_valid, whose masks are always the same ("loss", "accuracy",
// of masked tokens). n-grams take no part, because those of its neighbours name a hidden token; heads
// neither. `recipe` (of pretraining_phase) and `corpus` must outlive it.
std::unique_ptr<Task> masked_task(const Recipe& recipe, const Corpus& corpus);

// The recipe of a run's pre-training: [pretrain] in place of what [train] says of the same, a rate that falls
// linearly to 0, and none of [train]'s limits, means and snapshots.
Recipe pretraining_phase(const Recipe& recipe);

}  // namespace heed::train
