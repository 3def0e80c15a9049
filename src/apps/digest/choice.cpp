#include "apps/digest/choice.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::apps::digest {
namespace {

constexpr uint32_t kMostPlaces = 8;
constexpr double kLeastGain = 1e-9, kLeastLeft = 1e-6, kGap = 1e-3;
constexpr size_t kMargin = 16;  // items in, and items out, nearest to the prices' margin, that are exchanged
constexpr int kMostRounds = 50;
constexpr size_t kCounted = 18;  // of so few items every choice is looked at

}  // namespace

uint32_t ChoiceSolver::Places::most() const { return std::min(all, std::max(kMostPlaces, fixed)); }

// A choice while it is changed.
struct ChoiceSolver::State {
  const ChoiceSolver& solver;
  std::vector<uint8_t> chosen;
  std::vector<uint32_t> subjects, sources;  // how many are in of each
  double left = 0;                          // minutes
  double value = 0;

  explicit State(const ChoiceSolver& of)
      : solver(of),
        chosen(of.items_.size(), 0),
        subjects(of.subjects_.size(), 0),
        sources(of.sources_.size(), 0),
        left(of.options_.minutes - of.fixed_minutes_) {
    for (size_t i = 0; i < chosen.size(); ++i) {
      if (!of.items_[i].fixed) continue;
      chosen[i] = 1;
      ++subjects[of.items_[i].subject];
      ++sources[of.items_[i].source];
    }
  }

  bool fits(uint32_t i) const {
    const ChoiceItem& item = solver.items_[i];
    return chosen[i] == 0 && item.minutes <= left + kLeastLeft &&
           subjects[item.subject] < solver.subjects_[item.subject].most() &&
           sources[item.source] < solver.sources_[item.source].most();
  }
  void add(uint32_t i) {
    const ChoiceItem& item = solver.items_[i];
    chosen[i] = 1;
    left -= item.minutes;
    value += item.value - solver.options_.repeat_subject * subjects[item.subject]++ -
             solver.options_.repeat_source * sources[item.source]++;
  }
  void remove(uint32_t i) {
    const ChoiceItem& item = solver.items_[i];
    chosen[i] = 0;
    left += item.minutes;
    value -= item.value - solver.options_.repeat_subject * --subjects[item.subject] -
             solver.options_.repeat_source * --sources[item.source];
  }
};

ChoiceSolver::ChoiceSolver(std::vector<ChoiceItem> items, const ChoiceOptions& options)
    : items_(std::move(items)), options_(options) {
  for (size_t i = 0; i < items_.size(); ++i) {
    const ChoiceItem& item = items_[i];
    if (!(item.value >= 0) || !(item.minutes >= 0) || !std::isfinite(item.value + item.minutes))
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("digest: item {}: expected a value and minutes of 0 or more, found {} and {}",
                              i, item.value, item.minutes));
    subjects_.resize(std::max<size_t>(subjects_.size(), item.subject + 1));
    sources_.resize(std::max<size_t>(sources_.size(), item.source + 1));
    for (Places* places : {&subjects_[item.subject], &sources_[item.source]}) {
      ++places->all;
      places->fixed += item.fixed ? 1 : 0;
    }
    if (item.fixed) fixed_minutes_ += item.minutes;
  }
  check(options_.minutes);
  build();
}

void ChoiceSolver::check(double minutes) const {
  if (!(minutes >= 0) || !std::isfinite(minutes))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("digest: expected minutes of 0 or more, found {}", minutes));
  if (fixed_minutes_ > minutes + kLeastLeft)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("digest: what must be in takes {:.4g} minutes, more than the {:.4g} there are",
                            fixed_minutes_, minutes));
}

void ChoiceSolver::set_minutes(double minutes) {
  check(minutes);
  options_.minutes = minutes;
  if (allocator_) allocator_->set_limit(0, 0, std::max(0.0, minutes - fixed_minutes_));
}

