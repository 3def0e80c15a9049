#pragma once

#include <vector>

#include "infer/decoder.h"
#include "infer/encoder.h"
#include "infer/sentence_search.h"

namespace heed::infer {

// Translates the texts of a batch together: one step of the decoder advances every live hypothesis of every
// sentence. limits[i] belongs to text i; all have the same beam. A text's result does not depend on the
// others.
std::vector<std::vector<Hypothesis>> beam_search(const Encoder& encoder, const Decoder& decoder,
                                                 const PackedTexts& texts,
                                                 const std::vector<SearchLimits>& limits);

}  // namespace heed::infer
