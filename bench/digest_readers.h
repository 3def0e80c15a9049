#pragma once

#include <string>

#include "base/json.h"

namespace heed::bench {

// Simulated readers over dated headlines (lines of {"ts": "2020-03-09", "text": …}). Their tastes are hidden:
// headlines fall into 40 kinds (spherical k-means over character n-grams, which no method sees), of which a
// reader loves 3 (reads 80 % of what is shown of them), likes 5 (40 %) and has 5 % for the others. On the
// first day each names two words of two loved kinds. Every day a method chooses for 0.7 minutes from what the
// last 7 days had and this reader was not shown; what is shown is read or skipped at random by the taste, and
// known to that method from then on. Value: what the reader's taste gives what is shown, a sum. Methods start
// alike and learn from what they show alone: ours; newest first; most popular (by the tastes of all readers,
// known exactly: more than any system knows); TF-IDF profile (mean of what was read and of the named words,
// by cosine).
Json simulate_readers(const std::string& path);

}  // namespace heed::bench
