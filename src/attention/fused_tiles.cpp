#include "attention/fused_tiles.h"

#include <algorithm>
#include <utility>

namespace heed::attention {
namespace {

// Lays the wanted tiles one after another in one aligned block of zeros.
class Layout {
 public:
  void add(float*& tile, int64_t size) {
    wanted_.emplace_back(&tile, size_);
    size_ += padded(size);
  }
  // Lanes of whole numbers, which are as wide as floats.
  template <class T>
  void add_lanes(T*& lanes) {
    static_assert(sizeof(T) == sizeof(float));
    add(reinterpret_cast<float*&>(lanes), kPanelQueries);
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

Tiles tiles_for(int64_t queries) {
  Tiles tiles{};
  tiles.panels.resize(static_cast<size_t>(
      std::clamp<int64_t>((queries + kPanelQueries - 1) / kPanelQueries, 1, kMostPanels)));
  return tiles;
}

void add_shared(Layout& layout, Tiles& tiles, int64_t width, int64_t value_width) {
  layout.add(tiles.rows, kPanelQueries * padded(std::max(width, value_width)));
  layout.add(tiles.key, kTileKeys * padded(width));
  layout.add(tiles.value, kTileKeys * padded(value_width));
  layout.add(tiles.score, kTileKeys * kPanelQueries);
}

void add_queries(Layout& layout, Panel& panel, int64_t width) {
  layout.add(panel.query_transposed, padded(width) * kPanelQueries);
  for (float** lanes : {&panel.position, &panel.begin, &panel.end}) layout.add_lanes(*lanes);
  layout.add_lanes(panel.place);
  layout.add_lanes(panel.random_1);
  layout.add_lanes(panel.random_2);
}

}  // namespace

ExactTiles exact_tiles(int64_t width, int64_t value_width, int64_t keys) {
  constexpr int64_t kFloats = 1 << 18;  // a megabyte
  ExactTiles tiles{backward_tiles(width, value_width, 1), {}, kPanelQueries, nullptr, nullptr};
  while (tiles.queries > kPad && tiles.queries * keys > kFloats) tiles.queries /= 2;
  const int64_t rows = (keys + kTileKeys - 1) / kTileKeys * kTileKeys;
  Layout layout;
  layout.add(tiles.score, rows * tiles.queries);
  layout.add(tiles.d_score, rows * tiles.queries);
  tiles.memory = layout.allocate();
  return tiles;
}

RowTiles row_tiles(int64_t heads, int64_t width, int64_t value_width) {
  RowTiles tiles{};
  Layout layout;
  layout.add(tiles.rows, kTileKeys * padded(std::max(width, value_width)));
  layout.add(tiles.key_transposed, padded(width) * kTileKeys);
  layout.add(tiles.score, heads * kMostRows * kTileKeys);
  layout.add(tiles.output, heads * kMostRows * padded(value_width));
  layout.add(tiles.row_max, heads * kMostRows);
  layout.add(tiles.row_sum, heads * kMostRows);
  tiles.memory = layout.allocate();
  return tiles;
}

Tiles forward_tiles(int64_t width, int64_t value_width, int64_t queries, bool tapped) {
  Tiles tiles = tiles_for(queries);
  Layout layout;
  add_shared(layout, tiles, width, value_width);
  for (Panel& panel : tiles.panels) {
    add_queries(layout, panel, width);
    layout.add(panel.output, kPanelQueries * padded(value_width));
    for (float** lanes :
         {&panel.row_max, &panel.row_sum, &panel.shrink, &panel.score_sum, &panel.weight_scale}) {
      layout.add_lanes(*lanes);
    }
    if (tapped) {
      layout.add(panel.link_score, kMostLinks * kPanelQueries);
      layout.add(panel.link_key, kMostLinks * kPanelQueries);
    }
  }
  tiles.memory = layout.allocate();
  return tiles;
}

Tiles backward_tiles(int64_t width, int64_t value_width, int64_t queries) {
  Tiles tiles = tiles_for(queries);
  Layout layout;
  add_shared(layout, tiles, width, value_width);
  layout.add(tiles.d_score, kTileKeys * kPanelQueries);
  layout.add(tiles.d_key, kTileKeys * padded(width));
  layout.add(tiles.d_value, kTileKeys * padded(value_width));
  for (Panel& panel : tiles.panels) {
    add_queries(layout, panel, width);
    layout.add(panel.query, kPanelQueries * padded(width));
    layout.add(panel.d_output, kPanelQueries * padded(value_width));
    layout.add(panel.d_output_transposed, padded(value_width) * kPanelQueries);
    layout.add(panel.d_query, kPanelQueries * padded(width));
    layout.add_lanes(panel.log_sum);
    layout.add_lanes(panel.product);
  }
  tiles.memory = layout.allocate();
  return tiles;
}

}  // namespace heed::attention
