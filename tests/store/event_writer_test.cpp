#include "store/event_writer.h"

#include <atomic>
#include <future>

#include <gmock/gmock.h>

#include "base/expect_error.h"
#include "store/databases.h"
#include "store/sample_events.h"

namespace heed::store {
namespace {

// A log in memory that counts its transactions, can be held up, and fails as it is told.
class ScriptedLog : public EventLog {
 public:
  const char* kind() const override { return "scripted"; }
  std::vector<bool> append(std::span<const Event> events) override {
    std::unique_lock lock(mutex_);
    ++calls;
    is_called_.notify_all();
    may_go_on_.wait(lock, [&] { return !is_held_; });
    if (failures > 0) {
      --failures;
      throw Error(failure, "scripted: expected nothing, found a failure");
    }
    for (const Event& event : events) {
      if (event_id(event) == "poison") throw Error(ErrorCode::invalid_argument, "scripted: poison");
    }
    recorded += static_cast<int64_t>(events.size());
    return std::vector<bool>(events.size(), true);
  }
  std::vector<bool> record_once(std::span<const Effect>) override { return {}; }
  EventPage list(const EventQuery&) override { return {}; }
  void for_each_decision(const DecisionQuery&, const DecisionReader&) override {}
  int64_t delete_subject(const std::string&, const std::string&) override { return 0; }
  int64_t prune(int64_t) override { return 0; }
  EventCounts count() override { return {}; }
  std::vector<DeadLetter> dead_letters(int64_t) override { return {}; }

  void hold() {
    const std::lock_guard lock(mutex_);
    is_held_ = true;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    is_held_ = false;
    may_go_on_.notify_all();
  }
  void wait_for_call() {
    std::unique_lock lock(mutex_);
    is_called_.wait(lock, [&] { return calls > 0; });
  }

  std::atomic<int64_t> calls = 0, recorded = 0, failures = 0;
  ErrorCode failure = ErrorCode::unavailable;

