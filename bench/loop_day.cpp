#include "loop_day.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <stdlib.h>

#include "base/random.h"
#include "economy/minutes.h"

namespace heed::bench {
namespace {

using economy::Audit;
using economy::Ledger;
using economy::MinuteBid;
using economy::MinuteGrant;
using economy::MinuteMarket;
using economy::open_ledger;
using economy::Stage;

constexpr int kPeople = 60, kTicks = 96;  // of a quarter of an hour
constexpr double kMinutes = 40, kAttended = 0.85;
constexpr int64_t kTickUs = int64_t{15} * 60 * 1'000'000, kFirst = int64_t{20'000} * 96 * kTickUs;

struct Task {
  const char* name;
  double bids, minutes;  // a day, each
};
constexpr std::array kTasks = {Task{"alerts", 8, 2}, Task{"slates", 15, 2}, Task{"queue", 6, 5},
                               Task{"digest", 20, 1.5}};

// [ticks]: who wants what.
std::vector<std::vector<MinuteBid>> make_bids(int day, Random& random,
                                              const std::vector<std::array<double, kTasks.size()>>& tastes) {
  std::vector<std::vector<MinuteBid>> bids(kTicks);
  for (int person = 0; person < kPeople; ++person) {
    for (size_t task = 0; task < kTasks.size(); ++task) {
      const int count = static_cast<int>(kTasks[task].bids * (0.5 + random.uniform()));
      const auto morning = static_cast<int>(28 + random.below(12));
      for (int k = 0; k < count; ++k) {
        const int tick = task == 3 ? morning : static_cast<int>(28 + random.below(60));
        const double minutes = kTasks[task].minutes * (0.5 + random.uniform());
        bids[static_cast<size_t>(tick)].push_back(
            {.id = fmt::format("{}-{}-{}-{}", day, person, kTasks[task].name, k),
             .person = fmt::format("p{}", person),
             .task = kTasks[task].name,
             .source = kTasks[task].name,
             .minutes = minutes,
             .value = minutes * tastes[static_cast<size_t>(person)][task] * std::exp(0.8 * random.normal()),
             .ts_us = kFirst + (int64_t{day} * kTicks + tick) * kTickUs});
      }
    }
  }
  return bids;
}

struct DayResult {
  double value = 0;
  int64_t grants = 0, unaccounted_ms = 0;
  size_t faults = 0;
  double price_spread = 0;  // greatest relative difference of what tasks are told of one person's minute
};

// Markets: one for all tasks, or one each; a task's market has its share of everybody's minutes.
class Days {
 public:
  Days(const std::filesystem::path& folder, size_t markets) {
    for (size_t k = 0; k < markets; ++k) {
      ledgers_.push_back(open_ledger((folder / fmt::format("{}-{}.db", markets, k)).string()));
      markets_.push_back(std::make_unique<MinuteMarket>(*ledgers_.back()));
    }
  }

  DayResult run(int day, const std::vector<std::vector<MinuteBid>>& bids, uint64_t seed) {
    Random random(seed);
    DayResult result;
    join(day);
    for (const auto& tick : bids) {
      for (size_t m = 0; m < markets_.size(); ++m) {
        std::vector<MinuteBid> own;
        for (const MinuteBid& bid : tick) {
          if (market_of(bid) == m) own.push_back(bid);
        }
        const std::vector<MinuteGrant> grants = markets_[m]->ask(own);
        for (size_t k = 0; k < own.size(); ++k) {
          if (!grants[k].given) continue;
          result.value += grants[k].value;
          ++result.grants;
          const bool attended = random.uniform() < kAttended;
          markets_[m]->settle(own[k].id, attended ? own[k].minutes : 0, attended ? 0 : own[k].minutes,
                              own[k].ts_us + kTickUs);
        }
      }
      spread(result);
    }
    finish(day, result);
    return result;
  }

 private:
  size_t market_of(const MinuteBid& bid) const {
    if (markets_.size() == 1) return 0;
    return static_cast<size_t>(
        std::ranges::find(kTasks, bid.task, [](const Task& t) { return std::string(t.name); }) -
        kTasks.begin());
  }
  void join(int day) {
    for (size_t m = 0; m < markets_.size(); ++m) {
      for (int person = 0; person < kPeople; ++person) {
        const std::string name = fmt::format("p{}", person);
        const int64_t begin = kFirst + int64_t{day} * kTicks * kTickUs;
        markets_[m]->join({.person = name,
                           .begin_us = begin + 28 * kTickUs,
                           .end_us = begin + 88 * kTickUs,
                           .price = prices_.contains({m, name}) ? prices_.at({m, name}) : 0,
                           .rules = {.minutes = kMinutes / static_cast<double>(markets_.size())}});
      }
    }
  }
  // What each task is told, asking its market.
  void spread(DayResult& result) const {
    for (int person = 0; person < kPeople; ++person) {
      double low = INFINITY, high = 0;
      for (size_t task = 0; task < kTasks.size(); ++task) {
        const double price = markets_[markets_.size() == 1 ? 0 : task]->price(fmt::format("p{}", person));
        low = std::min(low, price);
        high = std::max(high, price);
      }
      if (high > 0) result.price_spread = std::max(result.price_spread, (high - low) / high);
    }
  }
  void finish(int day, DayResult& result) {
    for (size_t m = 0; m < markets_.size(); ++m) {
      for (int person = 0; person < kPeople; ++person) {
        const std::string name = fmt::format("p{}", person);
        prices_[{m, name}] = markets_[m]->price(name);
        markets_[m]->close(name, kFirst + (int64_t{day} + 1) * kTicks * kTickUs - 1);
      }
      const Audit audit = ledgers_[m]->audit();
      result.faults += audit.faults.size();
      const auto at = [&](Stage stage) { return audit.balance[static_cast<size_t>(stage)]; };
      result.unaccounted_ms += std::abs(at(Stage::acquired)) + std::abs(at(Stage::allocated)) +
                               std::abs(at(Stage::world) + at(Stage::retained) + at(Stage::lost));
    }
  }

  std::vector<std::unique_ptr<Ledger>> ledgers_;
  std::vector<std::unique_ptr<MinuteMarket>> markets_;
  std::map<std::pair<size_t, std::string>, double> prices_;
};

}  // namespace

Json loop_day() {
  std::string pattern = (std::filesystem::temp_directory_path() / "heed-loop-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  Random random(3);
  std::vector<std::array<double, kTasks.size()>> tastes(kPeople);
  for (auto& taste : tastes)
    for (double& one : taste) one = std::exp(0.5 * random.normal());
  Days together(folder, 1), apart(folder, kTasks.size());
  DayResult shared, fixed;
  for (int day = 0; day < 2; ++day) {
    const auto bids = make_bids(day, random, tastes);
    shared = together.run(day, bids, 5);
    fixed = apart.run(day, bids, 5);
  }
  std::filesystem::remove_all(folder);
  return {{"above_fixed", 100 * (shared.value / fixed.value - 1)},
          {"unaccounted_ms", shared.unaccounted_ms},
          {"faults", shared.faults},
          {"price_spread", 100 * shared.price_spread},
          {"price_spread_fixed", 100 * fixed.price_spread},
          {"grants", shared.grants},
          {"value", shared.value},
          {"value_fixed", fixed.value}};
}

}  // namespace heed::bench
