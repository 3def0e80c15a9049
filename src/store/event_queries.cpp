#include "store/event_queries.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"

namespace heed::store {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr EventPlace kNewest = {kMost, true, kMost};

// A SELECT that grows: "… WHERE a = $1 AND b = $2". Parameters are numbered as they are added.
class Conditions {
 public:
  // `text` has {} where the parameters stand.
  void add(std::string_view text, std::initializer_list<Parameter> parameters) {
    sql_ += sql_.empty() ? " WHERE " : " AND ";
    size_t number = parameters_.size();
    parameters_.insert(parameters_.end(), parameters);
    for (const char c : text) {
      if (c == '?') {
        sql_ += '$' + std::to_string(++number);
      } else {
        sql_ += c;
      }
    }
  }
  const std::string& sql() const { return sql_; }
  const Parameters& parameters() const { return parameters_; }

 private:
  std::string sql_;
  Parameters parameters_;
};

std::string to_cursor(const EventPlace& place) {
  return fmt::format("{}-{}-{}", place.ts_us, place.is_outcome ? 'o' : 'd', place.seq);
}

EventPlace from_cursor(const std::string& cursor) {
  EventPlace place;
  const char* at = cursor.data();
  const char* const end = at + cursor.size();
  const auto number = [&](int64_t& value) {
    const auto [next, problem] = std::from_chars(at, end, value);
    at = next;
    return problem == std::errc() && value >= 0;
  };
  bool is_good =
      number(place.ts_us) && end - at > 3 && at[0] == '-' && (at[1] == 'o' || at[1] == 'd') && at[2] == '-';
  if (is_good) {
    place.is_outcome = at[1] == 'o';
    at += 3;
    is_good = number(place.seq) && at == end;
  }
  if (is_good) return place;
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("before: expected the `next` of an earlier answer, found '{}'; leave it out to begin with "
                  "the newest",
                  printable_utf8(cursor, 80)));
}

// The pair (ts, seq) below which the events of one table stand before `place` in the log's order.
std::pair<int64_t, int64_t> bound(const EventPlace& place, bool is_outcome) {
  if (place.is_outcome == is_outcome) return {place.ts_us, place.seq};
  if (place.is_outcome) return {place.ts_us, kMost};  // decisions of the same instant come before
  return {place.ts_us, -1};
}

struct PlacedEvent {
  EventPlace place;
  Event event;
};

void add_decisions(Database& database, const EventQuery& query, const EventPlace& before,
                   std::vector<PlacedEvent>& events) {
  const auto [ts, seq] = bound(before, false);
  Conditions conditions;
  conditions.add("(ts, seq) < (?, ?)", {ts, seq});
  if (query.tenant) conditions.add("tenant = ?", {*query.tenant});
  if (!query.app.empty()) conditions.add("app = ?", {query.app});
  if (!query.subject.empty()) conditions.add("subject <> '' AND subject = ?", {query.subject});
  database.query(fmt::format("SELECT {} FROM decisions{} ORDER BY ts DESC, seq DESC LIMIT {}",
                             kDecisionColumns, conditions.sql(), query.limit + 1),
                 conditions.parameters(), [&](const Row& row) {
                   Decision decision = decision_of(row);
                   events.push_back({{decision.ts_us, false, row.integer(0)}, std::move(decision)});
                 });
}

void add_outcomes(Database& database, const EventQuery& query, const EventPlace& before,
                  std::vector<PlacedEvent>& events) {
  const auto [ts, seq] = bound(before, true);
  Conditions conditions;
  conditions.add("(o.ts, o.seq) < (?, ?)", {ts, seq});
  if (query.tenant) conditions.add("o.tenant = ?", {*query.tenant});
  if (!query.app.empty()) {
    conditions.add(
        "COALESCE(NULLIF(o.app, ''), (SELECT d.app FROM decisions d WHERE d.tenant = o.tenant AND"
        " d.event_id = o.decision_id)) = ?",
        {query.app});
  }
  if (!query.subject.empty()) {
    conditions.add(
        "o.seq IN (SELECT seq FROM outcomes WHERE subject <> '' AND subject = ? UNION SELECT p.seq FROM "
        "decisions d"
        " JOIN outcomes p ON p.tenant = d.tenant AND p.decision_id = d.event_id"
        " WHERE d.subject <> '' AND d.subject = ? AND p.subject = '')",
        {query.subject, query.subject});
  }
  database.query(fmt::format("SELECT {} FROM outcomes o{} ORDER BY o.ts DESC, o.seq DESC LIMIT {}",
                             kOutcomeColumns, conditions.sql(), query.limit + 1),
                 conditions.parameters(), [&](const Row& row) {
                   Outcome outcome = outcome_of(row);
                   events.push_back({{outcome.ts_us, true, row.integer(0)}, std::move(outcome)});
                 });
}

void add_wanted(Conditions& conditions, const DecisionQuery& query) {
  if (query.tenant) conditions.add("d.tenant = ?", {*query.tenant});
  if (!query.app.empty()) conditions.add("d.app = ?", {query.app});
}

