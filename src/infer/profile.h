#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace heed::infer {

// What the engine spends its time on.
enum class Operation { text, embedding, norm, products, attention, activation, vocabulary, ranking, search };
constexpr size_t kOperations = 9;
const char* to_string(Operation operation);

struct OperationCost {
  int64_t calls = 0;
  double seconds = 0.0;
  double multiply_adds = 0.0;  // of products
};

// While one lives, work of its thread is counted in it; the last one made counts. Without one a step costs a
// look at a pointer.
class Profile {
 public:
  Profile();
  ~Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  const OperationCost& cost(Operation operation) const { return costs_[static_cast<size_t>(operation)]; }

 private:
  friend class Timed;
  std::array<OperationCost, kOperations> costs_{};
  Profile* before_;
};

// One piece of work, from here to the end of the block. Pieces do not hold one another.
class Timed {
 public:
  explicit Timed(Operation operation, double multiply_adds = 0.0);
  ~Timed();
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  OperationCost* cost_;  // null: nobody counts
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace heed::infer
