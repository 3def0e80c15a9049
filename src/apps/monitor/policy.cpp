#include "apps/monitor/policy.h"

#include <algorithm>
#include <cmath>

namespace heed::apps::monitor {
namespace {

// Of the alerts that are allowed, for each event; together below 1, for the account to rest on.
constexpr std::array<double, kEvents> kParts = {0.6, 0.15, 0.15};
constexpr double kLeastOdds = 0;    // an event is at least as likely as not
constexpr double kStoryScore = 18;  // of a story: a word said so often by chance once in e^18 weeks
constexpr double kMostSaved = 3;  // days' worth of alerts that the account holds, and at least as many alerts
constexpr double kOverdraft = 2;  // alerts
constexpr double kHigh = 2, kCritical = 5;  // log odds above the threshold
constexpr double kGain = 0.15, kLeastShift = -1.5, kMostShift = 12;
constexpr double kNear = 1.0;  // log odds below the threshold at which an incident still goes on

Json key_json(const SeriesKey& key) { return {{"topic", key.topic}, {"entity", key.entity}}; }

SeriesKey key_of(const Json& json, const std::string& where) {
  return {json_field<std::string>(json, "topic", where), json_field<std::string>(json, "entity", where)};
}

Json incident_json(const Incident& one) {
  Json members = Json::array();
  for (const SeriesKey& member : one.members) members.push_back(key_json(member));
  return {{"begin_us", one.begin_us},   {"event", to_string(one.event)},
          {"lead", key_json(one.lead)}, {"members", members},
          {"log_odds", one.log_odds},   {"threshold", one.threshold},
          {"peak", one.peak},           {"words", one.words},
          {"quiet", one.quiet}};
}

Incident incident_of(const Json& json, const std::string& where) {
  Incident one = {.begin_us = json_field<int64_t>(json, "begin_us", where),
                  .event = parse_event(json_field<std::string>(json, "event", where)),
                  .lead = key_of(json_field<Json>(json, "lead", where), where),
                  .members = {},
                  .log_odds = json_field<double>(json, "log_odds", where),
                  .threshold = json_field<double>(json, "threshold", where),
                  .peak = json_field<double>(json, "peak", where),
                  .words = {},
                  .quiet = json_field<int64_t>(json, "quiet", where)};
  for (const Json& member : json_field<Json>(json, "members", where))
    one.members.push_back(key_of(member, where));
  for (const Json& word : json_field<Json>(json, "words", where))
    one.words.push_back(word.get<std::string>());
  return one;
}

// Whether one of them is told by the other's first word. Words that stand together with both are not asked:
// over months everything stands together with everything.
bool is_same_story(const Incident& incident, const Candidate& one) {
  const auto tells = [](const std::vector<std::string>& words, const std::string& first) {
    return std::ranges::find(words, first) != words.end();
  };
  return tells(one.words, incident.words.front()) || tells(incident.words, one.words.front());
}

bool has_member(const Incident& incident, const SeriesKey& key) {
  return incident.lead == key || std::ranges::find(incident.members, key) != incident.members.end();
}

}  // namespace

std::string_view to_string(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames = {"warning", "high", "critical"};
  return kNames[static_cast<size_t>(severity)];
}

bool are_related(const SeriesKey& a, const SeriesKey& b) {
  const auto fits = [](const std::string& x, const std::string& y) {
    return x == y || x == kAll || y == kAll;
  };
  return fits(a.topic, b.topic) && fits(a.entity, b.entity);
}

Severity severity_of(double log_odds, double threshold) {
  const double margin = log_odds - threshold;
  return margin >= kCritical ? Severity::critical : margin >= kHigh ? Severity::high : Severity::warning;
}

AlertPolicy::AlertPolicy(const Options& options, const Ensemble& ensemble)
    : options_(options), ensemble_(ensemble) {}

double AlertPolicy::threshold(Event event, size_t series) const {
  const auto e = static_cast<size_t>(event);
  const double buckets_a_day = 24 / options_.bucket_hours;
  const double a_bucket =
      kParts[e] * options_.alerts_a_day / (buckets_a_day * static_cast<double>(std::max<size_t>(series, 1)));
  if (event == Event::new_story) return kStoryScore + std::max(shift_, 0.0);
  return std::max(kLeastOdds, ensemble_.models[e].score_for(a_bucket) + shift_);
}

void AlertPolicy::learn_day(int64_t begin_us) {
  const int64_t day = begin_us / (1440 * kMinuteUs);
  if (day_ != INT64_MIN && day > day_) {
    const double allowed =
        (kParts[0] + kParts[1] + kParts[2]) * options_.alerts_a_day * static_cast<double>(day - day_);
    // In shares of what is allowed: one alert above it counts for more where one is allowed than where ten
    // are.
    shift_ = std::clamp(shift_ + kGain * std::clamp((wanted_ - allowed) / std::max(allowed, 1.0), -1.0, 3.0),
                        kLeastShift, kMostShift);
    wanted_ = 0.0;
  }
  if (day > day_) day_ = day;
}

bool AlertPolicy::may_raise(double margin) const {
  return account_ >= 1 || (margin >= kCritical && account_ >= 1 - kOverdraft);
}

// Incidents go on while a member is near the threshold, grow by related series above it, and end.
void AlertPolicy::see_open(const std::vector<Candidate>& candidates, size_t series, Decisions& decisions) {
  for (Incident& incident : open_) {
    const double threshold = this->threshold(incident.event, series);
    double greatest = -1e300;
    bool has_grown = false;
    for (const Candidate& one : candidates) {
      if (one.event != incident.event) continue;
      if (one.event == Event::new_story) {
        if (is_same_story(incident, one)) greatest = std::max(greatest, one.log_odds);
        continue;
      }
      const bool is_member = has_member(incident, one.key);
      if (is_member) greatest = std::max(greatest, one.log_odds);
      if (is_member || one.log_odds < threshold || !are_related(one.key, incident.lead)) continue;
      incident.members.push_back(one.key);
      greatest = std::max(greatest, one.log_odds);
      has_grown = true;
    }
    const bool is_near = greatest >= std::min(threshold, incident.threshold) - kNear;
    incident.quiet = is_near ? 0 : incident.quiet + 1;
    const bool is_stronger =
        severity_of(greatest, incident.threshold) > severity_of(incident.peak, incident.threshold);
    incident.peak = std::max(incident.peak, greatest);
    if (has_grown || is_stronger) {
      decisions.grown.push_back(incident);
      decisions.stronger.push_back(is_stronger);
    }
    if (incident.quiet >= options_.quiet_buckets) decisions.ended.push_back(incident);
  }
  std::erase_if(open_, [&](const Incident& incident) { return incident.quiet >= options_.quiet_buckets; });
}

Decisions AlertPolicy::close(int64_t begin_us, std::vector<Candidate> candidates, size_t series) {
  learn_day(begin_us);
  const double a_bucket = options_.alerts_a_day * options_.bucket_hours / 24;
  account_ = std::min(account_ + a_bucket, std::max(kMostSaved * options_.alerts_a_day, kMostSaved));
  Decisions decisions;
  see_open(candidates, series, decisions);
  std::erase_if(candidates,
                [&](const Candidate& one) { return one.log_odds < threshold(one.event, series); });
  std::ranges::stable_sort(candidates, [&](const Candidate& a, const Candidate& b) {
    return a.log_odds - threshold(a.event, series) > b.log_odds - threshold(b.event, series);
  });
  for (const Candidate& one : candidates) {
    // What is bad news already is not told a second time as much news.
    const auto tells_it = [&](const Incident& incident) {
      if (one.event == Event::new_story || incident.event == Event::new_story)
        return one.event == incident.event && is_same_story(incident, one);
      return are_related(incident.lead, one.key) &&
             (incident.event == one.event || incident.event == Event::negative_surge);
    };
    const auto incident = std::ranges::find_if(open_, tells_it);
    if (incident != open_.end()) {
      if (one.event == Event::new_story) continue;
      const bool is_new =
          incident->begin_us == begin_us && incident->event == one.event && !has_member(*incident, one.key);
      if (!is_new) continue;
      incident->members.push_back(one.key);
      const auto raised = std::ranges::find_if(decisions.raised, [&](const Incident& other) {
        return other.lead == incident->lead && other.event == incident->event;
      });
      if (raised != decisions.raised.end()) raised->members.push_back(one.key);
      continue;
    }
    const double threshold = this->threshold(one.event, series);
    wanted_ += 1;
    if (!may_raise(one.log_odds - threshold)) {
      ++decisions.suppressed;
      continue;
    }
    account_ -= 1;
    open_.push_back({.begin_us = begin_us,
                     .event = one.event,
                     .lead = one.key,
                     .members = {},
                     .log_odds = one.log_odds,
                     .threshold = threshold,
                     .peak = one.log_odds,
                     .words = one.words,
                     .quiet = 0});
    decisions.raised.push_back(open_.back());
  }
  return decisions;
}

Json AlertPolicy::to_json() const {
  Json open = Json::array();
  for (const Incident& incident : open_) open.push_back(incident_json(incident));
  return {{"account", account_}, {"shift", shift_}, {"day", day_}, {"wanted", wanted_}, {"open", open}};
}

void AlertPolicy::restore(const Json& json, const std::string& where) {
  account_ = json_field<double>(json, "account", where);
  shift_ = json_field<double>(json, "shift", where);
  day_ = json_field<int64_t>(json, "day", where);
  wanted_ = json_field<double>(json, "wanted", where);
  open_.clear();
  for (const Json& incident : json_field<Json>(json, "open", where))
    open_.push_back(incident_of(incident, where));
}

}  // namespace heed::apps::monitor
