#include "attention/fused_tiles.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace heed::attention {
namespace {

// Lays the wanted tiles one after another in one aligned block of zeros.
class Layout {
 public:
  void add(float*& tile, int64_t size) {
    wanted_.emplace_back(&tile, size_);
    size_ += padded(size);
  }
  hwy::AlignedFreeUniquePtr<float[]> allocate() const {
    auto memory = hwy::AllocateAligned<float>(static_cast<size_t>(size_));
    std::fill_n(memory.get(), size_, 0.0F);
    for (const auto& [tile, offset] : wanted_) *tile = memory.get() + offset;
    return memory;
  }

 private:
  std::vector<std::pair<float**, int64_t>> wanted_;
  int64_t size_ = 0;
};

void add_forward(Layout& layout, Tiles& tiles, int64_t width, int64_t value_width) {
  layout.add(tiles.query, kTileQueries * padded(width));
  layout.add(tiles.key_transposed, width * kTileKeys);
  layout.add(tiles.value, kTileKeys * padded(value_width));
  layout.add(tiles.score, kTileQueries * kTileKeys);
  layout.add(tiles.ramp, kTileKeys);
  layout.add(tiles.output, kTileQueries * padded(value_width));
  layout.add(tiles.row_max, kTileQueries);
  layout.add(tiles.row_sum, kTileQueries);
}

}  // namespace

Tiles forward_tiles(int64_t width, int64_t value_width) {
  Tiles tiles{};
  Layout layout;
  add_forward(layout, tiles, width, value_width);
  tiles.memory = layout.allocate();
  return tiles;
}

Tiles backward_tiles(int64_t width, int64_t value_width) {
  Tiles tiles{};
  Layout layout;
  add_forward(layout, tiles, width, value_width);
  layout.add(tiles.key, kTileKeys * padded(width));
  layout.add(tiles.value_transposed, value_width * kTileKeys);
  layout.add(tiles.d_score, kTileQueries * kTileKeys);
  layout.add(tiles.d_output, kTileQueries * padded(value_width));
  layout.add(tiles.d_query, kTileQueries * padded(width));
  layout.add(tiles.d_key, kTileKeys * padded(width));
  layout.add(tiles.d_value, kTileKeys * padded(value_width));
  layout.add(tiles.keep, kTileKeys);
  tiles.memory = layout.allocate();
  return tiles;
}

}  // namespace heed::attention
