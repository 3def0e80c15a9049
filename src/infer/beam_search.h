#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infer/decoder.h"
#include "infer/encoder.h"
#include "infer/sentence_search.h"
#include "infer/shortlist.h"
#include "infer/working_memory.h"

namespace heed::infer {

constexpr int64_t kEncodedTokens = 1024;  // of one pass of the encoder, and one sentence more

// A sentence to be translated.
struct SearchJob {
  std::span<const int32_t> source;  // without </s>
  std::span<const int32_t> prefix;  // what every hypothesis begins with
  SearchLimits limits;
};

struct SearchSettings {
  int64_t batch = 64;                    // sentences decoded together
  int64_t max_length = 0;                // of a source, </s> included
  std::span<const uint8_t> forbidden;    // [V], not 0: the token is never chosen; empty: none is
  const Shortlist* shortlist = nullptr;  // the decoder then keeps its table
  StateRows rows = {};                   // room that the decoder's memory begins with
};

// The n-best of every job. Jobs enter in their order; where a sentence is done, its place goes to the next
// (continuous batching). A sentence's result does not depend on the others or on `batch`.
std::vector<std::vector<Hypothesis>> beam_search(const Encoder& encoder, const Decoder& decoder,
                                                 std::span<const SearchJob> jobs,
                                                 const SearchSettings& settings);

}  // namespace heed::infer
