#include "apps/recommend/user_groups.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::apps::recommend {
namespace {

constexpr size_t kMostGroups = 12;
constexpr const char* kNotTold = "(not told)";

double number_of(const std::string& text, bool& is_number) {
  double number = 0.0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  is_number = problem == std::errc() && end == text.data() + text.size();
  return number;
}

// Thirds of the numbers, equal ones together.
void cut_into_thirds(std::vector<std::pair<double, size_t>> cases, std::vector<UserGroup>& groups) {
  std::ranges::sort(cases);
  for (size_t begin = 0; begin < cases.size();) {
    const size_t third = groups.size() + 1;
    size_t end = std::max(begin + 1, std::min(cases.size(), cases.size() * third / 3));
    while (end < cases.size() && cases[end].first == cases[end - 1].first) ++end;
    UserGroup group{.value = fmt::format("{:g} to {:g}", cases[begin].first, cases[end - 1].first),
                    .cases = {}};
    for (; begin < end; ++begin) group.cases.push_back(cases[begin].second);
    groups.push_back(std::move(group));
  }
}

double hit_rate(const Judgement& judgement, const UserGroup& group) {
  double hits = 0.0;
  for (const size_t number : group.cases) hits += judgement.hits[number];
  return hits / static_cast<double>(group.cases.size());
}

}  // namespace

std::vector<UserGroup> group_users(const Dataset& dataset, const EvaluationData& data,
                                   const std::string& attribute) {
  std::unordered_map<std::string, const data::Item*> people;
  std::set<std::string> attributes;
  for (const data::Item& user : dataset.users) {
    people.emplace(user.id, &user);
    for (const auto& [name, value] : user.attributes) attributes.insert(name);
  }
  if (!attributes.contains(attribute))
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("attribute '{}': expected one of people's, found {}; heed recommend import --users FILE",
                    attribute, attributes.empty() ? "none" : fmt::format("{}", fmt::join(attributes, ", "))));
  std::map<std::string, std::vector<size_t>> by_value;
  std::vector<std::pair<double, size_t>> numbers;
  std::vector<size_t> not_told;
  bool all_numbers = true;
  for (size_t k = 0; k < data.cases.size(); ++k) {
    const auto person = people.find(dataset.log.users.name(data.cases[k].user));
    const std::string value = person == people.end() ? "" : person->second->attribute(attribute);
    if (value.empty()) {
      not_told.push_back(k);
      continue;
    }
    by_value[value].push_back(k);
    bool is_number = false;
    numbers.emplace_back(number_of(value, is_number), k);
    all_numbers = all_numbers && is_number;
  }
  std::vector<UserGroup> groups;
  if (all_numbers && by_value.size() > kMostGroups) {
    cut_into_thirds(std::move(numbers), groups);
  } else {
    for (auto& [value, cases] : by_value) groups.push_back({.value = value, .cases = std::move(cases)});
    std::ranges::stable_sort(groups,
                             [](const auto& a, const auto& b) { return a.cases.size() > b.cases.size(); });
    if (groups.size() > kMostGroups) {
      UserGroup others{.value = "(others)", .cases = {}};
      for (size_t g = kMostGroups; g < groups.size(); ++g)
        others.cases.insert(others.cases.end(), groups[g].cases.begin(), groups[g].cases.end());
      groups.resize(kMostGroups);
      groups.push_back(std::move(others));
    }
  }
  if (!not_told.empty()) groups.push_back({.value = kNotTold, .cases = std::move(not_told)});
  return groups;
}

std::string to_table(const std::vector<UserGroup>& groups, const std::string& attribute,
                     const std::vector<Judgement>& judgements, const EvaluationOptions& options) {
  std::string text =
      fmt::format("\n{:<24}{:>8}", fmt::format("HR@{} by {}", options.top, attribute), "people");
  for (const Judgement& each : judgements) text += fmt::format("  {:>20}", each.name);
  text += "\n";
  for (const UserGroup& group : groups) {
    text += fmt::format("{:<24}{:>8}", group.value, group.cases.size());
    for (const Judgement& each : judgements) text += fmt::format("  {:>20.4f}", hit_rate(each, group));
    text += "\n";
  }
  return text;
}

Json to_json(const std::vector<UserGroup>& groups, const std::vector<Judgement>& judgements) {
  Json all = Json::array();
  for (const UserGroup& group : groups) {
    Json rates = Json::object();
    for (const Judgement& each : judgements) rates[each.name] = hit_rate(each, group);
    all.push_back({{"value", group.value}, {"people", group.cases.size()}, {"hit_rate", std::move(rates)}});
  }
  return all;
}

}  // namespace heed::apps::recommend
