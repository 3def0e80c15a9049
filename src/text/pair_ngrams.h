#pragma once

#include <cstdint>

#include "text/ngrams.h"

namespace heed {

// What two texts have in common and what not, by their rows of text_ngrams: one row, an n-gram of both in the
// bucket where it is, one that only one of them has in that bucket plus `buckets`. Values are the texts' own
// (of both: the mean), either half scaled to Euclidean length kTextLength * sqrt(1/2). The same whichever
// text comes first.
NgramRows pair_ngrams(const NgramRows& first, const NgramRows& second, int64_t buckets);

}  // namespace heed
