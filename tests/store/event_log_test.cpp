#include "store/event_log.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "base/expect_error.h"
#include "store/databases.h"
#include "store/sample_events.h"

namespace heed::store {
namespace {

using testing::ElementsAre;

class EventLogs : public OnDatabases {
 protected:
  // Every event, a page of `limit` at a time.
  static std::vector<Event> all(EventLog& log, EventQuery query) {
    std::vector<Event> events;
    do {
      EventPage page = log.list(query);
      EXPECT_LE(page.events.size(), static_cast<size_t>(query.limit));
      events.insert(events.end(), page.events.begin(), page.events.end());
      query.before = page.next;
    } while (!query.before.empty());
    return events;
  }
};
INSTANTIATE_TEST_SUITE_P(On, EventLogs, kDatabases, database_name);

TEST_P(EventLogs, give_back_what_was_recorded_newest_first) {
  const auto log = open();
  EXPECT_EQ(log->kind(), GetParam());
  Outcome outcome = sample_outcome("o1", "d1", kNoon + 5);
  outcome.text = "更好";
  const std::vector<Event> events = {sample_decision("d1"), outcome, sample_decision("d2", kNoon + 9)};
  EXPECT_THAT(log->append(events), ElementsAre(true, true, true));
  EXPECT_THAT(log->list({}).events, ElementsAre(events[2], events[1], events[0]));
  EXPECT_EQ(log->list({}).next, "");
}

TEST_P(EventLogs, keep_what_they_hold_when_opened_again) {
  open()->append(std::vector<Event>{sample_decision("d1")});
  EXPECT_EQ(open()->list({}).events, std::vector<Event>{sample_decision("d1")});
}

TEST_P(EventLogs, record_an_event_once_a_tenant) {
  const auto log = open();
  Decision changed = sample_decision("d1", kNoon + 7);
  Decision others = sample_decision("d1");
  others.tenant = "acme";
  EXPECT_THAT(log->append(std::vector<Event>{sample_decision("d1"), changed, others}),
              ElementsAre(true, false, true));
  EXPECT_THAT(log->append(std::vector<Event>{sample_decision("d2"), sample_decision("d1"),
                                             sample_outcome("d1", "d1")}),
              ElementsAre(true, false, true));
  EXPECT_EQ(log->count().decisions, 3);
  EXPECT_EQ(log->count().outcomes, 1);
  EXPECT_THAT(log->list({.tenant = "acme"}).events, ElementsAre(Event(others)));
}

TEST_P(EventLogs, record_all_of_a_call_or_nothing) {
  const auto log = open();
  Decision broken = sample_decision("d2");
  broken.reason = std::string("a\0b", 3);
  expect_error(ErrorCode::invalid_argument, {"events[1].reason", "NUL"}, [&] {
    log->append(std::vector<Event>{sample_decision("d1"), broken});
  });
  EXPECT_EQ(log->count().decisions, 0);
  EXPECT_TRUE(log->append({}).empty());
}

TEST_P(EventLogs, page_without_gap_or_repetition_while_events_come_and_go) {
  const auto log = open();
  std::vector<Event> events;
  for (int i = 0; i < 40; ++i) {  // four of each instant, of both kinds
    const std::string number = std::to_string(i);
    if (i % 2 == 0)
      events.push_back(sample_decision("d" + number, kNoon + i / 4));
    else
      events.push_back(sample_outcome("o" + number, "d" + std::to_string(i - 1), kNoon + i / 4));
  }
  log->append(events);
  std::vector<Event> seen;
  EventQuery query{.limit = 3};
  do {
    const EventPage page = log->list(query);
    seen.insert(seen.end(), page.events.begin(), page.events.end());
    query.before = page.next;
    log->append(std::vector<Event>{sample_decision("later" + query.before, kNoon + 100)});
  } while (!query.before.empty());
  ASSERT_EQ(seen.size(), 40u);
  const auto ids = ids_of(seen);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 40u);
  const auto ts = [](const Event& event) { return std::visit([](const auto& e) { return e.ts_us; }, event); };
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end(),
                             [&](const Event& a, const Event& b) { return ts(a) > ts(b); }));
}

TEST_P(EventLogs, find_events_by_app_subject_type_and_tenant) {
  const auto log = open();
  Decision other = sample_decision("d2", kNoon + 10);
  other.app = "support";
  other.subject = "u2";
  Outcome with_own = sample_outcome("o3", "unknown", kNoon + 20);
  with_own.app = "support";
  with_own.subject = "u2";
  log->append(std::vector<Event>{sample_decision("d1"), sample_outcome("o1", "d1"), other,
                                 sample_outcome("o2", "d2", kNoon + 11), with_own});
  const auto found = [&](const EventQuery& query) { return ids_of(log->list(query).events); };
  EXPECT_THAT(found({.app = "digest"}), ElementsAre("o1", "d1"));
  EXPECT_THAT(found({.app = "support"}), ElementsAre("o3", "o2", "d2"));
  EXPECT_THAT(found({.subject = "u2"}), ElementsAre("o3", "o2", "d2"));
  EXPECT_THAT(found({.subject = "读者-7", .type = EventType::outcome}), ElementsAre("o1"));
  EXPECT_THAT(found({.type = EventType::decision}), ElementsAre("d2", "d1"));
  EXPECT_THAT(found({.tenant = "", .app = "support", .subject = "u2", .type = EventType::decision}),
              ElementsAre("d2"));
  EXPECT_THAT(found({.tenant = "acme"}), ElementsAre());
  EXPECT_EQ(all(*log, {.app = "support", .limit = 1}).size(), 3u);
}

