#include "infer/buffer.h"

#include <algorithm>
#include <new>
#include <utility>

#include "infer/arena.h"

namespace heed::infer {
namespace {

constexpr std::align_val_t kAlignment{64};

float* take(size_t count) {
  const size_t bytes = count * sizeof(float);
  if (Arena* const arena = workspace_arena()) {
    if (void* const data = arena->take(bytes)) return static_cast<float*>(data);
  }
  return static_cast<float*>(::operator new(bytes, kAlignment));
}

}  // namespace

Buffer::Buffer(size_t count) : data_(count > 0 ? take(count) : nullptr), size_(count) {}

Buffer::~Buffer() {
  if (data_ == nullptr) return;
  Arena* const arena = Arena::of_thread();
  if (arena == nullptr || !arena->give_back(data_, size_ * sizeof(float)))
    ::operator delete(data_, kAlignment);
}

Buffer::Buffer(const Buffer& other) : Buffer(other.size_) { std::copy(other.begin(), other.end(), data_); }

Buffer& Buffer::operator=(const Buffer& other) {
  Buffer copy(other);
  swap(copy);
  return *this;
}

void Buffer::swap(Buffer& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
}

}  // namespace heed::infer
