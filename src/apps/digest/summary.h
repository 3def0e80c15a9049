#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heed::apps::digest {

// Sentences of the text itself that say most of it, in their order, at most `width` wide (text/normalise.h);
// the first one, cut, where none fits. Each sentence attends to the others,
//   a_ij = exp(cos(i, j) / T) / sum over k of exp(cos(i, k) / T),  i != j,
// and those that receive most attention, from sentences that themselves do, are chosen: the stationary
// distribution of a, damped (LexRank, Erkan and Radev 2004). One that receives less than the mean is not. A
// sentence that says what a chosen one says is passed over. The first 200 sentences are looked at.
std::string summarise(std::string_view text, int64_t width = 280);

}  // namespace heed::apps::digest
