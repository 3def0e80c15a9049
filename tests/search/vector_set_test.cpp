#include "search/vector_set.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "base/threads.h"
#include "search/checksum.h"
#include "search/vectors.h"

namespace heed::search {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Vector = std::vector<float>;

// Every row, sorted, in double precision.
Hits by_hand(const VectorSet& set, std::span<const float> query) {
  double length = 0;
  for (const float value : query) length += static_cast<double>(value) * value;
  Hits hits;
  for (int64_t row = 0; row < set.size(); ++row) {
    double sum = 0;
    for (int64_t i = 0; i < set.dim(); ++i)
      sum += static_cast<double>(set.vector(row)[static_cast<size_t>(i)]) * query[static_cast<size_t>(i)];
    hits.push_back({set.id(row), sum / std::sqrt(length)});
  }
  std::sort(hits.begin(), hits.end(), ranks_before);
  return hits;
}

TEST(VectorSet, scores_are_cosines) {
  VectorSet set(2, "hand");
  set.add("right", Vector{3, 0});
  set.add("up", Vector{0, 0.5});
  set.add("上右", Vector{1, 1});
  const Hits hits = set.find(Vector{10, 0}, 3);
  ASSERT_EQ(hits.size(), 3U);
  EXPECT_EQ(hits[0], (Hit{"right", 1}));
  EXPECT_EQ(hits[1].id, "上右");
  EXPECT_NEAR(hits[1].score, std::sqrt(0.5), 1e-6);
  EXPECT_EQ(hits[2], (Hit{"up", 0}));
}

TEST(VectorSet, finds_what_a_full_sort_finds) {
  for (const int64_t count : {1, 5, 511, 512, 513, 1500}) {
    const VectorSet set = random_set(count, 24, 5);
    const Vector queries = random_vectors(20, 24, 6);
    for (size_t q = 0; q < 20; ++q) {
      const std::span<const float> query = std::span(queries).subspan(q * 24, 24);
      const Hits expected = by_hand(set, query), found = set.find(query, 10);
      ASSERT_EQ(found.size(), static_cast<size_t>(std::min<int64_t>(10, count)));
      for (size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].id, expected[i].id);
        EXPECT_NEAR(found[i].score, expected[i].score, 1e-5);
      }
    }
  }
}

TEST(VectorSet, a_batch_equals_its_singles_on_any_number_of_threads) {
  const VectorSet set = random_set(700, 33, 7);
  const Vector queries = random_vectors(41, 33, 8);
  const std::vector<Hits> batch = set.find_each(queries, 7);
  EXPECT_EQ(set.find_each(queries, 7, on_threads(3)), batch);
  for (size_t q = 0; q < batch.size(); ++q)
    EXPECT_EQ(set.find(std::span(queries).subspan(q * 33, 33), 7), batch[q]);
}

TEST(VectorSet, equal_scores_run_by_id_whatever_the_order_of_adding) {
  VectorSet set(3, "ties");
  for (const char* id : {"d", "b", "e", "a", "c"}) set.add(id, Vector{1, 2, 3});
  Hits hits = set.find(Vector{1, 0, 0}, 3);
  ASSERT_EQ(hits.size(), 3U);
  EXPECT_EQ(hits[0].id + hits[1].id + hits[2].id, "abc");
}

