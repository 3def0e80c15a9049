#include "economy/online.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

constexpr double kGamma = 1e-3;                 // of a value: parts are chosen this smoothly
constexpr double kFastest = 2, kSlowest = 0.5;  // pace against the even one

[[noreturn]] void fail(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, "online allocation: " + message);
}

// Depth-first search over pairs in order of net a minute.
class WholeSearch {
 public:
  WholeSearch(std::span<const float> nets, std::span<const float> costs, std::span<const uint8_t> notifies,
              int nodes)
      : nets_(nets),
        costs_(costs),
        notifies_(notifies),
        nodes_(nodes),
        taken_(nets.size(), 0),
        best_(taken_) {
    for (uint32_t p = 0; p < nets.size(); ++p) {
      if (nets[p] > 0) order_.push_back(p);
    }
    std::ranges::stable_sort(order_,
                             [&](uint32_t a, uint32_t b) { return nets[a] * costs[b] > nets[b] * costs[a]; });
  }

  std::vector<float> run(const Budgets& budgets) {
    visit(0, budgets.minutes, budgets.slots, budgets.notifications, 0);
    return best_;
  }

 private:
  double bound(size_t at, double minutes) const {
    double all = 0;
    for (size_t k = at; k < order_.size(); ++k) {
      const uint32_t p = order_[k];
      if (costs_[p] > minutes) return all + nets_[p] * (costs_[p] > 0 ? minutes / costs_[p] : 1);
      minutes -= costs_[p];
      all += nets_[p];
    }
    return all;
  }

  void visit(size_t at, double minutes, double slots, double notifications, double net) {
    if (net > best_net_) {
      best_net_ = net;
      best_ = taken_;
    }
    if (at == order_.size() || slots < 1 || --nodes_ < 0 || net + bound(at, minutes) <= best_net_) return;
    const uint32_t p = order_[at];
    const double notice = notifies_.empty() ? 0 : notifies_[p];
    if (costs_[p] <= minutes && notice <= notifications) {
      taken_[p] = 1;
      visit(at + 1, minutes - costs_[p], slots - 1, notifications - notice, net + nets_[p]);
      taken_[p] = 0;
    }
    visit(at + 1, minutes, slots, notifications, net);
  }

  std::span<const float> nets_, costs_;
  std::span<const uint8_t> notifies_;
  int nodes_;
  std::vector<uint32_t> order_;
  std::vector<float> taken_, best_;
  double best_net_ = 0;
};

}  // namespace

std::vector<float> best_whole(std::span<const float> nets, std::span<const float> costs,
                              std::span<const uint8_t> notifies, const Budgets& budgets, int nodes) {
  return WholeSearch(nets, costs, notifies, nodes).run(budgets);
}

OnlineAllocator::OnlineAllocator(Problem market, OnlineOptions options)
    : market_(std::move(market)),
      coupling_(market_),
      options_(std::move(options)),
      prices_(options_.prices),
      used_(market_.limits.size(), 0),
      now_(market_.limits.size(), 0) {
  if (market_.people() > 0) fail("expected items and limits alone, found people: they arrive one by one");
  if (!(options_.arrivals > 0)) fail(fmt::format("expected arrivals above 0, found {}", options_.arrivals));
  if (prices_.empty()) prices_.resize(market_.limits.size(), 0);
  if (prices_.size() != market_.limits.size())
    fail(fmt::format("expected {} prices to start with, found {}", market_.limits.size(), prices_.size()));
}

void OnlineAllocator::check_arrival(const Arrival& arrival) const {
  if (arrival.costs.size() != arrival.items.size() || arrival.values.size() != arrival.items.size())
    fail("expected as many costs and values as items");
  for (size_t k = 0; k < arrival.items.size(); ++k) {
    if (arrival.items[k] >= market_.item_count)
      fail(fmt::format("expected an item below {}, found {}", market_.item_count, arrival.items[k]));
    if (!(arrival.costs[k] >= 0) || !std::isfinite(arrival.costs[k]))
      fail(fmt::format("item {}: expected a cost of 0 or more minutes, found {}", arrival.items[k],
                       arrival.costs[k]));
    if (!std::isfinite(arrival.values[k]))
      fail(fmt::format("item {}: expected a finite value, found {}", arrival.items[k], arrival.values[k]));
  }
}

