#include "economy/memory_fit.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace heed::economy {
namespace {

constexpr double kLeastChance = 1e-6;
constexpr MemoryParameters kSpread = {6.43, 9.66, 17.58, 27.85, 0.57, 0.28, 0.6,  0.12, 0.39, 0.18, 0.33,
                                      0.3,  0.09, 0.16,  0.57,  0.25, 1.03, 0.31, 0.32, 0.14, 0.27};

double loss_of(double recall, bool recalled) {
  const double p = std::clamp(recall, kLeastChance, 1 - kLeastChance);
  return -std::log(recalled ? p : 1 - p);
}

bool counts(const Review& before, const Review& now) {
  return days_between(before.time_us, now.time_us) >= 1;
}

struct History {
  std::vector<Review> reviews;
  std::vector<double> weights;  // [reviews]
  int64_t predictions = 0;
};

// Reviews [0, to) by card; cards without anything to predict are left out.
std::vector<History> histories(const ReviewLog& log, size_t to, double oldest) {
  std::vector<History> all(log.cards().size());
  for (size_t k = 0; k < to; ++k) {
    const Review& review = log.reviews()[k];
    History& history = all[review.card];
    const double place = static_cast<double>(k) / static_cast<double>(to);
    history.weights.push_back(oldest + (1 - oldest) * place * place * place);
    if (!history.reviews.empty() && counts(history.reviews.back(), review)) ++history.predictions;
    history.reviews.push_back(review);
  }
  std::erase_if(all, [](const History& history) { return history.predictions == 0; });
  return all;
}

// Adam (arXiv:1412.6980) with a step of each parameter's own size, within bounds.
class Adam {
 public:
  void step(MemoryParameters& w, const MemoryParameters& gradient, double rate) {
    ++steps_;
    const MemoryParameters least = least_memory_parameters(), most = most_memory_parameters();
    for (int k = 0; k < kMemoryParameters; ++k) {
      const double g = gradient[k] * kSpread[k];
      first_[k] += 0.1 * (g - first_[k]);
      second_[k] += 0.01 * (g * g - second_[k]);
      const double mean = first_[k] / (1 - std::pow(0.9, steps_)),
                   square = second_[k] / (1 - std::pow(0.99, steps_));
      w[k] = std::clamp(w[k] - rate * kSpread[k] * mean / (std::sqrt(square) + 1e-12), least[k], most[k]);
    }
  }

 private:
  MemoryParameters first_{}, second_{};
  int steps_ = 0;
};

double prior_loss(const MemoryParameters& w, double prior, double share, MemoryParameters& by) {
  const MemoryParameters centre = default_memory_parameters();
  double loss = 0;
  for (int k = 0; k < kMemoryParameters; ++k) {
    const double away = (w[k] - centre[k]) / kSpread[k];
    loss += share * prior * away * away;
    by[k] += 2 * share * prior * away / kSpread[k];
  }
  return loss;
}

}  // namespace

double history_loss(const MemoryModel& model, std::span<const Review> history,
                    std::span<const double> weights, MemoryParameters& by) {
  double loss = 0;
  MemoryTangent at = model.first_tangent(history[0].rating);
  for (size_t k = 1; k < history.size(); ++k) {
    const double days = days_between(history[k - 1].time_us, history[k].time_us);
    if (days >= 1) {
      const bool recalled = history[k].rating != Rating::again;
      const double p = model.recall(days, at.state.stability);
      const double weight = weights.empty() ? 1 : weights[k];
      loss += weight * loss_of(p, recalled);
      const double by_recall = recalled ? -1 / std::max(p, kLeastChance) : 1 / std::max(1 - p, kLeastChance);
      model.recall(days, at, weight * by_recall, by);
    }
    model.next_tangent(at, history[k].rating, days);
  }
  return loss;
}

RecallFigures recall_figures(const MemoryModel& model, const ReviewLog& log, size_t from, size_t to) {
  RecallFigures figures;
  std::vector<MemoryState> states(log.cards().size());
  std::vector<int64_t> last(log.cards().size(), INT64_MIN);
  for (size_t k = 0; k < to; ++k) {
    const Review& review = log.reviews()[k];
    MemoryState& state = states[review.card];
    if (last[review.card] == INT64_MIN) {
      state = model.first(review.rating);
    } else {
      const double days = days_between(last[review.card], review.time_us);
      if (k >= from && days >= 1) {
        const double recall = model.recall(days, state.stability);
        const bool recalled = review.rating != Rating::again;
        ++figures.reviews;
        figures.log_loss += loss_of(recall, recalled);
        figures.recalled += recalled ? 1 : 0;
        figures.predicted += recall;
      }
      state = model.next(state, review.rating, days);
    }
    last[review.card] = review.time_us;
  }
  const auto count = static_cast<double>(std::max<int64_t>(figures.reviews, 1));
  figures.log_loss /= count;
  figures.recalled /= count;
  figures.predicted /= count;
  return figures;
}

double average_log_loss(const ReviewLog& log, size_t from, size_t to) {
  const MemoryModel model;
  const double share = recall_figures(model, log, 0, from).recalled;
  const double recalled = recall_figures(model, log, from, to).recalled;
  return recalled * loss_of(share, true) + (1 - recalled) * loss_of(share, false);
}

MemoryModel fit_memory(const ReviewLog& log, size_t to, const FitOptions& options) {
  std::vector<History> cards = histories(log, to, options.oldest);
  if (cards.empty())
    throw Error(ErrorCode::invalid_argument,
                "memory model: expected reviews at least a day after another of their card, found none to "
                "learn from");
  int64_t all = 0;
  for (const History& history : cards) all += history.predictions;
  const double batches =
      std::ceil(static_cast<double>(all) / static_cast<double>(options.batch)) * options.epochs;
  MemoryParameters w = default_memory_parameters(), best = w;
  double best_loss = INFINITY, seen = 0;
  Adam adam;
  Random random(options.seed);
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    random.shuffle(cards);
    for (size_t begin = 0; begin < cards.size();) {
      const MemoryModel model(w);
      MemoryParameters by{};
      int64_t count = 0;
      for (; begin < cards.size() && count < options.batch; ++begin) {
        history_loss(model, cards[begin].reviews, cards[begin].weights, by);
        count += cards[begin].predictions;
      }
      prior_loss(w, options.prior, static_cast<double>(count) / static_cast<double>(all), by);
      for (double& one : by) one /= static_cast<double>(count);
      const double rate =
          options.step * 0.5 * (1 + std::cos(3.14159265358979 * std::min(1.0, seen / batches)));
      adam.step(w, by, rate);
      ++seen;
    }
    const MemoryModel model(w);
    MemoryParameters unused{};
    double loss = prior_loss(w, options.prior, 1, unused);
    for (const History& card : cards) loss += history_loss(model, card.reviews, card.weights, unused);
    if (loss < best_loss) {
      best_loss = loss;
      best = w;
    }
  }
  return MemoryModel(best);
}

}  // namespace heed::economy
