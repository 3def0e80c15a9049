#include "infer/buffer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <utility>
#include <vector>

namespace heed::infer {
namespace {

constexpr std::align_val_t kAlignment{64};
constexpr size_t kLeast = 256;  // numbers
constexpr size_t kSteps = 4;    // sizes between a power of two and the next
constexpr size_t kSizes = 64 * kSteps;

// The number of the least size that holds `count`, and that size.
struct Size {
  size_t number;
  size_t count;
};
Size size_for(size_t count) {
  count = std::max(count, kLeast);
  const auto octave = static_cast<size_t>(std::bit_width(count - 1) - 1);  // 2^octave < count
  const size_t base = size_t{1} << octave, step = base / kSteps;
  const size_t steps = (count - base + step - 1) / step;
  return {octave * kSteps + steps - 1, base + steps * step};
}

class Store {
 public:
  Store() = default;
  ~Store() {
    for (auto& kept : kept_) {
      for (float* data : kept) ::operator delete(data, kAlignment);
    }
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  float* take(size_t count) {
    const Size size = size_for(count);
    auto& kept = kept_[size.number];
    if (!kept.empty()) {
      float* const data = kept.back();
      kept.pop_back();
      return data;
    }
    return static_cast<float*>(::operator new(size.count * sizeof(float), kAlignment));
  }

  void give_back(float* data, size_t count) { kept_[size_for(count).number].push_back(data); }

 private:
  std::array<std::vector<float*>, kSizes> kept_;
};

thread_local Store* living = nullptr;  // null before the thread's first buffer and after its end

Store& store() {
  struct Owner {
    Owner() { living = &store; }
    ~Owner() { living = nullptr; }
    Store store;
  };
  thread_local Owner owner;
  return owner.store;
}

}  // namespace

Buffer::Buffer(size_t count) : data_(count > 0 ? store().take(count) : nullptr), size_(count) {}

Buffer::~Buffer() {
  if (data_ == nullptr) return;
  if (living != nullptr) {
    living->give_back(data_, size_);
  } else {
    ::operator delete(data_, kAlignment);  // it outlived its thread's store
  }
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