TEST(VectorSet, what_has_no_direction_is_refused_or_finds_nothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              infinity = std::numeric_limits<float>::infinity();
  VectorSet set(2, "hand");
  set.add("a", Vector{1e-30F, 0});
  set.add("b", Vector{1e30F, 1e30F});
  EXPECT_NEAR(set.find(Vector{1e-38F, 1e-38F}, 1)[0].score, 1, 1e-5);
  for (const Vector& vector : {Vector{0, 0}, Vector{nan, 1}, Vector{1, infinity}}) {
    expect_error(ErrorCode::invalid_argument, {"direction", "'c'"}, [&] { set.add("c", vector); });
    EXPECT_THAT(set.find(vector, 2), IsEmpty());
  }
  expect_error(ErrorCode::invalid_argument, {"2 numbers", "found 3"}, [&] { set.add("c", Vector{1, 2, 3}); });
  expect_error(ErrorCode::invalid_argument, {"'a' again"}, [&] { set.add("a", Vector{1, 2}); });
  expect_error(ErrorCode::invalid_argument, {"id"}, [&] { set.add("", Vector{1, 2}); });
  expect_error(ErrorCode::invalid_argument, {"query of 2"}, [&] { set.find(Vector{1}, 2); });
  expect_error(ErrorCode::invalid_argument, {"limit"}, [&] { set.find(Vector{1, 1}, 0); });
  expect_error(ErrorCode::invalid_argument, {"found 0"}, [&] { VectorSet(0, ""); });
  EXPECT_EQ(set.size(), 2);
}

class VectorFile : public testing::Test {
 protected:
  VectorFile() {
    random_set(40, 10, 9).save(path_);
    bytes_ = read_file(path_);
  }

  void expect_refused(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;  // hundreds of times: without waiting for the disk
    expect_error(ErrorCode::corrupt_data, {"v.bin", "expected a file of vectors"},
                 [&] { VectorSet::open(path_); });
  }

  // With the checksum made good, as who forges it would.
  std::string forged(size_t place, uint64_t value) const {
    std::string bytes = bytes_;
    std::memcpy(bytes.data() + place, &value, sizeof(value));
    const uint64_t sum = checksum(std::string_view(bytes).substr(16));
    std::memcpy(bytes.data() + 8, &sum, sizeof(sum));
    return bytes;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "v.bin";
  std::string bytes_;
};

TEST_F(VectorFile, a_set_reads_back_and_answers_alike) {
  const VectorSet made = random_set(40, 10, 9), opened = VectorSet::open(path_);
  EXPECT_EQ(opened.size(), 40);
  EXPECT_EQ(opened.dim(), 10);
  EXPECT_EQ(opened.origin(), "random");
  EXPECT_EQ(opened.row("v7"), 7);
  EXPECT_EQ(opened.row("w7"), std::nullopt);
  const Vector queries = random_vectors(5, 10, 10);
  EXPECT_EQ(opened.find_each(queries, 6), made.find_each(queries, 6));
  opened.save(folder_ / "again.bin");
  EXPECT_EQ(read_file(folder_ / "again.bin"), bytes_);
}

TEST_F(VectorFile, an_empty_set_is_a_file_too) {
  VectorSet(3, "无").save(path_);
  const VectorSet opened = VectorSet::open(path_);
  EXPECT_EQ(opened.size(), 0);
  EXPECT_THAT(opened.find(Vector{1, 2, 3}, 4), IsEmpty());
}

TEST_F(VectorFile, cut_and_changed_files_are_refused) {
  for (size_t length = 0; length < bytes_.size(); length += 37) expect_refused(bytes_.substr(0, length));
  expect_refused(bytes_ + "x");
  Random random(3);
  for (int i = 0; i < 400; ++i) {
    std::string changed = bytes_;
    const size_t place = 8 + random.below(changed.size() - 8);
    changed[place] = static_cast<char>(changed[place] ^ (1 << random.below(8)));
    expect_refused(changed);
  }
  bytes_[7] = '2';
  write_file_atomically(path_, bytes_);
  expect_error(ErrorCode::unsupported, {"another version"}, [&] { VectorSet::open(path_); });
}

TEST_F(VectorFile, forged_sizes_are_refused_before_they_are_used) {
  for (const size_t place : {16U, 24U, 32U}) {
    for (const uint64_t value : {uint64_t{0}, uint64_t{1} << 20, uint64_t{1} << 62, ~uint64_t{0}})
      expect_refused(forged(place, value));
  }
  expect_refused(forged(bytes_.size() - 8, 0));                    // a vector shorter than 1
  expect_refused(forged(bytes_.size() - 8, 0x7FC000007FC00000U));  // not numbers
}

}  // namespace
}  // namespace heed::search