 private:
  std::mutex mutex_;
  std::condition_variable is_called_, may_go_on_;
  bool is_held_ = false;
};

std::vector<Event> one(const std::string& id) { return {sample_decision(id)}; }

TEST(EventWriter, groups_what_many_submit_while_a_transaction_runs) {
  ScriptedLog log;
  EventWriter writer(log, {.max_delay_ms = 0});
  log.hold();
  writer.submit(one("first"), {});
  log.wait_for_call();
  std::atomic<int64_t> accepted = 0;
  for (int i = 0; i < 500; ++i) {
    writer.submit(one("d"), [&](const WriteResult& result) { accepted += result.accepted; });
  }
  EXPECT_EQ(writer.pending(), 501);
  log.release();
  writer.flush();
  EXPECT_EQ(accepted, 500);
  EXPECT_EQ(log.calls, 2);
  EXPECT_EQ(writer.pending(), 0);
}

TEST(EventWriter, keeps_a_transaction_within_its_batch) {
  ScriptedLog log;
  EventWriter writer(log, {.max_delay_ms = 0, .max_batch = 10});
  log.hold();
  writer.submit(one("first"), {});
  log.wait_for_call();
  for (int i = 0; i < 10; ++i)
    writer.submit({sample_decision("a"), sample_decision("b"), sample_decision("c")}, {});
  writer.submit(std::vector<Event>(25, sample_decision("large")), {});
  log.release();
  writer.flush();
  EXPECT_EQ(log.calls, 1 + 4 + 1);  // three submissions of three a group; the large one alone
  EXPECT_EQ(log.recorded, 1 + 30 + 25);
}

TEST(EventWriter, refuses_at_once_when_it_is_full) {
  ScriptedLog log;
  EventWriter writer(log, {.max_pending = 3});
  log.hold();
  writer.submit(one("a"), {});
  log.wait_for_call();
  writer.submit({sample_decision("b"), sample_decision("c")}, {});
  expect_error(ErrorCode::overloaded, {"expected room for 1 events, found 3 of 3 waiting"},
               [&] { writer.submit(one("d"), {}); });
  expect_error(ErrorCode::too_large, {"at most 3 events at once, found 4"},
               [&] { writer.submit(std::vector<Event>(4, sample_decision("e")), {}); });
  log.release();
  writer.flush();
  EXPECT_NO_THROW(writer.submit(one("d"), {}));
  writer.flush();
  EXPECT_EQ(log.recorded, 4);
}

TEST(EventWriter, tries_again_while_the_database_is_unavailable) {
  ScriptedLog log;
  log.failures = 3;
  EventWriter writer(log);
  std::promise<WriteResult> result;
  writer.submit(one("d"), [&](const WriteResult& r) { result.set_value(r); });
  EXPECT_FALSE(result.get_future().get().error);
  EXPECT_EQ(log.calls, 4);
}

TEST(EventWriter, gives_up_after_its_bound_and_tells) {
  ScriptedLog log;
  log.failures = 1'000'000;
  EventWriter writer(log, {.max_retry_ms = 30});
  std::promise<WriteResult> result;
  writer.submit(one("d"), [&](const WriteResult& r) { result.set_value(r); });
  const WriteResult answer = result.get_future().get();
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->code(), ErrorCode::unavailable);
  EXPECT_EQ(answer.accepted, 0);
  writer.flush();
  EXPECT_EQ(writer.pending(), 0);
}

TEST(EventWriter, does_not_try_again_what_cannot_get_better) {
  ScriptedLog log;
  log.failures = 1;
  log.failure = ErrorCode::io;
  EventWriter writer(log);
  std::promise<WriteResult> result;
  writer.submit(one("d"), [&](const WriteResult& r) { result.set_value(r); });
  EXPECT_EQ(result.get_future().get().error->code(), ErrorCode::io);
  EXPECT_EQ(log.calls, 1);
}

TEST(EventWriter, keeps_one_callers_mistake_from_the_others) {
  ScriptedLog log;
  EventWriter writer(log, {.max_delay_ms = 0});
  log.hold();
  writer.submit(one("first"), {});
  log.wait_for_call();
  std::atomic<int> good = 0, bad = 0;
  for (const char* id : {"a", "poison", "b"}) {
    writer.submit(one(id), [&](const WriteResult& result) { ++(result.error ? bad : good); });
  }
  log.release();
  writer.flush();
  EXPECT_EQ(good, 2);
  EXPECT_EQ(bad, 1);
  EXPECT_EQ(log.recorded, 3);
}

TEST(EventWriter, writes_what_is_pending_before_it_ends) {
  ScriptedLog log;
  std::atomic<int> answers = 0;
  {
    EventWriter writer(log, {.max_delay_ms = 60'000});
    for (int i = 0; i < 10; ++i) writer.submit(one("d"), [&](const WriteResult&) { ++answers; });
  }
  EXPECT_EQ(answers, 10);
  EXPECT_EQ(log.recorded, 10);
}

TEST(EventWriter, survives_an_answer_that_throws) {
  ScriptedLog log;
  EventWriter writer(log);
  writer.submit(one("a"), [](const WriteResult&) { throw std::runtime_error("in the answer"); });
  writer.flush();
  writer.submit(one("b"), {});
  writer.flush();
  EXPECT_EQ(log.recorded, 2);
}

TEST(EventWriter, goes_on_when_the_server_was_away) {
  if (!PrivatePostgres::is_installed())
    GTEST_SKIP() << "PostgreSQL is not installed: apt-get install postgresql";
  PrivatePostgres& cluster = PrivatePostgres::shared();
  const auto log = open_event_log(cluster.new_database());
  std::atomic<int64_t> written = 0;
  {
    EventWriter writer(*log, {.max_batch = 20, .max_retry_ms = 60'000});
    for (int i = 0; i < 2000; ++i) {
      writer.submit(one("d" + std::to_string(i)),
                    [&](const WriteResult& result) { written += !result.error; });
      if (i == 500) cluster.stop();
    }
    EXPECT_GT(writer.pending(), 0);
    cluster.start();
  }
  EXPECT_EQ(written, 2000);
  EXPECT_EQ(log->count().decisions, 2000);
}

class EventWriters : public OnDatabases {};
INSTANTIATE_TEST_SUITE_P(On, EventWriters, kDatabases, database_name);

TEST_P(EventWriters, tell_each_caller_of_its_own_events) {
  const auto log = open();
  std::atomic<int64_t> accepted = 0, duplicates = 0, wrong = 0;
  {
    EventWriter writer(*log);
    std::vector<std::thread> callers;
    for (int t = 0; t < 4; ++t) {
      callers.emplace_back([&, t] {
        for (int i = 0; i < 200; ++i) {
          const std::string id = std::to_string(t) + "." + std::to_string(i);
          writer.submit({sample_decision(id), sample_outcome(id, id), sample_decision(id)},
                        [&](const WriteResult& result) {
                          accepted += result.accepted;
                          duplicates += result.duplicates;
                          wrong += result.error || result.is_new != std::vector<bool>{true, true, false};
                        });
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(accepted, 1600);
  EXPECT_EQ(duplicates, 800);
  EXPECT_EQ(log->count().decisions, 800);
}

}  // namespace
}  // namespace heed::store
