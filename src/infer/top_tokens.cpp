#include "infer/top_tokens.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "kernels/row_scan.h"
#include "text/tokenizer.h"

namespace heed::infer {

static_assert(Tokenizer::kUnknown == 0 && Tokenizer::kBegin == 1, "the first two tokens are skipped");
constexpr int32_t kFirstToken = 2;

void TopTokens::begin(int64_t count, int32_t forced, std::span<const uint8_t> forbidden) {
  count_ = forced < 0 ? count : 0;
  forced_ = forced;
  forbidden_ = forbidden;
  greatest_ = -std::numeric_limits<float>::infinity();
  sum_ = 0.0;
  best_.clear();
  best_.reserve(static_cast<size_t>(count_) + 1);
}

template <class IdOf>
void TopTokens::add_block(std::span<const float> logits, const IdOf& id_of) {
  const auto size = static_cast<int64_t>(logits.size());
  const float greatest = kernels::greatest(logits.data(), size);
  if (!(greatest <= greatest_)) {
    sum_ *= std::exp(static_cast<double>(greatest_) - static_cast<double>(greatest));
    greatest_ = greatest;
  }
  sum_ += kernels::sum_of_exponentials(logits.data(), size, greatest_);
  if (count_ == 0) return;
  const auto threshold = [&] {
    const bool full = static_cast<int64_t>(best_.size()) == count_;
    return full ? static_cast<float>(best_.back().log_probability) : -std::numeric_limits<float>::infinity();
  };
  if (greatest <= threshold()) return;
  for (int64_t i = 0; i < size; ++i) {
    i = kernels::find_above(logits.data(), i, size, threshold());
    if (i < size) insert(id_of(i), logits[i]);
  }
}

void TopTokens::add(std::span<const float> logits, int32_t first) {
  if (forced_ >= first && forced_ < first + static_cast<int64_t>(logits.size()))
    best_.push_back({forced_, logits[forced_ - first]});
  add_block(logits, [first](int64_t i) { return first + static_cast<int32_t>(i); });
}

void TopTokens::add(std::span<const float> logits, std::span<const int32_t> ids) {
  const auto place = std::ranges::lower_bound(ids, forced_);
  if (place != ids.end() && *place == forced_) best_.push_back({forced_, logits[place - ids.begin()]});
  add_block(logits, [ids](int64_t i) { return ids[i]; });
}

void TopTokens::insert(int32_t id, float logit) {
  if (id < kFirstToken) return;
  if (!forbidden_.empty() && forbidden_[static_cast<size_t>(id)] != 0) return;
  if (static_cast<int64_t>(best_.size()) == count_) best_.pop_back();
  const auto place = std::upper_bound(best_.begin(), best_.end(), static_cast<double>(logit),
                                      [](double a, const ScoredToken& b) { return a > b.log_probability; });
  best_.insert(place, {id, logit});
}

std::span<const ScoredToken> TopTokens::finish() {
  const double normaliser = greatest_ + std::log(sum_);
  if (!std::isfinite(normaliser)) {
    throw Error(ErrorCode::corrupt_data,
                "logits: expected finite numbers, found others; check the weights with heed model verify");
  }
  for (ScoredToken& token : best_) token.log_probability -= normaliser;
  return best_;
}

}  // namespace heed::infer