void add_outcomes_between(Database& database, const DecisionQuery& query, const EventPlace& after,
                          std::vector<DecisionWithOutcomes>& decisions) {
  const DecisionWithOutcomes& last = decisions.back();
  Conditions conditions;
  conditions.add("(d.ts, d.seq) > (?, ?)", {after.ts_us, after.seq});
  conditions.add("(d.ts, d.seq) <= (?, ?)", {last.decision.ts_us, last.seq});
  add_wanted(conditions, query);
  size_t at = 0;
  database.query(fmt::format("SELECT {}, d.seq FROM decisions d JOIN outcomes o ON o.tenant = d.tenant AND"
                             " o.decision_id = d.event_id{} ORDER BY d.ts, d.seq, o.ts, o.seq",
                             kOutcomeColumns, conditions.sql()),
                 conditions.parameters(), [&](const Row& row) {
                   size_t next = at;
                   while (next < decisions.size() && decisions[next].seq != row.integer(10)) ++next;
                   if (next == decisions.size()) return;  // of a decision that came after the page was read
                   at = next;
                   decisions[at].outcomes.push_back(outcome_of(row));
                 });
}

}  // namespace

EventPage list_events(Database& database, const EventQuery& query) {
  if (query.limit < 1 || query.limit > 1000) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("limit: expected a number from 1 to 1000, found {}", query.limit));
  }
  const EventPlace before = query.before.empty() ? kNewest : from_cursor(query.before);
  std::vector<PlacedEvent> events;
  if (query.type != EventType::outcome) add_decisions(database, query, before, events);
  if (query.type != EventType::decision) add_outcomes(database, query, before, events);
  std::sort(events.begin(), events.end(),
            [](const PlacedEvent& a, const PlacedEvent& b) { return a.place > b.place; });

  EventPage page;
  const size_t count = std::min(events.size(), static_cast<size_t>(query.limit));
  for (size_t i = 0; i < count; ++i) page.events.push_back(std::move(events[i].event));
  if (count < events.size()) page.next = to_cursor(events[count - 1].place);
  return page;
}

std::vector<DecisionWithOutcomes> next_decisions(Database& database, const DecisionQuery& query,
                                                 EventPlace& after) {
  Conditions conditions;
  conditions.add("(ts, seq) > (?, ?)", {after.ts_us, after.seq});
  conditions.add("ts < ?", {query.until_us});
  add_wanted(conditions, query);
  std::vector<DecisionWithOutcomes> decisions;
  database.query(fmt::format("SELECT {} FROM decisions d{} ORDER BY ts, seq LIMIT {}", kDecisionColumns,
                             conditions.sql(), kDecisionPage),
                 conditions.parameters(), [&](const Row& row) {
                   decisions.push_back({row.integer(0), decision_of(row), {}});
                 });
  if (decisions.empty()) return decisions;
  add_outcomes_between(database, query, after, decisions);
  after = {decisions.back().decision.ts_us, false, decisions.back().seq};
  return decisions;
}

int64_t delete_events_of(Database& database, const std::string& tenant, const std::string& subject) {
  const Parameters who = {tenant, subject};
  int64_t deleted = database.execute(
      "DELETE FROM outcomes WHERE seq IN (SELECT seq FROM outcomes WHERE tenant = $1 AND subject <> '' AND"
      " subject = $2 UNION SELECT o.seq FROM decisions d JOIN outcomes o ON o.tenant = d.tenant AND"
      " o.decision_id = d.event_id WHERE d.tenant = $1 AND d.subject <> '' AND d.subject = $2)",
      who);
  deleted +=
      database.execute("DELETE FROM decisions WHERE tenant = $1 AND subject <> '' AND subject = $2", who);
  database.execute("DELETE FROM conversations WHERE tenant = $1 AND subject <> '' AND subject = $2", who);
  database.execute("DELETE FROM monitor_messages WHERE tenant = $1 AND subject <> '' AND subject = $2", who);
  return deleted;
}

Pruned prune_step(Database& database, int64_t older_than_us) {
  const Parameters before = {older_than_us};
  const int64_t outcomes = database.execute(
      "DELETE FROM outcomes WHERE seq IN (SELECT o.seq FROM (SELECT tenant, event_id FROM decisions WHERE ts "
      "< $1"
      " ORDER BY ts, seq LIMIT 1000) d JOIN outcomes o ON o.tenant = d.tenant AND o.decision_id = "
      "d.event_id)",
      before);
  const int64_t decisions = database.execute(
      "DELETE FROM decisions WHERE seq IN (SELECT seq FROM decisions WHERE ts < $1 ORDER BY ts, seq LIMIT "
      "1000)",
      before);
  const int64_t others = database.execute(
      "DELETE FROM outcomes WHERE seq IN (SELECT seq FROM outcomes WHERE ts < $1 ORDER BY ts, seq LIMIT "
      "1000)",
      before);
  const int64_t effects = database.execute(
      "DELETE FROM effects WHERE key IN (SELECT key FROM effects WHERE ts < $1 ORDER BY ts LIMIT 1000)",
      before);
  const int64_t letters = database.execute(
      "DELETE FROM dead_letters WHERE seq IN (SELECT seq FROM dead_letters WHERE ts < $1 ORDER BY ts, seq "
      "LIMIT 1000)",
      before);
  const int64_t conversations = database.execute(
      "DELETE FROM conversations WHERE (tenant, id) IN (SELECT tenant, id FROM conversations WHERE ts < $1 "
      "ORDER BY ts, id LIMIT 1000)",
      before);
  return {outcomes + decisions + others, effects + letters + conversations};
}

}  // namespace heed::store
