#include "apps/recommend/decision_log.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::apps::recommend {
namespace {

constexpr const char* kApp = "recommend";
constexpr int64_t kPage = 1000;
constexpr size_t kMostHistory = 1000;

// What each person did, in the order of time.
std::unordered_map<std::string, std::vector<SessionEvent>> read_histories(store::EventLog& log) {
  std::unordered_map<std::string, std::vector<SessionEvent>> histories;
  store::EventQuery query{.app = kApp, .type = store::EventType::outcome, .limit = kPage};
  while (true) {
    const store::EventPage page = log.list(query);
    for (const store::Event& event : page.events) {
      const auto& outcome = std::get<store::Outcome>(event);
      if (!outcome.subject.empty() && !outcome.text.empty())
        histories[outcome.subject].push_back(
            {.item = outcome.text, .kind = outcome.kind, .ts_us = outcome.ts_us});
    }
    if (page.next.empty()) break;
    query.before = page.next;
  }
  for (auto& [person, events] : histories) {
    std::ranges::reverse(events);  // the log gives the newest first
    std::ranges::stable_sort(events, {}, &SessionEvent::ts_us);
  }
  return histories;
}

void add_features(const store::Decision& decision, LoggedDecision& logged) {
  const std::string where = "decision '" + decision.event_id + "': reason";
  const Json reason = parse_json(decision.reason, where);
  logged.exploration = json_field<double>(reason, "exploration", where);
  const Json features = json_field<Json>(reason, "features", where);
  if (features.size() != logged.places.size())
    throw Error(ErrorCode::corrupt_data, where + ": expected features of every place, found others");
  for (size_t p = 0; p < logged.places.size(); ++p) {
    if (features[p].size() != kFeatures)
      throw Error(ErrorCode::corrupt_data, where + ": expected the features of this heed, found others");
    for (size_t f = 0; f < kFeatures; ++f) logged.places[p].features[f] = features[p][f].get<double>();
  }
}

}  // namespace

std::vector<LoggedDecision::Place> places_of(const store::Decision& decision) {
  std::vector<LoggedDecision::Place> places;
  double left = 0.0;  // of the present place's propensity
  for (const store::Candidate& candidate : decision.candidates) {
    if (left < 1e-9) {
      places.emplace_back();
      places.back().shown = SIZE_MAX;
      left = 1.0;
    }
    LoggedDecision::Place& place = places.back();
    if (candidate.position >= 0) {
      if (place.shown != SIZE_MAX || candidate.position + 1 != static_cast<int64_t>(places.size()))
        left = 2.0;
      place.shown = place.options.size();
    }
    place.options.push_back({.item = candidate.id, .propensity = candidate.propensity});
    left -= candidate.propensity;
    if (left > 1.0 || left < -1e-6) break;
  }
  const bool sound = !places.empty() && std::abs(left) < 1e-6 &&
                     std::ranges::all_of(places, [](const auto& place) { return place.shown != SIZE_MAX; });
  if (sound) return places;
  throw Error(
      ErrorCode::corrupt_data,
      fmt::format(
          "decision '{}': expected candidates place by place, whose propensities sum to 1 and of whom one "
          "was shown, found others",
          decision.event_id));
}

void keep_places(size_t count, store::Decision& decision) {
  const std::vector<LoggedDecision::Place> places = places_of(decision);
  if (count >= places.size()) return;
  size_t kept = 0;
  for (size_t p = 0; p < count; ++p) kept += places[p].options.size();
  decision.candidates.resize(kept);
  Json reason = parse_json(decision.reason, "decision '" + decision.event_id + "'");
  reason["places"] = count;
  Json& features = reason["features"];
  features.erase(features.begin() + static_cast<int64_t>(count), features.end());
  decision.reason = reason.dump();
}

void read_decisions(store::EventLog& log, int64_t since_us,
                    const std::function<void(const LoggedDecision&)>& read, int64_t& skipped) {
  const auto histories = read_histories(log);
  log.for_each_decision({.app = kApp, .since_us = since_us}, [&](const store::Decision& decision,
                                                                 std::span<const store::Outcome> outcomes) {
    LoggedDecision logged;
    try {
      logged.places = places_of(decision);
      add_features(decision, logged);
    } catch (const std::exception&) {
      ++skipped;
      return;
    }
    for (const store::Outcome& outcome : outcomes) {
      for (LoggedDecision::Place& place : logged.places) {
        if (place.options[place.shown].item == outcome.text) place.outcomes[outcome.kind] += outcome.value;
      }
    }
    if (const auto person = histories.find(decision.subject); person != histories.end()) {
      for (const SessionEvent& event : person->second) {
        if (event.ts_us < decision.ts_us) logged.history.push_back(event);
      }
      if (logged.history.size() > kMostHistory)
        logged.history.erase(logged.history.begin(),
                             logged.history.end() - static_cast<std::ptrdiff_t>(kMostHistory));
    }
    read(logged);
  });
}

}  // namespace heed::apps::recommend
