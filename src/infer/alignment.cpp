#include "infer/alignment.h"

namespace heed::infer {

std::vector<std::vector<float>> mean_attention(const attention::Tap& tap, int64_t heads, int64_t row,
                                               int64_t rows, int64_t keys) {
  std::vector<std::vector<float>> shares(static_cast<size_t>(rows),
                                         std::vector<float>(static_cast<size_t>(keys)));
  const float share = 1.0F / static_cast<float>(heads);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t link = (row + r) * heads * tap.top; link < (row + r + 1) * heads * tap.top; ++link) {
      if (tap.keys[link] >= 0) shares[r][tap.keys[link]] += share * tap.weights[link];
    }
  }
  return shares;
}

}  // namespace heed::infer
