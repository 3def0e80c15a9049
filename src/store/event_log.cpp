#include "store/event_log.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "store/check_event.h"
#include "store/event_queries.h"
#include "store/event_rows.h"
#include "store/forget_person.h"
#include "store/migrations.h"
#include "store/shared_database.h"

namespace heed::store {
namespace {

// Which of `effects` have not been recorded, inside the caller's transaction; from then on they are.
std::vector<bool> insert_keys(Database& database, std::span<const Effect> effects) {
  std::vector<size_t> keyed;
  for (size_t i = 0; i < effects.size(); ++i) {
    if (!effects[i].key.empty()) keyed.push_back(i);
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [&](size_t a, size_t b) { return effects[a].key < effects[b].key; });
  std::vector<Parameters> rows;
  const int64_t now = now_us();
  for (const size_t i : keyed) rows.push_back({effects[i].key, now});
  const std::vector<int64_t> changed = database.execute_each(
      "INSERT INTO effects (key, ts) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", rows);
  std::vector<bool> is_new(effects.size(), true);
  for (size_t k = 0; k < keyed.size(); ++k) is_new[keyed[k]] = changed[k] > 0;
  return is_new;
}

std::vector<bool> insert_effects(Database& database, std::span<const Effect> effects) {
  const std::vector<bool> is_new = insert_keys(database, effects);
  std::vector<const Event*> events;
  std::vector<Parameters> letters;
  for (size_t i = 0; i < effects.size(); ++i) {
    if (!is_new[i]) continue;
    for (const Event& event : effects[i].events) events.push_back(&event);
    if (const auto& letter = effects[i].dead_letter) {
      letters.push_back({letter->stream, letter->message_id, letter->reason, letter->body, letter->ts_us});
    }
  }
  insert_events(database, events);
  database.execute_each(
      "INSERT INTO dead_letters (stream, message_id, reason, body, ts) VALUES ($1, $2, $3, $4, $5)", letters);
  return is_new;
}

void check_events(std::span<const Event> events, const std::string& where) {
  for (size_t i = 0; i < events.size(); ++i) check_event(events[i], fmt::format("{}[{}]", where, i));
}

class SqlEventLog : public EventLog {
 public:
  explicit SqlEventLog(const std::string& url) : kind_(prepare_database(url)), writer_(url), reader_(url) {}

  const char* kind() const override { return kind_; }

  std::vector<bool> append(std::span<const Event> events) override {
    check_events(events, "events");
    if (events.empty()) return {};
    std::vector<const Event*> pointers;
    pointers.reserve(events.size());
    for (const Event& event : events) pointers.push_back(&event);
    return writer_.run_in_transaction([&](Database& database) { return insert_events(database, pointers); });
  }

  std::vector<bool> record_once(std::span<const Effect> effects) override {
    for (size_t i = 0; i < effects.size(); ++i) {
      check_events(effects[i].events, fmt::format("effects[{}].events", i));
      check_text(effects[i].key, fmt::format("effects[{}].key", i), 4 * kMaxIdBytes);
    }
    if (effects.empty()) return {};
    return writer_.run_in_transaction([&](Database& database) { return insert_effects(database, effects); });
  }

  EventPage list(const EventQuery& query) override {
    check_words({query.tenant.value_or(""), query.app, query.subject});
    return reader_.run([&](Database& database) { return list_events(database, query); });
  }

  void for_each_decision(const DecisionQuery& query, const DecisionReader& read) override {
    check_words({query.tenant.value_or(""), query.app});
    EventPlace after = {query.since_us - 1, false, INT64_MAX};
    while (true) {
      const auto page =
          reader_.run([&](Database& database) { return next_decisions(database, query, after); });
      if (page.empty()) return;
      for (const DecisionWithOutcomes& one : page) read(one.decision, one.outcomes);
    }
  }

  int64_t delete_subject(const std::string& tenant, const std::string& subject) override {
    check_words({tenant});
    check_id(subject, "subject");
    return writer_.run_in_transaction([&](Database& database) {
      forget_postings_of(database, tenant, subject);
      return delete_events_of(database, tenant, subject);
    });
  }

  int64_t prune(int64_t older_than_us) override {
    int64_t events = 0;
    for (bool is_done = false; !is_done;) {
      const Pruned pruned =
          writer_.run_in_transaction([&](Database& database) { return prune_step(database, older_than_us); });
      events += pruned.events;
      is_done = pruned.events == 0 && pruned.others == 0;
    }
    return events;
  }

  EventCounts count() override {
    return reader_.run([](Database& database) {
      EventCounts counts;
      database.query("SELECT (SELECT COUNT(*) FROM decisions), (SELECT COUNT(*) FROM outcomes)", {},
                     [&](const Row& row) {
                       counts = {row.integer(0), row.integer(1)};
                     });
      return counts;
    });
  }

  std::vector<DeadLetter> dead_letters(int64_t limit) override {
    return reader_.run([&](Database& database) {
      std::vector<DeadLetter> letters;
      database.query(
          "SELECT stream, message_id, reason, body, ts FROM dead_letters ORDER BY ts DESC, seq DESC LIMIT $1",
          {limit}, [&](const Row& row) {
            letters.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                               std::string(row.text(3)), row.integer(4)});
          });
      return letters;
    });
  }

 private:
  // What is looked for must be a text that could be there.
  static void check_words(std::initializer_list<std::string> words) {
    for (const std::string& word : words) check_text(word, "query", kMaxIdBytes);
  }

  const char* kind_;
  SharedDatabase writer_, reader_;
};

}  // namespace

std::unique_ptr<EventLog> open_event_log(const std::string& url) {
  return std::make_unique<SqlEventLog>(url);
}

}  // namespace heed::store
