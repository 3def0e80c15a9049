#include "economy/named_problem.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "base/nearest.h"

namespace heed::economy {
namespace {

[[noreturn]] void fail(const std::string& where, const std::string& message) {
  throw Error(ErrorCode::invalid_argument, where + ": " + message);
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A finite number of 0 or more; `otherwise` where the field is empty.
double amount(const std::string& where, const char* field, const std::string& text, double otherwise) {
  if (text.empty()) return otherwise;
  const auto value = number(text);
  if (!value || !(*value >= 0) || !std::isfinite(*value))
    fail(where, fmt::format("field '{}': expected a number of 0 or more, found '{}'", field, text));
  return *value;
}

std::vector<float> values_of(const std::string& where, const std::string& text) {
  std::vector<float> values;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('|', begin), text.size());
    const auto value = number(std::string_view(text).substr(begin, end - begin));
    if (!value || !std::isfinite(*value))
      fail(where,
           fmt::format("field 'value': expected a finite number, or several as 3|2|1, found '{}'", text));
    if (!values.empty() && *value > values.back())
      fail(where,
           fmt::format("field 'value': expected values that do not rise with repetition, found '{}'", text));
    values.push_back(static_cast<float>(*value));
    begin = end + 1;
  }
  return values;
}

// The number of a name, a new one where it is not known yet.
uint32_t index_of(const std::string& name, std::unordered_map<std::string, uint32_t>& index,
                  std::vector<std::string>& names) {
  const auto [at, is_new] = index.try_emplace(name, static_cast<uint32_t>(names.size()));
  if (is_new) names.push_back(name);
  return at->second;
}

bool any(const std::vector<float>& budgets) {
  return std::ranges::any_of(budgets, [](float b) { return std::isfinite(b); });
}

}  // namespace

std::vector<uint64_t> NamedProblem::find(const std::string& person, const std::string& item) const {
  const auto get = [](const char* what, const std::string& name, const std::vector<std::string>& names) {
    const auto at = std::ranges::find(names, name);
    if (at == names.end())
      throw Error(ErrorCode::not_found, fmt::format("no {} '{}'{}", what, name, did_you_mean(name, names)));
    return static_cast<uint32_t>(at - names.begin());
  };
  const uint32_t i = get("person", person, people), j = get("item", item, items);
  std::vector<uint64_t> found;
  for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) {
    if (problem.items[p] == j) found.push_back(p);
  }
  return found;
}

void ProblemBuilder::add(const PersonRow& row, const std::string& where) {
  if (row.person.empty()) fail(where, "field 'person': expected a name, found nothing");
  if (!people_.try_emplace(row.person, static_cast<uint32_t>(named_.people.size())).second)
    fail(where, fmt::format("person '{}' stands here for the second time", row.person));
  named_.people.push_back(row.person);
  Problem& problem = named_.problem;
  problem.minutes.push_back(static_cast<float>(amount(where, "minutes", row.minutes, kUnlimited)));
  problem.slots.push_back(static_cast<float>(amount(where, "slots", row.slots, kUnlimited)));
  problem.notifications.push_back(
      static_cast<float>(amount(where, "notifications", row.notifications, kUnlimited)));
  problem.groups.push_back(row.group.empty() ? kNone : index_of(row.group, groups_, named_.groups));
  Quiet quiet{.text = row.quiet};
  if (!row.quiet.empty()) {
    const auto hours = parse_quiet_hours(row.quiet);
    if (!hours)
      fail(where, fmt::format("field 'quiet': expected hours as 22:00-07:00, found '{}'", row.quiet));
    quiet.hours = *hours;
  }
  quiet_.push_back(quiet);
  pairs_.emplace_back();
}

uint32_t ProblemBuilder::item_of(const PairRow& row, const std::string& where) {
  const uint32_t item = index_of(row.item, items_, named_.items);
  std::vector<uint32_t>& sources = named_.problem.sources;
  const bool is_new = sources.size() < named_.items.size();
  const uint32_t source = row.source.empty() ? kNone : index_of(row.source, sources_, named_.sources);
  if (is_new) sources.push_back(source);
  if (sources[item] != source)
    fail(where,
         fmt::format("field 'source': expected '{}', which item '{}' has further up, found '{}'",
                     sources[item] == kNone ? "" : named_.sources[sources[item]], row.item, row.source));
  return item;
}

