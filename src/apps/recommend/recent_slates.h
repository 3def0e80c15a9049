#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace heed::apps::recommend {

// What was last shown to whom: so that an outcome finds its decision, and what was shown in vain tires. The
// people shown to last are remembered; the log knows the rest. Thread-safe.
class RecentSlates {
 public:
  explicit RecentSlates(int64_t most_people = 100'000) : most_(static_cast<size_t>(most_people)) {}

  void add(const std::string& person, const std::string& decision, const std::vector<int32_t>& items);
  // The latest decision that showed the item to this person; "": none that is remembered.
  std::string decision_of(const std::string& person, int32_t item) const;
  // How often each item was shown to this person in the slates remembered.
  std::unordered_map<int32_t, int64_t> times_shown(const std::string& person) const;
  void forget(const std::string& person);

 private:
  static constexpr size_t kSlates = 5;  // of a person
  struct Shown {
    std::string decision;
    std::vector<int32_t> items;
  };
  struct Person {
    std::list<Shown> slates;  // latest first
    std::list<std::string>::iterator place;
  };

  size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Person> people_;
  std::list<std::string> order_;  // shown to last first
};

}  // namespace heed::apps::recommend
