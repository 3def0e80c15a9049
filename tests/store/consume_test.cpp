#include "store/consume.h"

#include <csignal>
#include <deque>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "store/databases.h"
#include "store/event_json.h"
#include "store/private_redis.h"
#include "store/sample_events.h"

namespace heed::store {
namespace {

using std::chrono::milliseconds;

// Hands out what it is given, again and again until it is acknowledged; ends when nothing is left.
class ListStream : public Stream {
 public:
  explicit ListStream(std::vector<Message> messages) : left_(messages.begin(), messages.end()) {}
  const std::string& name() const override { return name_; }
  std::vector<Message> read(size_t max, milliseconds) override {
    if (outages > 0 && --outages % 2 == 0) throw Error(ErrorCode::unavailable, "list: away");
    std::vector<Message> messages;
    for (size_t i = 0; i < std::min(max, left_.size()); ++i) messages.push_back(left_[i]);
    return messages;
  }
  void acknowledge(std::span<const Message> messages) override {
    if (forgotten > 0) {
      --forgotten;  // as after a crash between the effect and its acknowledgement
      return;
    }
    left_.erase(left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(messages.size()));
  }
  bool ended() const override { return left_.empty(); }

  int outages = 0, forgotten = 0;

 private:
  std::string name_ = "list:";
  std::deque<Message> left_;
};

std::string body_of(const Event& event) { return to_json(event).dump(); }

class Consumers : public OnDatabases {};
INSTANTIATE_TEST_SUITE_P(On, Consumers, kDatabases, database_name);

TEST_P(Consumers, record_messages_and_put_aside_what_they_do_not_understand) {
  const auto log = open();
  ListStream stream({{.id = "1", .body = body_of(sample_decision("d1"))},
                     {.id = "2", .body = "{broken"},
                     {.id = "3", .body = std::string("\xff\0文", 5)},
                     {.id = "4", .body = "{\"type\": \"outcome\"}"},
                     {.id = "5", .body = "cut", .problem = "expected a line of at most 3 bytes, found 9"},
                     {.id = "6", .body = body_of(sample_decision("d6")), .deliveries = 17},
                     {.id = "7", .body = body_of(sample_outcome("o1", "d1"))}});
  const ConsumeCounts counts = consume(stream, *log, events_of_message, {}, {.batch = 3});
  EXPECT_EQ(counts.messages, 7);
  EXPECT_EQ(counts.put_aside, 5);
  EXPECT_EQ(counts.repeated, 0);
  EXPECT_EQ(log->count().decisions, 1);
  EXPECT_EQ(log->count().outcomes, 1);
  auto letters = log->dead_letters(10);
  ASSERT_EQ(letters.size(), 5u);
  EXPECT_EQ(letters[0].message_id, "6");
  EXPECT_THAT(letters[0].reason, testing::HasSubstr("handed out 17 times"));
  EXPECT_EQ(letters[1].reason, "expected a line of at most 3 bytes, found 9");
  EXPECT_THAT(letters[2].reason, testing::HasSubstr("event_id: expected a text, found nothing"));
  EXPECT_EQ(letters[3].body, "\\xff\\x00文");
  EXPECT_THAT(letters[4].reason, testing::HasSubstr("message:1:"));
}

TEST_P(Consumers, record_an_effect_once_however_often_its_message_comes) {
  const auto log = open();
  std::vector<Message> messages;
  for (int i = 0; i < 10; ++i) messages.push_back({.id = std::to_string(i), .body = "x"});
  ListStream stream(messages);
  stream.forgotten = 4;
  stream.outages = 5;
  const auto meaning = [](const Message&) {  // nothing but the key can tell that it came before
    return std::vector<Event>{sample_decision(new_event_id())};
  };
  const ConsumeCounts counts = consume(stream, *log, meaning, {}, {.batch = 5});
  EXPECT_EQ(log->count().decisions, 10);
  EXPECT_EQ(counts.repeated, 20);
  EXPECT_EQ(counts.messages, 30);
}

TEST_P(Consumers, stop_when_they_are_told) {
  const auto log = open();
  if (!PrivateRedis::is_installed()) GTEST_SKIP() << "Redis is not installed: apt-get install redis-server";
  PrivateRedis::shared().run({"FLUSHALL"});
  const auto stream = open_stream(PrivateRedis::shared().url("events"));
  std::stop_source stop;
  std::thread stopper([&] {
    PrivateRedis::shared().add("events", body_of(sample_decision("d1")));
    EXPECT_TRUE(wait_until([&] { return log->count().decisions == 1; }));
    stop.request_stop();
  });
  const ConsumeCounts counts =
      consume(*stream, *log, events_of_message, stop.get_token(), {.timeout = milliseconds(20)});
  stopper.join();
  EXPECT_EQ(counts.messages, 1);
}

// Consumers that are killed at any moment, over and over: at the end each message has had its effect once.
TEST_P(Consumers, that_are_killed_leave_each_effect_recorded_once) {
  if (!PrivateRedis::is_installed()) GTEST_SKIP() << "Redis is not installed: apt-get install redis-server";
  const PrivateRedis& redis = PrivateRedis::shared();
  redis.run({"FLUSHALL"});
  constexpr int kMessages = 600;
  for (int i = 0; i < kMessages; ++i) redis.add("events", std::to_string(i));
  open();
  const auto run = [&](const std::string& consumer, std::stop_token stop) {
    const auto log = open();
    const auto stream = open_stream(redis.url("events", "&reclaim_ms=50&consumer=" + consumer));
    const auto meaning = [](const Message& message) {
      Decision decision = sample_decision(new_event_id());
      decision.subject = message.body;
      return std::vector<Event>{decision};
    };
    consume(*stream, *log, meaning, std::move(stop),
            {.batch = 7, .timeout = milliseconds(10), .max_deliveries = 1000});
  };
  Random random(6);
  for (int round = 0; round < 8; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      run("child" + std::to_string(round), {});
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(15'000 + random.below(40'000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself in round " << round;
  }
  const auto log = open();
  std::stop_source stop;
  std::thread last([&] { run("last", stop.get_token()); });
  const auto is_empty = [&] {
    return redis.run({"EVAL",
                      "local g = redis.call('XINFO', 'GROUPS', 'events')[1] "
                      "local t = {} for i = 1, #g, 2 do t[g[i]] = g[i + 1] end "
                      "return tostring(t['pending']) .. ' ' .. tostring(t['lag'])",
                      "0"}) == "0 0";
  };
  EXPECT_TRUE(wait_until(is_empty));
  stop.request_stop();
  last.join();
  std::map<std::string, int> effects;
  log->for_each_decision(
      {}, [&](const Decision& decision, std::span<const Outcome>) { ++effects[decision.subject]; });
  EXPECT_EQ(effects.size(), static_cast<size_t>(kMessages));
  for (const auto& [message, times] : effects) EXPECT_EQ(times, 1) << message;
}

}  // namespace
}  // namespace heed::store
