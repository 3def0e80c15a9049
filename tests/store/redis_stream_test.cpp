#include "store/redis_stream.h"

#include <gmock/gmock.h>

#include "base/expect_error.h"
#include "store/private_redis.h"

namespace heed::store {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

class RedisStreams : public testing::Test {
 protected:
  void SetUp() override {
    if (!PrivateRedis::is_installed()) GTEST_SKIP() << "Redis is not installed: apt-get install redis-server";
    redis().run({"FLUSHALL"});
  }
  static PrivateRedis& redis() { return PrivateRedis::shared(); }
  static std::unique_ptr<Stream> consumer(const std::string& name, int reclaim_ms = 60'000) {
    return open_stream(
        redis().url("events", "&consumer=" + name + "&reclaim_ms=" + std::to_string(reclaim_ms)));
  }
  static std::vector<std::string> bodies(const std::vector<Message>& messages) {
    std::vector<std::string> texts;
    for (const Message& message : messages) texts.push_back(message.body);
    return texts;
  }
};

TEST_F(RedisStreams, give_each_message_to_one_of_a_group) {
  redis().add("events", "一");
  redis().add("events", "2");
  const auto one = consumer("one"), two = consumer("two");
  EXPECT_THAT(bodies(one->read(1, milliseconds(10))), ElementsAre("一"));
  EXPECT_THAT(bodies(two->read(10, milliseconds(10))), ElementsAre("2"));
  EXPECT_THAT(bodies(one->read(10, milliseconds(10))), ElementsAre());
}

TEST_F(RedisStreams, wait_for_a_message) {
  const auto stream = consumer("one");
  stream->read(1, milliseconds(1));
  std::thread sender([] {
    std::this_thread::sleep_for(milliseconds(50));
    redis().add("events", "late");
  });
  EXPECT_THAT(bodies(stream->read(1, milliseconds(10'000))), ElementsAre("late"));
  sender.join();
}

TEST_F(RedisStreams, hand_out_again_what_was_not_acknowledged_before_a_restart) {
  for (const char* body : {"a", "b", "c"}) redis().add("events", body);
  std::vector<Message> first;
  {
    const auto stream = consumer("one");
    first = stream->read(3, milliseconds(10));
    stream->acknowledge(std::span(first).first(1));
  }
  const auto stream = consumer("one");
  const auto again = stream->read(10, milliseconds(10));
  EXPECT_THAT(bodies(again), ElementsAre("b", "c"));
  EXPECT_EQ(again[0].id, first[1].id);
  EXPECT_EQ(again[0].deliveries, 2);
  stream->acknowledge(again);
  EXPECT_THAT(bodies(consumer("one")->read(10, milliseconds(10))), ElementsAre());
}

TEST_F(RedisStreams, take_over_what_a_dead_consumer_holds) {
  redis().add("events", "held");
  consumer("dead")->read(10, milliseconds(10));
  const auto stream = consumer("alive", 100);
  EXPECT_THAT(bodies(stream->read(10, milliseconds(1))), ElementsAre()) << "it may live yet";
  std::vector<Message> taken;
  ASSERT_TRUE(wait_until([&] { return !(taken = stream->read(10, milliseconds(50))).empty(); }));
  EXPECT_THAT(bodies(taken), ElementsAre("held"));
  EXPECT_EQ(taken[0].deliveries, 2);
  stream->acknowledge(taken);
}

TEST_F(RedisStreams, pass_over_entries_that_were_deleted) {
  const std::string id = redis().add("events", "gone");
  redis().add("events", "here");
  consumer("dead")->read(10, milliseconds(10));
  redis().run({"XDEL", "events", id});
  EXPECT_THAT(bodies(consumer("dead")->read(10, milliseconds(10))), ElementsAre("here"));
}

TEST_F(RedisStreams, say_what_is_wrong_with_an_entry) {
  redis().run({"XADD", "events", "*", "a", "1", "b", "2"});
  redis().run({"XADD", "events", "*", "any", "alone"});
  redis().run({"XADD", "events", "*", "x", "y", "event", "named"});
  redis().add("events", std::string(2000, 'x'));
  const auto stream = open_stream(redis().url("events"), {.max_message_bytes = 1000});
  const auto messages = stream->read(10, milliseconds(10));
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[0].problem, "expected an entry with a field 'event', found 2 other fields");
  EXPECT_EQ(messages[1].body, "alone");
  EXPECT_EQ(messages[2].body, "named");
  EXPECT_EQ(messages[3].problem, "expected a body of at most 1000 bytes, found 2000");
  EXPECT_EQ(messages[3].body.size(), 1000u);
}

TEST_F(RedisStreams, connect_again_after_the_server_was_away) {
  const auto stream = consumer("one");
  redis().add("events", "before");
  const auto before = stream->read(10, milliseconds(10));
  redis().stop();
  expect_error(ErrorCode::unavailable, {"redis+unix://", "expected a Redis server that answers"},
               [&] { stream->read(10, milliseconds(10)); });
  expect_error(ErrorCode::unavailable, {"redis+unix://"}, [&] { stream->acknowledge(before); });
  redis().start();
  redis().add("events", "after");
  EXPECT_THAT(bodies(stream->read(10, milliseconds(10))), ElementsAre("before"));
  EXPECT_THAT(bodies(stream->read(10, milliseconds(10))), ElementsAre("after"));
}

TEST_F(RedisStreams, make_their_group_again_when_somebody_deleted_the_stream) {
  const auto stream = consumer("one");
  stream->read(1, milliseconds(1));
  redis().run({"DEL", "events"});
  expect_error(ErrorCode::unavailable, {"NOGROUP"}, [&] { stream->read(1, milliseconds(1)); });
  redis().add("events", "new");
  EXPECT_THAT(bodies(stream->read(1, milliseconds(10))), ElementsAre("new"));
}

TEST_F(RedisStreams, refuse_a_key_that_is_no_stream) {
  redis().run({"SET", "text", "x"});
  expect_error(ErrorCode::invalid_argument, {"WRONGTYPE"},
               [&] { open_stream(redis().url("text"))->read(1, milliseconds(1)); });
}

TEST_F(RedisStreams, do_not_leave_consumers_of_past_processes_behind) {
  redis().add("events", "a");
  {
    const auto stream = open_stream(redis().url("events"));
    stream->acknowledge(stream->read(1, milliseconds(10)));
  }
  const std::string nobody = redis().run({"XGROUP", "CREATECONSUMER", "events", "heed", "probe"});
  EXPECT_EQ(nobody, "1");
  EXPECT_EQ(redis().run({"EVAL", "return #redis.call('XINFO', 'CONSUMERS', 'events', 'heed')", "0"}), "1");
}

}  // namespace
}  // namespace heed::store