void ChoiceSolver::build() {
  economy::Problem problem;
  problem.limits.push_back({.of = economy::LimitOf::group,
                            .unit = economy::LimitUnit::minutes,
                            .at_most = std::max(0.0, options_.minutes - fixed_minutes_),
                            .name = "minutes"});
  limits_.assign(subjects_.size(), -1);
  for (size_t s = 0; s < subjects_.size(); ++s) {
    if (!subjects_[s].are_priced()) continue;
    limits_[s] = static_cast<int64_t>(problem.limits.size());
    problem.limits.push_back({.of = economy::LimitOf::source,
                              .index = static_cast<uint32_t>(s),
                              .at_most = static_cast<double>(subjects_[s].most() - subjects_[s].fixed)});
  }
  const auto add = [&](double value, double minutes, uint32_t subject) {
    problem.items.push_back(problem.item_count++);
    problem.costs.push_back(static_cast<float>(minutes));
    problem.values.push_back(static_cast<float>(value));
    problem.sources.push_back(subject);
  };
  const auto end_person = [&](double slots, uint32_t group) {
    problem.begins.push_back(problem.pairs());
    problem.slots.push_back(static_cast<float>(slots));
    problem.groups.push_back(group);
  };
  std::vector<std::vector<uint32_t>> of_source(sources_.size());
  for (uint32_t i = 0; i < items_.size(); ++i) of_source[items_[i].source].push_back(i);
  pairs_.assign(items_.size(), -1);
  people_.assign(sources_.size(), -1);
  for (size_t s = 0; s < sources_.size(); ++s) {
    const Places& places = sources_[s];
    if (places.all == places.fixed) continue;
    people_[s] = static_cast<int64_t>(problem.people());
    for (const uint32_t i : of_source[s]) {
      if (items_[i].fixed) continue;
      pairs_[i] = static_cast<int64_t>(problem.pairs());
      add(items_[i].value, items_[i].minutes, items_[i].subject);
    }
    for (uint32_t k = places.first(); k < places.most(); ++k)
      add(options_.repeat_source * k, 0, economy::kNone);
    end_person(places.are_priced() ? places.most() - places.fixed : economy::kUnlimited, 0);
  }
  if (problem.pairs() == 0) return;
  for (uint32_t s = 0; s < subjects_.size(); ++s) {  // held by nobody
    if (!subjects_[s].are_priced()) continue;
    for (uint32_t k = subjects_[s].first(); k < subjects_[s].most(); ++k)
      add(options_.repeat_subject * k, 0, s);
  }
  if (problem.pairs() > problem.begins.back()) end_person(economy::kUnlimited, economy::kNone);
  allocator_ =
      std::make_unique<economy::Allocator>(std::move(problem), economy::AllocateOptions{.gap = kGap});
}

Choice ChoiceSolver::solve() {
  State state(*this);
  Choice choice = {.subject_prices = std::vector<double>(subjects_.size(), 0),
                   .source_prices = std::vector<double>(sources_.size(), 0)};
  if (allocator_) {
    const economy::Allocation parts = allocator_->solve();
    choice.minute_price = parts.limit_prices[0];
    for (size_t s = 0; s < subjects_.size(); ++s) {
      if (limits_[s] >= 0) choice.subject_prices[s] = parts.limit_prices[static_cast<size_t>(limits_[s])];
    }
    for (size_t s = 0; s < sources_.size(); ++s) {
      if (people_[s] >= 0)
        choice.source_prices[s] = parts.people_prices[static_cast<size_t>(people_[s])].slots;
    }
    // What held places are worth where nobody takes them is no value of the digest.
    choice.bound = parts.bound;
    const economy::Problem& problem = allocator_->problem();
    std::vector<double> ranks(items_.size(), 0);
    std::vector<uint32_t> order;
    std::vector<uint8_t> is_item(problem.pairs(), 0);
    for (uint32_t i = 0; i < items_.size(); ++i) {
      if (pairs_[i] < 0) continue;
      const ChoiceItem& item = items_[i];
      is_item[static_cast<size_t>(pairs_[i])] = 1;
      const double net = item.value - choice.minute_price * item.minutes -
                         choice.subject_prices[item.subject] - choice.source_prices[item.source];
      ranks[i] = parts.amounts[static_cast<size_t>(pairs_[i])] + std::atan(net);  // what is in whole first
      if (item.value > 0) order.push_back(i);
    }
    for (uint64_t p = 0; p < problem.pairs(); ++p) choice.bound -= is_item[p] != 0 ? 0 : problem.values[p];
    std::ranges::stable_sort(order, [&](uint32_t a, uint32_t b) { return ranks[a] > ranks[b]; });
    for (const uint32_t i : order) {
      if (state.fits(i)) state.add(i);
    }
    if (order.size() <= kCounted) {
      count_out(order, state);
    } else {
      improve(order, state);
    }
  }
  choice.value = state.value;
  choice.chosen = std::move(state.chosen);
  return choice;
}

