#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heed::data {

// Near-duplicates by MinHash and locality-sensitive hashing (Broder 1997; Leskovec et al., Mining of Massive
// Datasets, ch. 3).
struct NearDuplicateOptions {
  int shingle = 3;         // characters (code points), so that Chinese needs no words
  double threshold = 0.8;  // Jaccard similarity of the sets of shingles, 0 < threshold <= 1
  uint64_t seed = 1;       // of the 100 hash functions
};

// Groups of texts of which each is at least `threshold` similar to another one of its group: row numbers
// ascending, groups by their first row; texts without a like stand in none. Texts are compared normalised
// (NFKC) and caseless; one shorter than a shingle is one shingle; empty ones are like nothing. Candidates
// come from the hashes (a pair just at the threshold is missed with a probability below 1 %) and each is
// verified exactly. A text is compared with at most the 32 before it that share a band of hashes. Same texts
// and options, same groups.
std::vector<std::vector<size_t>> near_duplicates(const std::vector<std::string>& texts,
                                                 const NearDuplicateOptions& options = {});

// The exact Jaccard similarity |A ∩ B| / |A ∪ B| of the two sets of shingles; 0 where one is empty.
double shingle_similarity(std::string_view a, std::string_view b, int shingle = 3);

}  // namespace heed::data