TEST_P(EventLogs, refuse_a_cursor_or_limit_that_is_not_theirs) {
  const auto log = open();
  for (const std::string cursor :
       {"x", "1-o", "1-o-", "1-x-2", "1-o-2x", "-1-o-2", "99999999999999999999-o-1", "1-o-2 OR 1=1"}) {
    expect_error(ErrorCode::invalid_argument, {"before: expected"}, [&] { log->list({.before = cursor}); });
  }
  expect_error(ErrorCode::invalid_argument, {"limit: expected", "found 0"}, [&] { log->list({.limit = 0}); });
  expect_error(ErrorCode::invalid_argument, {"query: expected text, found a NUL"},
               [&] { log->list({.app = std::string("a\0", 2)}); });
}

TEST_P(EventLogs, take_statements_in_texts_for_texts) {
  const auto log = open();
  const std::string evil = "'; DROP TABLE decisions; --\" $1 ? \\ %s 文";
  Decision decision = sample_decision(evil);
  decision.tenant = decision.app = decision.subject = decision.model = decision.reason = evil;
  decision.candidates = {{evil, 1, 1, 0}};
  decision.chosen = evil;
  log->append(std::vector<Event>{decision, sample_outcome(evil, evil)});
  EXPECT_THAT(log->list({.tenant = evil, .app = evil, .subject = evil}).events, ElementsAre(Event(decision)));
  EXPECT_EQ(log->delete_subject(evil, evil), 1);
  EXPECT_EQ(log->count().outcomes, 1);
}

TEST_P(EventLogs, keep_numbers_to_the_last_bit) {
  const auto log = open();
  Decision decision = sample_decision("d", kMaxTimeUs - 1);
  decision.candidates = {{"a", 0.1 + 0.2, 5e-324, 0}, {"b", -1.7976931348623157e308, 1, -1}};
  decision.chosen = "a";
  decision.minutes = 1.0 / 3;
  Outcome outcome = sample_outcome("o", "d", kMinTimeUs);
  outcome.value = -2.2250738585072014e-308;
  log->append(std::vector<Event>{decision, outcome});
  EXPECT_THAT(log->list({}).events, ElementsAre(Event(decision), Event(outcome)));
}

TEST_P(EventLogs, read_decisions_with_their_outcomes_in_order) {
  const auto log = open();
  Decision foreign = sample_decision("d1", kNoon + 1);
  foreign.tenant = "acme";
  std::vector<Event> events = {sample_outcome("early", "d3", kNoon - 50), foreign};
  for (int i = 0; i < 1203; ++i) {  // more than two pages
    const std::string id = "d" + std::to_string(i);
    events.push_back(sample_decision(id, kNoon + i / 2));
    for (int k = 0; k < i % 3; ++k)
      events.push_back(sample_outcome(id + "." + std::to_string(k), id, kNoon + 3000 - k));
  }
  log->append(events);
  int64_t decisions = 0, outcomes = 0, last = 0;
  log->for_each_decision({.tenant = ""}, [&](const Decision& decision, std::span<const Outcome> its) {
    EXPECT_LE(last, decision.ts_us);
    last = decision.ts_us;
    const size_t expected =
        static_cast<size_t>(std::stoi(decision.event_id.substr(1)) % 3) + (decision.event_id == "d3");
    EXPECT_EQ(its.size(), expected) << decision.event_id;
    for (size_t k = 0; k < its.size(); ++k) {
      EXPECT_EQ(its[k].decision_id, decision.event_id);
      if (k > 0) {
        EXPECT_LE(its[k - 1].ts_us, its[k].ts_us);
      }
    }
    ++decisions;
    outcomes += static_cast<int64_t>(its.size());
  });
  EXPECT_EQ(decisions, 1203);
  EXPECT_EQ(outcomes, 1203 + 1);
  int64_t within = 0;
  log->for_each_decision({.app = "digest", .since_us = kNoon + 10, .until_us = kNoon + 12},
                         [&](const Decision&, std::span<const Outcome>) { ++within; });
  EXPECT_EQ(within, 4);
}

TEST_P(EventLogs, read_while_the_reader_writes) {
  const auto log = open();
  log->append(std::vector<Event>{sample_decision("d1")});
  log->for_each_decision({}, [&](const Decision& decision, std::span<const Outcome>) {
    log->append(std::vector<Event>{sample_outcome("o", decision.event_id)});
  });
  EXPECT_EQ(log->count().outcomes, 1);
}

