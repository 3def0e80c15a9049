// Opinion watched by a server, asked over real sockets.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "apps/economy/application.h"
#include "apps/monitor/application.h"
#include "base/files.h"
#include "serve/chatwoot_stand_in.h"
#include "serve/running_server.h"
#include "serve/server.h"

using namespace heed;
using test::ask_once;
using test::eventually;
using test::Reply;
using testing::HasSubstr;

namespace {

const std::vector<apps::Application>& monitor_alone() {
  static const std::vector<apps::Application> kApplications = {apps::monitor_application()};
  return kApplications;
}

Json message(int64_t second, const std::string& id, const std::string& text, const std::string& topic,
             double sentiment) {
  return {{"ts", 1'704'067'200 + second}, {"id", id}, {"source", "test"}, {"text", text}, {"topic", topic},
          {"sentiment", sentiment}};
}

Reply post(uint16_t port, const std::string& path, const Json& body) {
  return ask_once(port, "POST", path, body.dump());
}

// Three weeks of hours, ten voices each, the last hours of them bad.
void tell_of_a_scandal(uint16_t port) {
  uint64_t word = 1;
  Json batch = Json::array();
  for (int hour = 0; hour < 24 * 16; ++hour) {
    const bool is_bad = hour >= 24 * 16 - 6;
    for (int i = 0; i < (is_bad ? 40 : 10); ++i) {
      word = word * 6364136223846793005ULL + 1442695040888963407ULL;
      batch.push_back(message(hour * 3600 + i * 60, fmt::format("{}-{}", hour, i),
                              fmt::format("{:x} battery {:x} 电池 {:x}", word, word / 7, word / 13), "phones",
                              is_bad || i % 5 == 0 ? -0.9 : 0.5));
    }
    if (batch.size() > 3000 || hour == 24 * 16 - 1) {
      ASSERT_EQ(post(port, "/v1/messages", {{"messages", batch}}).status, 200);
      batch = Json::array();
    }
  }
  // An hour later, so that the last of them closes.
  ASSERT_EQ(post(port, "/v1/messages",
                 {{"messages", {message(24 * 16 * 3600 + 7200, "end", "the end of it", "phones", 0)}}})
                .status,
            200);
}

TEST(Monitor, takes_messages_and_says_what_is_wrong_with_others) {
  test::RunningServer server(nullptr, monitor_alone(), {"apps.monitor.enabled=true"});
  const Reply reply = post(server.port(), "/v1/messages",
                           {{"messages",
                             {message(0, "1", "good phone", "phones", 0.9),
                              message(60, "2", "手机太差", "phones", -0.9),
                              message(61, "1", "good phone", "phones", 0.9),
                              {{"text", "no time"}}}}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["accepted"], 2);
  EXPECT_EQ(reply.json()["duplicates"], 1);
  EXPECT_EQ(reply.json()["unreadable"], 1);
  EXPECT_THAT(reply.json()["problems"][0]["message"].get<std::string>(), HasSubstr("field 'ts'"));
  const Json trends = ask_once(server.port(), "GET", "/v1/monitor/trends?unit=hour&topic=phones").json();
  ASSERT_EQ(trends["trends"].size(), 1U) << trends.dump();
  EXPECT_EQ(trends["trends"][0]["voices"], 2);
  EXPECT_EQ(trends["trends"][0]["negative"], 1);
  const Json messages = ask_once(server.port(), "GET", "/v1/monitor/messages?after=0").json();
  EXPECT_EQ(messages["messages"].size(), 2U);
  const Json sources = ask_once(server.port(), "GET", "/v1/monitor/sources").json();
  EXPECT_EQ(sources["counts"]["messages"], 2);
  EXPECT_EQ(sources["sources"][0]["source"], "test");
  EXPECT_TRUE(sources["problems"].empty()) << sources.dump();
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/monitor/unreadable").json()["lines"].size(), 1U);
  EXPECT_THAT(ask_once(server.port(), "GET", "/metrics").body,
              HasSubstr("heed_monitor_messages_total{fate=\"counted\"} 2"));
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/monitor/trends?since=soon").status, 400);
  EXPECT_EQ(post(server.port(), "/v1/messages", {{"messages", "none"}}).status, 400);
}

TEST(Monitor, a_server_that_does_not_watch_says_so) {
  test::RunningServer server(nullptr, monitor_alone());
  const Reply reply = ask_once(server.port(), "GET", "/v1/monitor/alerts");
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("apps.monitor.enabled"));
}

TEST(Monitor, an_alert_is_listed_acknowledged_and_posted_although_the_webhook_was_down) {
  test::ChatwootStandIn receiver;
  receiver.fail_next(1);
  test::RunningServer server(
      nullptr, monitor_alone(),
      {"apps.monitor.enabled=true",
       fmt::format("apps.monitor.webhook_url=http://127.0.0.1:{}/alerts", receiver.port())});
  tell_of_a_scandal(server.port());
  const Json alerts = ask_once(server.port(), "GET", "/v1/monitor/alerts?state=open").json();
  ASSERT_EQ(alerts["alerts"].size(), 1U) << alerts.dump();
  const Json& alert = alerts["alerts"][0];
  EXPECT_EQ(alert["event"], "negative_surge");
  EXPECT_THAT(alert["sentence"]["zh"].get<std::string>(), HasSubstr("负面舆情激增"));
  const std::string path = "/v1/monitor/alerts/" + alert["id"].get<std::string>();
  EXPECT_EQ(ask_once(server.port(), "GET", path).json()["id"], alert["id"]);
  const Reply acknowledged = post(server.port(), path + "/acknowledge", {{"by", "安"}});
  EXPECT_EQ(acknowledged.json()["acknowledged_by"], "安") << acknowledged.body;
  EXPECT_EQ(post(server.port(), "/v1/monitor/alerts/none/acknowledge", {{"by", "x"}}).status, 404);
  EXPECT_TRUE(eventually([&] { return receiver.requests().size() >= 2; }));
  const auto requests = receiver.requests();
  EXPECT_EQ(requests.back().target, "/alerts");
  EXPECT_EQ(parse_json(requests.back().body, "test")["alerts"][0]["labels"]["topic"], alert["topic"]);
}

TEST(Monitor, an_alert_waits_for_an_analysts_minutes) {
  test::ChatwootStandIn receiver;
  const std::vector<apps::Application> both = {apps::economy_application(), apps::monitor_application()};
  test::RunningServer server(
      nullptr, both,
      {"apps.monitor.enabled=true", "apps.economy.enabled=true", "apps.economy.most=[\"alerts=1\"]",
       "apps.monitor.analysts=[\"李\"]", "apps.monitor.alert_minutes=3",
       fmt::format("apps.monitor.webhook_url=http://127.0.0.1:{}/alerts", receiver.port())});
  tell_of_a_scandal(server.port());
  const auto problems = [&] { return ask_once(server.port(), "GET", "/v1/monitor/sources").body; };
  EXPECT_TRUE(eventually([&] { return problems().find("waits for minutes of '李'") != std::string::npos; }))
      << problems();
  EXPECT_TRUE(receiver.requests().empty());
}

TEST(Monitor, silences_are_made_listed_and_ended) {
  test::RunningServer server(nullptr, monitor_alone(), {"apps.monitor.enabled=true"});
  const Reply made =
      post(server.port(), "/v1/monitor/silences", {{"minutes", 30}, {"topic", "phones"}, {"by", "me"}});
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string id = made.json()["id"];
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/monitor/silences").json()["silences"][0]["topic"], "phones");
  EXPECT_EQ(ask_once(server.port(), "DELETE", "/v1/monitor/silences/" + id).json()["ended"], true);
  EXPECT_EQ(ask_once(server.port(), "DELETE", "/v1/monitor/silences/" + id).json()["ended"], false);
  EXPECT_EQ(post(server.port(), "/v1/monitor/silences", {{"topic", "phones"}}).status, 400);
}

TEST(Monitor, reads_a_followed_file_and_goes_on_after_a_restart) {
  test::RunningServer first(nullptr, monitor_alone());
  const std::filesystem::path file = first.file("messages.ndjson");
  std::string lines = "{broken\n";
  for (int i = 0; i < 30; ++i)
    lines += message(i, std::to_string(i), "text " + std::to_string(i * 7919), "t", 0.5).dump() + "\n";
  write_file_atomically(file, lines);
  const std::vector<std::string> settings = {"apps.monitor.enabled=true",
                                             "apps.monitor.streams=[\"file:" + file.string() + "\"]",
                                             "store.url=" + first.file("watch.db").string()};
  for (int run = 0; run < 2; ++run) {
    test::RunningServer server(nullptr, monitor_alone(), settings);
    EXPECT_TRUE(eventually([&] {
      const Json counts = ask_once(server.port(), "GET", "/v1/monitor/sources").json()["counts"];
      return counts["messages"] == 30 && counts["unreadable"] == 1;
    })) << ask_once(server.port(), "GET", "/v1/monitor/sources").body;
  }
}

}  // namespace