// Depth first; a branch is left where not even all that is still to come would make it the best.
void ChoiceSolver::count_out(const std::vector<uint32_t>& ins, State& state) const {
  std::vector<double> rest(ins.size() + 1, 0);
  for (size_t k = ins.size(); k-- > 0;) rest[k] = rest[k + 1] + items_[ins[k]].value;
  std::vector<uint8_t> best = state.chosen;
  double best_value = state.value;
  for (const uint32_t i : ins) {
    if (state.chosen[i] != 0) state.remove(i);
  }
  const std::function<void(size_t)> visit = [&](size_t k) {
    if (state.value > best_value + kLeastGain) {
      best = state.chosen;
      best_value = state.value;
    }
    if (k == ins.size() || state.value + rest[k] <= best_value + kLeastGain) return;
    if (state.fits(ins[k])) {
      state.add(ins[k]);
      visit(k + 1);
      state.remove(ins[k]);
    }
    visit(k + 1);
  };
  visit(0);
  state.chosen = std::move(best);
  state.value = best_value;
}

void ChoiceSolver::improve(const std::vector<uint32_t>& ins, State& state) const {
  std::vector<uint32_t> outside, inside;
  for (int round = 0; round < kMostRounds; ++round) {
    outside.clear();
    inside.clear();
    for (const uint32_t i : ins) {
      if (state.chosen[i] != 0) {
        inside.push_back(i);
      } else if (outside.size() < kMargin) {
        outside.push_back(i);
      }
    }
    if (inside.size() > kMargin) inside.erase(inside.begin(), inside.end() - kMargin);
    std::vector<uint32_t> best_outs, best_ins, outs;
    double best = state.value + kLeastGain;
    // Whatever one or two more bring in what is free now.
    const auto try_ins = [&] {
      for (size_t a = 0; a < outside.size(); ++a) {
        if (!state.fits(outside[a])) continue;
        state.add(outside[a]);
        const auto keep = [&](std::vector<uint32_t> now) {
          if (state.value <= best) return;
          best = state.value;
          best_outs = outs;
          best_ins = std::move(now);
        };
        keep({outside[a]});
        for (size_t b = a + 1; b < outside.size(); ++b) {
          if (!state.fits(outside[b])) continue;
          state.add(outside[b]);
          keep({outside[a], outside[b]});
          state.remove(outside[b]);
        }
        state.remove(outside[a]);
      }
    };
    try_ins();
    for (size_t a = 0; a < inside.size(); ++a) {
      state.remove(inside[a]);
      outs = {inside[a]};
      try_ins();
      for (size_t b = a + 1; b < inside.size(); ++b) {
        state.remove(inside[b]);
        outs = {inside[a], inside[b]};
        try_ins();
        state.add(inside[b]);
      }
      state.add(inside[a]);
    }
    if (best_ins.empty()) return;
    for (const uint32_t i : best_outs) state.remove(i);
    for (const uint32_t i : best_ins) state.add(i);
  }
}

double ChoiceSolver::value_of(const std::vector<uint8_t>& chosen) const {
  State state(*this);
  for (uint32_t i = 0; i < items_.size(); ++i) {
    if (chosen[i] != 0 && !items_[i].fixed) state.add(i);
  }
  return state.value;
}

std::string ChoiceSolver::to_lp() const {
  std::string worth = "Maximize\n worth:", rows = "Subject To\n minutes:", whole = "Binary\n",
              bounds = "Bounds\n";
  for (size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].fixed) continue;
    worth += fmt::format(" + {:.9g} x{}\n", items_[i].value, i);
    rows += fmt::format(" + {:.9g} x{}\n", items_[i].minutes, i);
    whole += fmt::format(" x{}\n", i);
  }
  rows += fmt::format(" <= {:.9g}\n", options_.minutes - fixed_minutes_);
  // An item beyond those that are fixed takes a place, the cheapest first.
  const auto add = [&](const char* name, const std::vector<Places>& all, double loss, const auto& of) {
    for (uint32_t s = 0; s < all.size(); ++s) {
      if (!all[s].are_priced()) continue;
      rows += fmt::format(" {}{}:", name, s);
      for (size_t i = 0; i < items_.size(); ++i) {
        if (!items_[i].fixed && of(items_[i]) == s) rows += fmt::format(" + x{}\n", i);
      }
      for (uint32_t k = all[s].fixed; k < all[s].most(); ++k) {
        rows += fmt::format(" - {}{}_{}", name, s, k);
        worth += fmt::format(" - {:.9g} {}{}_{}\n", loss * k, name, s, k);
        bounds += fmt::format(" 0 <= {}{}_{} <= 1\n", name, s, k);
      }
      rows += " <= 0\n";
    }
  };
  add("subject", subjects_, options_.repeat_subject, [](const ChoiceItem& item) { return item.subject; });
  add("source", sources_, options_.repeat_source, [](const ChoiceItem& item) { return item.source; });
  return worth + rows + bounds + whole + "End\n";
}

}  // namespace heed::apps::digest
