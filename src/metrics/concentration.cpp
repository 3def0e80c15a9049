#include "metrics/concentration.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "metrics/checks.h"

namespace heed::metrics {
namespace {

void check_amounts(std::span<const double> amounts) {
  require_finite("attention: amount", amounts);
  for (const double amount : amounts)
    require_in_range("attention: amount", amount, 0, std::numeric_limits<double>::max());
}

}  // namespace

double gini(std::span<const double> amounts) {
  check_amounts(amounts);
  std::vector<double> sorted(amounts.begin(), amounts.end());
  std::ranges::sort(sorted);
  double sum = 0.0, ranked = 0.0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    sum += sorted[i];
    ranked += static_cast<double>(i + 1) * sorted[i];
  }
  const auto n = static_cast<double>(sorted.size());
  return sum > 0 ? 2 * ranked / (n * sum) - (n + 1) / n : 0.0;
}

std::vector<double> shares(std::span<const double> amounts) {
  check_amounts(amounts);
  const double sum = std::accumulate(amounts.begin(), amounts.end(), 0.0);
  std::vector<double> shares;
  for (const double amount : amounts) shares.push_back(sum > 0 ? amount / sum : 0.0);
  return shares;
}

double herfindahl(std::span<const double> amounts) {
  double index = 0.0;
  for (const double share : shares(amounts)) index += share * share;
  return index;
}

std::vector<double> position_adjusted(std::span<const double> amounts, std::span<const double> examination) {
  check_amounts(amounts);
  require_equal_lengths("attention: amounts and examination", amounts.size(), examination.size());
  std::vector<double> adjusted;
  for (size_t i = 0; i < amounts.size(); ++i) {
    require_in_range("attention: examination", examination[i], 1e-12, 1);
    adjusted.push_back(amounts[i] / examination[i]);
  }
  return adjusted;
}

double engaged_seconds(std::span<const int64_t> signs_us, double idle_seconds, double tail_seconds) {
  require_in_range("attention: idle seconds", idle_seconds, 0, 1e9);
  require_in_range("attention: tail seconds", tail_seconds, 0, 1e9);
  if (signs_us.empty()) return 0.0;
  std::vector<int64_t> sorted(signs_us.begin(), signs_us.end());
  std::ranges::sort(sorted);
  double seconds = tail_seconds;
  for (size_t i = 1; i < sorted.size(); ++i)
    seconds +=
        std::min(idle_seconds, (static_cast<double>(sorted[i]) - static_cast<double>(sorted[i - 1])) / 1e6);
  return seconds;
}

double return_on_attention(double value, double minutes) {
  require_in_range("attention: minutes", minutes, 0, std::numeric_limits<double>::max());
  return minutes > 0 ? value / minutes : 0.0;
}

}  // namespace heed::metrics