// body(limit, what one time of the pair counts there).
template <class Body>
void OnlineAllocator::each_limit(const Arrival& arrival, size_t pair, const Body& body) const {
  const auto visit = [&](uint32_t r) {
    body(r, market_.limits[r].unit == LimitUnit::times ? 1.0 : static_cast<double>(arrival.costs[pair]));
  };
  for (const uint32_t r : coupling_.of_item(arrival.items[pair])) visit(r);
  if (arrival.group >= coupling_.groups()) return;
  for (const uint32_t r : coupling_.of_group(arrival.group)) visit(r);
}

void OnlineAllocator::choose_whole(const Arrival& arrival) {
  amounts_ = best_whole(nets_, arrival.costs, arrival.notifies, arrival.budgets);
}

void OnlineAllocator::choose_parts(const Arrival& arrival) {
  const double scale = values_seen_ / std::max(pairs_seen_, 1.0);
  choice_.begin(static_cast<uint32_t>(nets_.size()), static_cast<float>(std::max(kGamma * scale, 1e-12)));
  for (size_t k = 0; k < nets_.size(); ++k)
    choice_.add(nets_[k], arrival.costs[k], arrival.notifies.empty() ? 0.0F : arrival.notifies[k], 0);
  Budgets prices;
  choice_.choose(arrival.budgets, prices);
  amounts_.resize(nets_.size());
  for (size_t k = 0; k < nets_.size(); ++k) amounts_[k] = choice_.amount(static_cast<uint32_t>(k));
}

// Cuts the choice to what limits have left, and uses it.
void OnlineAllocator::take_what_is_left(const Arrival& arrival) {
  for (size_t k = 0; k < amounts_.size(); ++k) {
    if (amounts_[k] <= 0) continue;
    double most = amounts_[k];
    each_limit(arrival, k, [&](uint32_t r, double a) {
      if (a > 0) most = std::min(most, (market_.limits[r].at_most - used_[r]) / a);
    });
    if (options_.whole && most < 1) most = 0;
    amounts_[k] = std::max(0.0F, std::nextafter(static_cast<float>(most), options_.whole ? 1.0F : 0.0F));
    if (most <= 0) amounts_[k] = 0;
    value_ += static_cast<double>(amounts_[k]) * arrival.values[k];
    each_limit(arrival, k, [&](uint32_t r, double a) {
      used_[r] += amounts_[k] * a;
      now_[r] += amounts_[k] * a;
    });
  }
}

void OnlineAllocator::move_prices() {
  const double left = std::max(1.0, options_.arrivals - static_cast<double>(arrived_));
  const double worth = values_seen_ / std::max(pairs_seen_, 1.0);
  const double minutes = std::max(costs_seen_ / std::max(pairs_seen_, 1.0), 1e-12);
  for (size_t r = 0; r < prices_.size(); ++r) {
    const Limit& limit = market_.limits[r];
    const double a = limit.unit == LimitUnit::times ? 1 : minutes;
    const auto pace = [&](double wanted) {
      const double even = wanted / options_.arrivals;
      return std::clamp((wanted - used_[r]) / left, kSlowest * even, kFastest * even);
    };
    const double of = std::isfinite(limit.at_most) ? limit.at_most : limit.at_least;
    const double step = options_.step * worth / (a * a * std::sqrt(std::max(of / a, 1.0)));
    const double moved = prices_[r] + step * now_[r];
    const double high = std::isfinite(limit.at_most) ? moved - step * pace(limit.at_most) : -1;
    const double low = limit.at_least > 0 ? moved - step * pace(limit.at_least) : 1;
    prices_[r] = high > 0 ? high : low < 0 ? low : 0;
    now_[r] = 0;
  }
}

const std::vector<float>& OnlineAllocator::arrive(const Arrival& arrival) {
  check_arrival(arrival);
  nets_.assign(arrival.values.begin(), arrival.values.end());
  for (size_t k = 0; k < nets_.size(); ++k) {
    values_seen_ += std::abs(arrival.values[k]);
    costs_seen_ += arrival.costs[k];
    bool fits = true;
    double net = arrival.values[k];
    each_limit(arrival, k, [&](uint32_t r, double a) {
      net -= prices_[r] * a;
      fits &= market_.limits[r].at_most - used_[r] >= (options_.whole ? a : 1e-9 * a);
    });
    nets_[k] = fits ? static_cast<float>(net) : -1;
  }
  pairs_seen_ += static_cast<double>(nets_.size());
  options_.whole ? choose_whole(arrival) : choose_parts(arrival);
  for (size_t k = 0; k < nets_.size(); ++k) {
    if (nets_[k] <= 0) amounts_[k] = 0;
  }
  take_what_is_left(arrival);
  ++arrived_;
  move_prices();
  return amounts_;
}

}  // namespace heed::economy
