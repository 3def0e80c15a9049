#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed::search {

// A text as hashed runs of characters inside its words, their ends marked, (1 + log count) idf each: how near
// two wordings are, and what a text's vector is worth before any encoder is trained. A run that begins with a
// letter of a script without spaces (Han, Kana, Thai, …) has 1 to 3 characters, any other 3 to 5. Texts are
// normalised (NFKC) and lower-cased. Never changes; thread-safe.
class NgramVectors {
 public:
  // Inverse document frequencies are learned from `documents`; of none each n-gram counts alike. Runs are
  // hashed to `dim` places.
  explicit NgramVectors(std::span<const std::string> documents, int64_t dim = 8192);

  int64_t dim() const { return static_cast<int64_t>(idf_.size()); }

  // [dim], of length 1, or zero where the text has no words.
  std::vector<float> operator()(std::string_view text) const;

 private:
  std::vector<float> idf_;
};

}  // namespace heed::search
