#include "infer/profile.h"

namespace heed::infer {
namespace {

thread_local Profile* counting = nullptr;

}  // namespace

const char* to_string(Operation operation) {
  constexpr std::array<const char*, kOperations> kNames = {
      "text", "embedding", "norm", "products", "attention", "activation", "vocabulary", "ranking", "search"};
  return kNames[static_cast<size_t>(operation)];
}

Profile::Profile() : before_(counting) { counting = this; }
Profile::~Profile() { counting = before_; }

Timed::Timed(Operation operation, double multiply_adds) : cost_(nullptr) {
  if (counting == nullptr) return;
  cost_ = &counting->costs_[static_cast<size_t>(operation)];
  ++cost_->calls;
  cost_->multiply_adds += multiply_adds;
  begin_ = std::chrono::steady_clock::now();
}

Timed::~Timed() {
  if (cost_ == nullptr) return;
  cost_->seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

}  // namespace heed::infer
