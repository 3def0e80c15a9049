#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed::bench {

// A text as hashed runs of 3 to 5 characters inside its words, their ends marked, (1 + log count) idf each:
// what a text's vector is worth before any encoder is trained.
class NgramVectors {
 public:
  static constexpr int64_t kDim = 8192;

  // Inverse document frequencies are learned from these.
  explicit NgramVectors(std::span<const std::string> documents);

  // [kDim], of length 1, or zero where the text has no words.
  std::vector<float> operator()(std::string_view text) const;

 private:
  std::vector<float> idf_;
};

}  // namespace heed::bench
