#include <gtest/gtest.h>

#include "apps/monitor/webhook.h"
#include "apps/monitor_messages.h"
#include "base/error.h"
#include "base/temporary_folder.h"
#include "store/event.h"

namespace heed::apps::monitor {
namespace {

constexpr int64_t kSecond = 1'000'000;

class MonitorOutbox : public testing::Test {
 protected:
  void raise(const std::string& id, const std::string& topic = "service",
             AlertStep::Kind kind = AlertStep::Kind::raised) {
    Alert alert = {
        .id = id, .series = {topic, kAll}, .begin_us = kTalkBegin, .end_us = kTalkBegin + kHourInUs};
    if (kind == AlertStep::Kind::ended) alert.ended_us = kTalkBegin + 3 * kHourInUs;
    Record record = {
        .deliveries = {}, .dead_letters = {}, .changes = {}, .state = Json::object(), .notify = true};
    record.changes.alerts.push_back({kind, alert});
    store_.record(record);
  }

  TemporaryFolder folder_;
  MonitorStore store_{(folder_ / "a.db").string()};
};

TEST_F(MonitorOutbox, a_receiver_that_is_down_for_an_hour_gets_everything_in_order) {
  std::vector<std::string> got;
  bool is_down = true;
  int64_t attempts = 0;
  const auto sign = [](const std::string& body) { return "of " + std::to_string(body.size()); };
  Webhook webhook({.url = "http://127.0.0.1:1/", .sign = sign}, store_, [&](const HttpPost& post) {
    ++attempts;
    EXPECT_EQ(post.headers, (std::vector<std::pair<std::string, std::string>>{
                                {"X-Heed-Signature", "of " + std::to_string(post.body.size())}}));
    if (is_down)
      throw Error(ErrorCode::unavailable, "127.0.0.1:1: expected an answer, found: connection refused");
    got.push_back(parse_json(post.body, "test")["groupLabels"]["alert"].get<std::string>());
    return HttpReply{};
  });
  raise("1-a");
  raise("2-b");
  const int64_t begin = store::now_us();
  for (int64_t second = 0; second < 3600; ++second) EXPECT_EQ(webhook.run(begin + second * kSecond), 0);
  EXPECT_LT(attempts, 60);
  EXPECT_EQ(store_.waiting(10).size(), 2U);
  EXPECT_NE(store_.waiting(10)[0].problem.find("connection refused"), std::string::npos);
  is_down = false;
  for (int64_t second = 3600; second < 4300; ++second) webhook.run(begin + second * kSecond);
  EXPECT_EQ(got, (std::vector<std::string>{"1-a", "2-b"}));
  EXPECT_TRUE(store_.waiting(10).empty());
}

TEST_F(MonitorOutbox, the_body_is_what_alertmanager_sends) {
  raise("1704067200-00ff");
  raise("1704067200-00ff", "service", AlertStep::Kind::ended);
  std::vector<Json> bodies;
  Webhook webhook({.url = "http://127.0.0.1:1/"}, store_, [&](const HttpPost& post) {
    bodies.push_back(parse_json(post.body, "test"));
    return HttpReply{};
  });
  EXPECT_EQ(webhook.run(store::now_us() + kSecond), 2);
  ASSERT_EQ(bodies.size(), 2U);
  EXPECT_EQ(bodies[0]["version"], "4");
  EXPECT_EQ(bodies[0]["status"], "firing");
  EXPECT_EQ(bodies[0]["alerts"][0]["labels"]["alertname"], "negative_surge");
  EXPECT_EQ(bodies[0]["alerts"][0]["labels"]["topic"], "service");
  EXPECT_EQ(bodies[0]["alerts"][0]["fingerprint"], "00ff");
  EXPECT_EQ(bodies[0]["alerts"][0]["startsAt"], "2024-01-01T00:00:00Z");
  EXPECT_EQ(bodies[1]["status"], "resolved");
  EXPECT_EQ(bodies[1]["alerts"][0]["endsAt"], "2024-01-01T03:00:00Z");
}

TEST_F(MonitorOutbox, a_silence_keeps_alerts_from_being_sent_and_ends) {
  store_.silence({.id = "s",
                  .topic = "service",
                  .until_us = store::now_us() + 3600 * kSecond,
                  .by = "me",
                  .comment = "known"});
  raise("1-a");
  raise("2-b", "other");
  ASSERT_EQ(store_.waiting(10).size(), 1U);
  EXPECT_EQ(store_.waiting(10)[0].alert, "2-b");
  EXPECT_EQ(store_.alert("1-a")->silenced_by, "s");
  EXPECT_TRUE(store_.end_silence("s"));
  EXPECT_FALSE(store_.end_silence("s"));
  raise("3-c");
  EXPECT_EQ(store_.waiting(10).size(), 2U);
}

TEST_F(MonitorOutbox, what_nobody_acknowledges_is_escalated_once) {
  raise("1-a");
  raise("2-b");
  EXPECT_TRUE(store_.acknowledge("2-b", "ann"));
  EXPECT_FALSE(store_.acknowledge("nowhere", "ann"));
  const int64_t later = store::now_us() + 7200 * kSecond;
  EXPECT_EQ(store_.escalate(later - 3600 * kSecond, later), 1);
  EXPECT_EQ(store_.escalate(later - 3600 * kSecond, later), 0);
  const auto waiting = store_.waiting(10);
  ASSERT_EQ(waiting.size(), 3U);
  EXPECT_EQ(waiting[2].alert, "1-a");
  EXPECT_EQ(waiting[2].status, "escalated");
  EXPECT_EQ(store_.alert("2-b")->acknowledged_by, "ann");
}

TEST(MonitorWebhook, waits_longer_and_longer_up_to_five_minutes) {
  EXPECT_EQ(retry_after_us(1), kSecond);
  EXPECT_EQ(retry_after_us(4), 8 * kSecond);
  EXPECT_EQ(retry_after_us(9), 256 * kSecond);
  EXPECT_EQ(retry_after_us(1000), 300 * kSecond);
}

}  // namespace
}  // namespace heed::apps::monitor