TEST_P(EventLogs, delete_a_person_with_all_that_came_of_it) {
  const auto log = open();
  Decision other = sample_decision("d2");
  other.subject = "u2";
  Decision same_name = sample_decision("d3");
  same_name.tenant = "acme";
  Outcome own = sample_outcome("o3", "gone");
  own.subject = "读者-7";
  log->append(std::vector<Event>{sample_decision("d1"), sample_outcome("o1", "d1"), other,
                                 sample_outcome("o2", "d2"), own, same_name});
  EXPECT_EQ(log->delete_subject("", "读者-7"), 3);
  EXPECT_EQ(log->delete_subject("", "读者-7"), 0);
  auto left = ids_of(log->list({}).events);
  std::sort(left.begin(), left.end());
  EXPECT_THAT(left, ElementsAre("d2", "d3", "o2"));
  expect_error(ErrorCode::invalid_argument, {"subject: expected a text"},
               [&] { log->delete_subject("", ""); });
}

TEST_P(EventLogs, prune_what_is_older_with_its_outcomes) {
  const auto log = open();
  std::vector<Event> events;
  for (int i = 0; i < 2500; ++i) events.push_back(sample_decision("old" + std::to_string(i), kNoon + i));
  events.push_back(sample_outcome("late", "old3", kNoon + 9000));
  events.push_back(sample_outcome("alone", "never", kNoon + 1));
  events.push_back(sample_decision("kept", kNoon + 5000));
  log->append(events);
  EXPECT_EQ(log->prune(kNoon + 5000), 2502);
  EXPECT_THAT(ids_of(log->list({}).events), ElementsAre("kept"));
  EXPECT_EQ(log->prune(kNoon + 5000), 0);
}

TEST_P(EventLogs, record_an_effect_once_by_its_key) {
  const auto log = open();
  const DeadLetter letter{"redis://x", "5-1", "expected JSON", "{文\\xff", kNoon};
  const std::vector<Effect> effects = {
      {.key = "s/1", .events = {sample_decision("d1"), sample_outcome("o1", "d1")}},
      {.key = "s/2", .dead_letter = letter},
      {.key = "s/1", .events = {sample_decision("again")}},
      {.events = {sample_decision("d2")}}};
  EXPECT_THAT(log->record_once(effects), ElementsAre(true, true, false, true));
  EXPECT_THAT(log->record_once(effects), ElementsAre(false, false, false, true));
  EXPECT_EQ(log->count().decisions, 2);
  EXPECT_THAT(log->dead_letters(10), ElementsAre(letter));
  log->prune(now_us() + 1);
  EXPECT_TRUE(log->dead_letters(10).empty());
}

TEST_P(EventLogs, are_shared_by_threads_and_programs) {
  const auto one = open(), two = open();
  std::vector<std::thread> threads;
  std::atomic<int64_t> recorded = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      EventLog& log = t % 2 == 0 ? *one : *two;
      for (int i = 0; i < 25; ++i) {  // the same ids from every thread, in different orders
        std::vector<Event> events;
        for (int k = 0; k < 4; ++k)
          events.push_back(sample_decision("d" + std::to_string(i * 4 + (k + t) % 4)));
        const auto is_new = log.append(events);
        recorded += std::count(is_new.begin(), is_new.end(), true);
        log.list({.limit = 5});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(recorded, 100);
  EXPECT_EQ(one->count().decisions, 100);
}

TEST_P(EventLogs, take_a_hundred_thousand_events_at_once) {
  const auto log = open();
  std::vector<Event> events;
  for (int i = 0; i < 100'000; ++i) events.push_back(sample_outcome("o" + std::to_string(i), "d", kNoon + i));
  const auto is_new = log->append(events);
  EXPECT_EQ(std::count(is_new.begin(), is_new.end(), true), 100'000);
  EXPECT_EQ(log->count().outcomes, 100'000);
  EXPECT_THAT(ids_of(log->list({.limit = 2}).events), ElementsAre("o99999", "o99998"));
}

TEST(EventLog, survives_a_restart_of_the_server) {
  if (!PrivatePostgres::is_installed())
    GTEST_SKIP() << "PostgreSQL is not installed: apt-get install postgresql";
  PrivatePostgres& cluster = PrivatePostgres::shared();
  const auto log = open_event_log(cluster.new_database());
  log->append(std::vector<Event>{sample_decision("d1")});
  cluster.stop();
  expect_error(ErrorCode::unavailable, {"postgresql:///test_", "expected a PostgreSQL server, found"},
               [&] { log->append(std::vector<Event>{sample_decision("d2")}); });
  cluster.start();
  EXPECT_THAT(log->append(std::vector<Event>{sample_decision("d1"), sample_decision("d2")}),
              ElementsAre(false, true));
  EXPECT_EQ(log->count().decisions, 2);
  cluster.stop();
  cluster.start();  // lost while nobody asked: nobody notices
  EXPECT_EQ(log->count().decisions, 2);
}

}  // namespace
}  // namespace heed::store
