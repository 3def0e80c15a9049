#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

// The same of texts that arrive one by one, compared with those that came before and are still remembered.
class NearDuplicateMemory {
 public:
  // Throws invalid_argument as near_duplicates does.
  explicit NearDuplicateMemory(const NearDuplicateOptions& options = {});
  ~NearDuplicateMemory();
  NearDuplicateMemory(NearDuplicateMemory&&) noexcept;

  // The key of a remembered text that this one is alike: of the 32 latest that share a band, the one most
  // alike, the latest of equals. None where there is none; an empty text is like nothing.
  std::optional<uint64_t> find(std::string_view text) const;
  // Remembers a text; keys ascend.
  void add(uint64_t key, std::string_view text);
  // Forgets those with keys below this.
  void forget_before(uint64_t key);
  size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The exact Jaccard similarity |A ∩ B| / |A ∪ B| of the two sets of shingles; 0 where one is empty.
double shingle_similarity(std::string_view a, std::string_view b, int shingle = 3);

}  // namespace heed::data
