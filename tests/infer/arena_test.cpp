#include "infer/arena.h"

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "infer/matrix.h"

namespace heed::infer {
namespace {

TEST(Arena, gives_out_aligned_memory_until_it_is_full_and_takes_it_back) {
  Arena arena;
  EXPECT_EQ(arena.take(1), nullptr);
  arena.reserve(4096);
  void *const a = arena.take(1), *const b = arena.take(100), *const c = arena.take(arena.size() - 64 - 128);
  for (void* data : {a, b, c}) EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % 64, 0U);
  EXPECT_EQ(arena.in_use(), arena.size());
  EXPECT_EQ(arena.take(1), nullptr);
  EXPECT_TRUE(arena.give_back(b, 100));
  EXPECT_EQ(arena.take(129), nullptr);
  EXPECT_EQ(arena.take(128), b);
  EXPECT_EQ(arena.refused(), 3U);
}

TEST(Arena, does_not_take_what_is_not_its_own) {
  Arena arena, other;
  for (Arena* each : {&arena, &other}) each->reserve(4096);
  std::vector<float> heap(16);
  EXPECT_FALSE(arena.give_back(heap.data(), 64));
  EXPECT_FALSE(arena.give_back(other.take(64), 64));
  EXPECT_EQ(arena.in_use(), 0U);
}

TEST(Arena, grows_while_nothing_is_given_out) {
  Arena arena;
  arena.reserve(4096);
  void* const data = arena.take(64);
  arena.reserve(1 << 20);
  EXPECT_EQ(arena.size(), 4096U);
  EXPECT_TRUE(arena.give_back(data, 64));
  arena.reserve(1 << 20);
  EXPECT_EQ(arena.size(), size_t{1} << 20);
  arena.reserve(4096);
  EXPECT_EQ(arena.size(), size_t{1} << 20);
}

// Against a list of what is given out: nothing overlaps, everything joins again.
TEST(Arena, serves_any_order) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    Arena arena;
    arena.reserve(1 << 16);
    struct Piece {
      unsigned char* data;
      size_t bytes;
      unsigned char mark;
    };
    std::vector<Piece> pieces;
    for (int step = 0; step < 3000; ++step) {
      if (random.below(2) == 0) {
        const size_t bytes = 1 + random.below(4000);
        auto* const data = static_cast<unsigned char*>(arena.take(bytes));
        if (data == nullptr) continue;
        pieces.push_back({data, bytes, static_cast<unsigned char>(random.below(256))});
        std::memset(data, pieces.back().mark, bytes);
      } else if (!pieces.empty()) {
        std::swap(pieces[random.below(pieces.size())], pieces.back());
        const Piece piece = pieces.back();
        pieces.pop_back();
        for (size_t i = 0; i < piece.bytes; ++i) ASSERT_EQ(piece.data[i], piece.mark);
        ASSERT_TRUE(arena.give_back(piece.data, piece.bytes));
      }
    }
    for (const Piece& piece : pieces) ASSERT_TRUE(arena.give_back(piece.data, piece.bytes));
    EXPECT_EQ(arena.in_use(), 0U);
    EXPECT_NE(arena.take(arena.size()), nullptr);
  }
}

TEST(Workspace, gives_back_what_a_large_call_touched) {
  std::thread([] {
    const size_t bytes = kKeptBytes + (size_t{32} << 20);
    const Arena& arena = *Arena::of_thread();
    {
      const Workspace workspace(bytes);
      const Matrix zeros = Matrix::zeros(static_cast<int64_t>(bytes / sizeof(float)), 1);
      EXPECT_GE(arena.touched(), bytes);
    }
    EXPECT_LE(arena.touched(), kKeptBytes);
    EXPECT_GE(arena.size(), bytes);
  }).join();
}

TEST(Workspace, holds_the_buffers_of_its_thread_while_it_lives) {
  std::thread([] {
    Arena& arena = *Arena::of_thread();
    const Matrix before(4, 4);
    EXPECT_EQ(arena.in_use(), 0U);
    {
      const Workspace workspace(1 << 16);
      EXPECT_GE(arena.size(), size_t{1} << 16);
      EXPECT_EQ(arena.touched(), 0U);
      const Matrix zeros = Matrix::zeros(100, 16);
      EXPECT_EQ(arena.in_use(), 6400U);
      EXPECT_GE(arena.touched(), 6400U);
      const Matrix copy = zeros;
      EXPECT_EQ(arena.in_use(), 12800U);
      const Matrix too_large(1000, 1000);
      EXPECT_EQ(arena.in_use(), 12800U);
      EXPECT_EQ(arena.refused(), 1U);
    }
    EXPECT_EQ(arena.in_use(), 0U);
    const Matrix after(4, 4);
    EXPECT_EQ(arena.in_use(), 0U);
  }).join();
}

}  // namespace
}  // namespace heed::infer
