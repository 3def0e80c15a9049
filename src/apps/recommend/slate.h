#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"

// From candidates with a value each to what is shown: different from one another, within limits, and a known
// part of it by chance, so that what comes of it can be judged afterwards.
namespace heed::apps::recommend {

struct SlateCandidate {
  double value = 0.0;             // expected worth of showing it, at least 0
  std::span<const float> vector;  // of length 1 or 0; how alike two are is their product
  // What it counts against: numbers of its tags, author ... ; each number may stand `cap` times in a slate.
  std::span<const int32_t> groups;
};

enum class Diversity { mmr, dpp };

struct SlateOptions {
  int64_t places = 10;
  Diversity method = Diversity::mmr;
  // 0: by value alone, 1: by difference alone. MMR (Carbonell and Goldstein 1998): weight of the greatest
  // likeness to what is chosen. DPP (arXiv:1709.05135): values enter as value^(2 (1 - diversity) /
  // diversity).
  double diversity = 0.3;
  int64_t cap = 0;           // of each group within a slate; 0: none
  double exploration = 0.0;  // chance of each place to show something else
  int64_t pool = 100;        // candidates behind the chosen ones, among whom exploration draws evenly
};

struct Placed {
  size_t candidate = 0;
  double propensity = 1.0;  // that this candidate stood at this place
  bool explored = false;
};

// What could have been shown: `place` is the only one where it could, with this probability.
struct SlateChance {
  size_t candidate = 0;
  int64_t place = 0;
  double propensity = 0.0;
};

struct Slate {
  std::vector<Placed> places;
  std::vector<SlateChance> chances;  // of every candidate with one above 0; of a place they sum to 1
};

// The slate without exploration, greedily. `candidates` in any order; of equal ones the earlier first.
std::vector<size_t> choose_slate(std::span<const SlateCandidate> candidates, const SlateOptions& options);

// What a slate gives up for being different: the two axes of the frontier between accuracy and diversity.
struct SlateQuality {
  double value = 0.0;       // mean of the chosen, expected worth
  double difference = 0.0;  // mean of 1 - likeness over pairs; 0 with fewer than two
};
SlateQuality quality_of(std::span<const SlateCandidate> candidates, std::span<const size_t> chosen);

// That slate, and with probability `exploration` at each place, drawn independently, one of the candidates of
// that place instead: the pool of those of the highest values behind the slate is dealt out, the p-th of P
// places has numbers p, p + P, p + 2 P ... of it. So no candidate can stand at two places, every place is
// filled independently of the others, and propensities are exact: 1 - exploration for what was chosen,
// exploration / size for each of the place's others. A place without others is never explored. Caps hold for
// what was chosen, not for what is tried out.
Slate make_slate(std::span<const SlateCandidate> candidates, const SlateOptions& options, Random& random);

}  // namespace heed::apps::recommend
