#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "economy/problem.h"
#include "economy/quiet_hours.h"

namespace heed::economy {

// A pair that may not be chosen, and why.
struct Excluded {
  std::string person, item;
  std::string reason;  // "23:15 is within the quiet hours 22:00-07:00"
};

// A problem with the names of a user's tables.
struct NamedProblem {
  Problem problem;
  std::vector<std::string> people, items, sources, groups;
  std::vector<Excluded> excluded;

  // The pairs of this person and item, in order of repetition; empty where they are no pair. Throws not_found
  // with the nearest name where one is unknown.
  std::vector<uint64_t> find(const std::string& person, const std::string& item) const;
};

// Rows of tables as they are read; every field is text, "" where it is not given. `where` ("pairs.csv:17")
// opens every message. Each add throws invalid_argument with the field, what was expected and what was found.
struct PersonRow {
  std::string person, minutes, slots, notifications, group;
  std::string quiet;  // "22:00-07:00"
};

struct PairRow {
  std::string person, item, cost;
  std::string value;    // "3", or "3|2|1": of the first, second and third time
  std::string source;   // of the item
  std::string channel;  // "notification": it takes one of the person's
  std::string at;       // "23:15": when; quiet hours exclude it
};

struct LimitRow {
  std::string of;    // item, source, group
  std::string name;  // whose
  std::string unit;  // times (default), minutes
  std::string at_least, at_most;
};

class ProblemBuilder {
 public:
  void add(const PersonRow& row, const std::string& where);
  void add(const PairRow& row, const std::string& where);   // after its person
  void add(const LimitRow& row, const std::string& where);  // after the pairs
  // The problem, checked. The builder is empty afterwards.
  NamedProblem build();

 private:
  using Index = std::unordered_map<std::string, uint32_t>;
  struct Pair {
    uint32_t item;
    float cost;
    uint8_t notifies;
    std::vector<float> values;
  };
  struct Quiet {
    QuietHours hours = {};
    std::string text;
  };

  uint32_t item_of(const PairRow& row, const std::string& where);

  NamedProblem named_;
  Index people_, items_, sources_, groups_;
  std::vector<std::vector<Pair>> pairs_;  // [people]
  std::vector<Quiet> quiet_;              // [people]
};

}  // namespace heed::economy
