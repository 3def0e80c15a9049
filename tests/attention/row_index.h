#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "attention/attention.h"
#include "base/random.h"

namespace heed::attention {

// An index of the key rows of some sequences: any of their rows in any order, one several times and another
// not at all. What stands where no sequence has keys is no row, and behind the last entry lies a page that
// nobody may read.
class RowIndex {
 public:
  RowIndex(std::span<const Sequence> sequences, uint64_t seed) : sequences_(sequences) {
    std::vector<int32_t> known;
    for (const Sequence& s : sequences) {
      for (int64_t row = s.key_begin; row < s.key_begin + s.key_count; ++row) {
        known.push_back(static_cast<int32_t>(row));
      }
      if (s.key_count > 0) count_ = std::max(count_, s.key_begin + s.key_count);
    }
    const int64_t page = sysconf(_SC_PAGESIZE);
    const int64_t size = count_ * static_cast<int64_t>(sizeof(int32_t));
    const int64_t pages = (size + page - 1) / page * page;
    memory_size_ = static_cast<size_t>(pages + page);
    memory_ = mmap(nullptr, memory_size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(static_cast<char*>(memory_) + pages, static_cast<size_t>(page), PROT_NONE);
    rows_ = reinterpret_cast<int32_t*>(static_cast<char*>(memory_) + pages - size);
    std::fill_n(rows_, count_, std::numeric_limits<int32_t>::max());
    Random random(seed);
    for (const Sequence& s : sequences) {
      for (int64_t i = s.key_begin; i < s.key_begin + s.key_count; ++i) {
        rows_[i] = known[static_cast<size_t>(random.below(known.size()))];
      }
    }
  }
  RowIndex(const RowIndex&) = delete;
  RowIndex& operator=(const RowIndex&) = delete;
  ~RowIndex() { munmap(memory_, memory_size_); }

  const int32_t* rows() const { return rows_; }

  // The rows that the index names, one after another, of a pool whose rows stand `stride` apart behind
  // `padding` elements.
  template <class T>
  std::vector<T> in_order(const std::vector<T>& pool, int64_t padding, int64_t stride) const {
    std::vector<T> rows(pool.size());
    for (const Sequence& s : sequences_) {
      for (int64_t i = s.key_begin; i < s.key_begin + s.key_count; ++i) {
        std::copy_n(pool.data() + padding + rows_[i] * stride, stride - padding,
                    rows.data() + padding + i * stride);
      }
    }
    return rows;
  }

 private:
  std::span<const Sequence> sequences_;
  int64_t count_ = 0;
  void* memory_ = nullptr;
  size_t memory_size_ = 0;
  int32_t* rows_ = nullptr;
};

}  // namespace heed::attention
