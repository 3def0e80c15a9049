#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "economy/allocator.h"

// Which items of a digest fit the minutes, so that all of them together are worth most.
namespace heed::apps::digest {

struct ChoiceItem {
  double value = 0, minutes = 0;
  uint32_t subject = 0, source = 0;  // numbers from 0
  bool fixed = false;                // in, whatever it is worth: its minutes and places are taken first
};

struct ChoiceOptions {
  double minutes = 20;
  // The n-th item of a subject, and of a source, is worth this times n - 1 less than it would be alone. Ninth
  // and later ones are not taken.
  double repeat_subject = 0.05, repeat_source = 0.02;
};

struct Choice {
  std::vector<uint8_t> chosen = {};  // [items]
  double value = 0;                  // of what was not fixed, after repetition
  double bound = 0;                  // no choice is worth more
  // What one more minute, and one more place for a subject's or source's items, are worth.
  double minute_price = 0;
  std::vector<double> subject_prices = {}, source_prices = {};
};

// The choice as the allocator of economy/ sees it. Sources are its people, whose slots are places; the reader
// is the group that they are in, with a limit of minutes; subjects are its sources, with limits of times.
// Value that diminishes is places that are held: the k-th is worth k times the loss to nobody in particular,
// so that an n-th item costs what it displaces, and all of it stays linear.
//
// Solved by prices (Allocator); what prices leave undecided is taken by what is left of its value, then
// improved by exchanges of up to two items for up to two until none gains; of 18 items or fewer every choice
// is looked at. solve() after set_minutes() starts from the last prices. Not thread-safe.
class ChoiceSolver {
 public:
  // Throws invalid_argument where a number is negative or not finite, or what is fixed takes more than the
  // minutes.
  ChoiceSolver(std::vector<ChoiceItem> items, const ChoiceOptions& options);

  void set_minutes(double minutes);
  Choice solve();

  // What `value` of a Choice is.
  double value_of(const std::vector<uint8_t>& chosen) const;
  // The same problem in whole numbers, as the LP format of CPLEX: for another solver to judge. x0, x1, … are
  // the items.
  std::string to_lp() const;

 private:
  // Items of one subject or source.
  struct Places {
    uint32_t all = 0, fixed = 0;

    uint32_t most() const;  // that may be in
    bool are_priced() const { return all > 1; }
    // Of the held places, the k-th: first() <= k < most().
    uint32_t first() const { return fixed > 1 ? fixed : 1; }
  };
  struct State;

  void check(double minutes) const;
  void build();
  void count_out(const std::vector<uint32_t>& ins, State& state) const;
  void improve(const std::vector<uint32_t>& ins, State& state) const;

  std::vector<ChoiceItem> items_;
  ChoiceOptions options_;
  double fixed_minutes_ = 0;
  std::vector<Places> subjects_, sources_;
  std::vector<int64_t> pairs_;                     // [items]: where it stands in the problem; -1: fixed
  std::vector<int64_t> limits_;                    // [subjects]: which limit; -1: none
  std::vector<int64_t> people_;                    // [sources]: which person; -1: none
  std::unique_ptr<economy::Allocator> allocator_;  // null: nothing to choose
};

}  // namespace heed::apps::digest