void ProblemBuilder::add(const PairRow& row, const std::string& where) {
  const auto person = people_.find(row.person);
  if (person == people_.end())
    fail(where, fmt::format("field 'person': expected one of the people's table, found '{}'{}", row.person,
                            did_you_mean(row.person, named_.people)));
  if (row.item.empty()) fail(where, "field 'item': expected a name, found nothing");
  if (row.cost.empty()) fail(where, "field 'cost': expected minutes, found nothing");
  Pair pair{.item = item_of(row, where),
            .cost = static_cast<float>(amount(where, "cost", row.cost, 0)),
            .notifies = static_cast<uint8_t>(row.channel == "notification" ? 1 : 0),
            .values = values_of(where, row.value)};
  std::vector<Pair>& pairs = pairs_[person->second];
  if (std::ranges::any_of(pairs, [&](const Pair& other) { return other.item == pair.item; }))
    fail(where, fmt::format("person '{}' and item '{}' stand here for the second time; write the values of "
                            "repetition in one row: 3|2|1",
                            row.person, row.item));
  const Quiet& quiet = quiet_[person->second];
  const int minute = row.at.empty() ? -1 : minute_of_day(row.at);
  if (!row.at.empty() && minute < 0)
    fail(where, fmt::format("field 'at': expected a time as 23:15, found '{}'", row.at));
  if (minute >= 0 && quiet.hours.has(minute)) {
    named_.excluded.push_back(
        {row.person, row.item, fmt::format("{} is within the quiet hours {}", row.at, quiet.text)});
    return;
  }
  pairs.push_back(std::move(pair));
}

void ProblemBuilder::add(const LimitRow& row, const std::string& where) {
  const bool item = row.of == "item", source = row.of == "source", group = row.of == "group";
  if (!item && !source && !group)
    fail(where, fmt::format("field 'of': expected item, source or group, found '{}'", row.of));
  if (!row.unit.empty() && row.unit != "times" && row.unit != "minutes")
    fail(where, fmt::format("field 'unit': expected times or minutes, found '{}'", row.unit));
  const Index& index = item ? items_ : source ? sources_ : groups_;
  const auto at = index.find(row.name);
  if (at == index.end())
    fail(where, fmt::format("field 'name': expected a known {}, found '{}'{}", row.of, row.name,
                            did_you_mean(row.name, item     ? named_.items
                                                   : source ? named_.sources
                                                            : named_.groups)));
  Limit limit{.of = item     ? LimitOf::item
                    : source ? LimitOf::source
                             : LimitOf::group,
              .index = at->second,
              .unit = row.unit == "minutes" ? LimitUnit::minutes : LimitUnit::times,
              .at_least = amount(where, "at_least", row.at_least, 0),
              .at_most = amount(where, "at_most", row.at_most, kUnlimited),
              .name = row.of + " " + row.name};
  if (limit.at_least > limit.at_most)
    fail(where, fmt::format("{}: its floor {} is above its own limit {}: lower the one or raise the other",
                            limit.name, limit.at_least, limit.at_most));
  named_.problem.limits.push_back(limit);
}

NamedProblem ProblemBuilder::build() {
  Problem& problem = named_.problem;
  const bool notifies = any(problem.notifications);
  for (const auto& pairs : pairs_) {
    for (const Pair& pair : pairs) {
      for (const float value : pair.values) {
        problem.items.push_back(pair.item);
        problem.costs.push_back(pair.cost);
        problem.values.push_back(value);
        if (notifies) problem.notifies.push_back(pair.notifies);
      }
    }
    problem.begins.push_back(problem.pairs());
  }
  problem.item_count = static_cast<uint32_t>(named_.items.size());
  for (auto* budgets : {&problem.minutes, &problem.slots, &problem.notifications}) {
    if (!any(*budgets)) budgets->clear();
  }
  if (named_.groups.empty()) problem.groups.clear();
  check(problem);
  NamedProblem done = std::move(named_);
  *this = ProblemBuilder();
  return done;
}

}  // namespace heed::economy
