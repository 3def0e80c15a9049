#pragma once

#include <memory>
#include <string>

namespace heed::bench {

// The core's own limit for matrix products: the fastest of a few shapes that serving has, by oneDNN, weights
// packed beforehand. Its results have been checked.
class ProductLimit {
 public:
  enum class Type { fp32, int8 };  // int8: u8 x s8

  explicit ProductLimit(Type type);
  ~ProductLimit();

  void run();
  double operations() const;         // of a run, multiplications and additions
  const std::string& shape() const;  // "256 x 1024 x 256"

 private:
  struct Product;
  std::unique_ptr<Product> product_;
};

}  // namespace heed::bench
