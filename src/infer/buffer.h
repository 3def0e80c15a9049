#pragma once

#include <cstddef>

namespace heed::infer {

// Numbers of a matrix, at first whatever was there: of the thread's arena while a Workspace (arena.h) lives,
// else of the heap.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(size_t count);
  ~Buffer();
  Buffer(const Buffer& other);
  Buffer& operator=(const Buffer& other);
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }

  float* data() { return data_; }
  const float* data() const { return data_; }
  size_t size() const { return size_; }
  float* begin() { return data_; }
  float* end() { return data_ + size_; }
  const float* begin() const { return data_; }
  const float* end() const { return data_ + size_; }

 private:
  void swap(Buffer& other) noexcept;

  float* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace heed::infer
