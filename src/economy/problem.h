#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace heed::economy {

constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// What a limit counts over: the pairs of one item, of every item of a source, or of every person of a group.
enum class LimitOf { item, source, group };

// What it counts: how often something is chosen, or the minutes that this takes.
enum class LimitUnit { times, minutes };

// at_least <= sum over its pairs of a x <= at_most, a being 1 or the pair's cost. 0: no floor.
struct Limit {
  LimitOf of = LimitOf::item;
  uint32_t index = 0;  // of the item, source or group
  LimitUnit unit = LimitUnit::times;
  double at_least = 0;
  double at_most = kUnlimited;
  std::string name = "";  // for messages; where empty, by what it is and its number
};

// Who may be given what, by numbers. For each pair p of a person i and an item, how much x_p in [0, 1] of it
// the person gets, so that sum of value_p x_p is greatest while
//   sum of cost_p x_p <= minutes_i,  sum of x_p <= slots_i,  sum of notifies_p x_p <= notifications_i
// and every limit holds. Value that diminishes with repetition is several pairs of one person and item, one
// after the other, an n-th time each: their values may not rise. Empty vectors: no such thing.
// 12 bytes a pair and 12 a person: 10^7 pairs of 10^6 people take 132 MB.
struct Problem {
  std::vector<uint64_t> begins = {0};  // [people + 1]: the pairs of person i are [begins[i], begins[i + 1])
  std::vector<float> minutes;          // [people], or empty; kUnlimited: no such budget
  std::vector<float> slots;            // likewise
  std::vector<float> notifications;    // likewise
  std::vector<uint32_t> groups;        // [people], or empty; kNone: in no group

  std::vector<uint32_t> items;    // [pairs]
  std::vector<float> costs;       // [pairs], minutes
  std::vector<float> values;      // [pairs]
  std::vector<uint8_t> notifies;  // [pairs], or empty: 1 where it takes a notification

  uint32_t item_count = 0;
  std::vector<uint32_t> sources;  // [items], or empty; kNone: of no source
  std::vector<Limit> limits;

  uint64_t people() const { return begins.size() - 1; }
  uint64_t pairs() const { return items.size(); }
};

// The whole problem, checked once where it enters. Throws invalid_argument naming the person and pair by
// number: no pairs, a size that disagrees, an item out of range, a negative or infinite cost, a value that is
// not finite, values of a repetition that rise, a negative budget, a floor above its own limit.
void check(const Problem& problem);

// "item 7", or the name that it has.
std::string name_of(const Limit& limit);

std::string to_string(LimitOf of);
std::string to_string(LimitUnit unit);

}  // namespace heed::economy
