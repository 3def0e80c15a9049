// One market for people's minutes, drawn on by every application of one server, over real sockets.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "apps/digest/application.h"
#include "apps/economy/application.h"
#include "apps/monitor/application.h"
#include "base/files.h"
#include "economy/ledger.h"
#include "serve/running_server.h"
#include "serve/server.h"

using namespace heed;
using test::ask_once;
using test::Reply;
using testing::HasSubstr;

namespace {

class Minutes : public testing::Test {
 protected:
  void start(std::vector<std::string> settings = {}) {
    static const std::vector<apps::Application> kApplications = {
        apps::economy_application(), apps::monitor_application(), apps::digest_application()};
    settings.insert(settings.begin(), {"apps.economy.enabled=true", "apps.monitor.enabled=true",
                                       "store.url=\"" + (folder_ / "events.db").string() + "\""});
    server_ = std::make_unique<test::RunningServer>(nullptr, kApplications, settings);
  }
  Json ask(const std::string& method, const std::string& path, const Json& body = nullptr,
           int status = 200) const {
    const Reply reply = ask_once(server_->port(), method, path, body.is_null() ? "" : body.dump());
    EXPECT_EQ(reply.status, status) << path << " " << reply.body;
    return reply.json();
  }
  Json bid(const std::string& id, const std::string& task, double minutes, double value) const {
    return ask(
        "POST", "/v1/economy/minutes",
        {{"bids", {{{"id", id}, {"person", "安"}, {"task", task}, {"minutes", minutes}, {"value", value}}}}})
        ["grants"][0];
  }
  Json digest(double minutes) const {
    return ask("POST", "/v1/digest",
               {{"reader", "安"},
                {"minutes", minutes},
                {"topics", {"电池"}},
                {"items",
                 {{{"id", "oil"}, {"title", "Oil prices fall as talks collapse"}, {"source", "a"}},
                  {{"id", "电池"}, {"title", "新款手机电池续航大幅提升"}, {"source", "b"}}}}});
  }
  Json person() const { return ask("GET", "/v1/economy/minutes")["people"][0]; }
  economy::Balance balance() const {
    return economy::open_ledger((folder_ / "events.db").string())->balance("", "安");
  }

  const test::ScratchFolder folder_;
  std::unique_ptr<test::RunningServer> server_;
};

int64_t of(const economy::Balance& balance, economy::Stage stage) {
  return balance[static_cast<size_t>(stage)];
}

TEST_F(Minutes, a_digest_takes_its_stories_minutes_and_what_is_read_is_retained) {
  start();
  const Json made = digest(10);
  ASSERT_EQ(made["stories"].size(), 2U) << made.dump();
  const Json before = person();
  EXPECT_EQ(before["person"], "安");
  EXPECT_NEAR(before["used"]["digest"].get<double>(), made["used"].get<double>(), 1e-3);
  EXPECT_NEAR(before["left"].get<double>(), 30 - made["used"].get<double>(), 1e-3);
  ask("POST", "/v1/digest/feedback",
      {{"reader", "安"},
       {"item", "电池"},
       {"kind", "read"},
       {"digest", made["digest"]},
       {"title", "新款手机电池续航大幅提升"}});
  ask("POST", "/v1/digest/feedback",
      {{"reader", "安"},
       {"item", "oil"},
       {"kind", "skip"},
       {"digest", made["digest"]},
       {"title", "Oil prices fall"}});
  const economy::Balance after = balance();
  EXPECT_EQ(of(after, economy::Stage::allocated), 0);
  EXPECT_GT(of(after, economy::Stage::retained), 0);
  EXPECT_GT(of(after, economy::Stage::lost), 0);
  EXPECT_LT(of(after, economy::Stage::lost), of(after, economy::Stage::retained));
}

TEST_F(Minutes, a_preview_and_a_server_without_a_market_cost_nobody_anything) {
  start();
  ask("POST", "/v1/digest",
      {{"reader", "安"},
       {"preview", true},
       {"minutes", 5},
       {"items", {{{"id", "a"}, {"title", "A story"}}}}});
  EXPECT_TRUE(ask("GET", "/v1/economy/minutes")["people"].empty());
  start({"apps.economy.enabled=false"});
  EXPECT_EQ(digest(10)["stories"].size(), 2U);
  EXPECT_EQ(ask("GET", "/v1/economy/minutes")["running"], false);
  EXPECT_THAT(
      ask("POST", "/v1/economy/minutes/offer", {{"id", "o"}, {"person", "安"}, {"minutes", 5}}, 503).dump(),
      HasSubstr("apps.economy.enabled"));
}

TEST_F(Minutes, what_one_application_pays_for_another_cannot_have_cheaper) {
  start({"apps.economy.most=[\"alerts=5\"]"});
  EXPECT_TRUE(bid("a1", "alerts", 4, 40)["given"].get<bool>());
  EXPECT_THAT(bid("a2", "alerts", 4, 400)["reason"].get<std::string>(), HasSubstr("may take 5"));
  const double price = person()["price"];
  EXPECT_GT(price, 0);
  EXPECT_NEAR(bid("s", "slates", 1, 0.001)["price"].get<double>(), price, 1e-2 * price);
  // The topic's story is worth more than that, the other is not.
  const Json made = digest(10);
  ASSERT_EQ(made["stories"].size(), 1U) << made.dump();
  EXPECT_EQ(made["stories"][0]["id"], "电池");
  EXPECT_EQ(made["left_out"][0]["id"], "oil");
  EXPECT_THAT(made["left_out"][0]["why"]["en"].get<std::string>(), HasSubstr("left out"));
  EXPECT_THAT(made["left_out"][0]["why"]["zh"].get<std::string>(), HasSubstr("用在别处更值"));
  const Json tasks = ask("GET", "/v1/economy/minutes")["tasks"];
  EXPECT_EQ(tasks[1]["task"], "digest") << tasks.dump();
  EXPECT_GT(tasks[1]["next"].get<double>(), 0);
}

TEST_F(Minutes, the_same_bid_is_given_once_and_settled_once_also_after_a_restart) {
  start();
  ASSERT_TRUE(bid("x", "agents", 5, 50)["given"].get<bool>());
  const Json before = person();
  server_.reset();
  start();
  EXPECT_EQ(person(), before);
  EXPECT_EQ(bid("x", "agents", 5, 50)["reason"], "granted before");
  EXPECT_EQ(person()["left"], before["left"]);
  const Json settled = {
      {"bids", {{{"id", "x"}, {"retained", 3}, {"lost", 1}}, {{"id", "never"}, {"retained", 1}}}}};
  const Json told = ask("POST", "/v1/economy/minutes/settle", settled);
  EXPECT_EQ(told["settled"], 1);
  EXPECT_EQ(told["unknown"], Json({"never"}));
  EXPECT_EQ(ask("POST", "/v1/economy/minutes/settle", settled)["settled"], 0);
  EXPECT_NEAR(person()["left"].get<double>(), 26, 1e-6);
  EXPECT_THAT(
      ask("POST", "/v1/economy/minutes/settle", {{"bids", {{{"id", "x"}, {"retained", -3}}}}}, 400).dump(),
      HasSubstr("retained"));
  EXPECT_THAT(
      ask("POST", "/v1/economy/minutes",
          {{"bids", {{{"id", "y"}, {"person", ""}, {"task", "t"}, {"minutes", 1}, {"value", 1}}}}}, 400)
          .dump(),
      HasSubstr("bids[0].person"));
}

TEST_F(Minutes, settings_that_are_none_keep_the_server_from_starting) {
  const auto start_with = [&](const std::string& setting) { start({setting}); };
  EXPECT_THROW(start_with("apps.economy.utc=\"Shanghai\""), Error);
  EXPECT_THROW(start_with("apps.economy.quiet=\"at night\""), Error);
  EXPECT_THROW(start_with("apps.economy.most=[\"alerts\"]"), Error);
  start({"apps.economy.utc=\"+08:00\"", "apps.economy.quiet=\"22:00-07:00\"",
         "apps.economy.worth=[\"alerts=2\"]"});
  EXPECT_EQ(ask("GET", "/v1/economy/minutes")["running"], true);
}

TEST_F(Minutes, an_alert_that_is_acknowledged_was_attended) {
  start();
  uint64_t word = 1;
  Json batch = Json::array();
  for (int hour = 0; hour < 24 * 16; ++hour) {
    const bool is_bad = hour >= 24 * 16 - 6;
    for (int i = 0; i < (is_bad ? 40 : 10); ++i) {
      word = word * 6364136223846793005ULL + 1442695040888963407ULL;
      batch.push_back({{"ts", 1'704'067'200 + hour * 3600 + i * 60},
                       {"id", fmt::format("{}-{}", hour, i)},
                       {"text", fmt::format("{:x} battery {:x} 电池 {:x}", word, word / 7, word / 13)},
                       {"topic", "phones"},
                       {"sentiment", is_bad || i % 5 == 0 ? -0.9 : 0.5}});
    }
    if (batch.size() < 2000 && hour < 24 * 16 - 1) continue;
    ask("POST", "/v1/messages", {{"messages", batch}});
    batch = Json::array();
  }
  const Json alerts = ask("GET", "/v1/monitor/alerts");
  ASSERT_FALSE(alerts["alerts"].empty());
  const std::string path =
      "/v1/monitor/alerts/" + alerts["alerts"][0]["id"].get<std::string>() + "/acknowledge";
  ask("POST", path, {{"by", "安"}});
  ask("POST", path, {{"by", "安"}});
  EXPECT_EQ(of(balance(), economy::Stage::retained), 3 * 60'000);
  EXPECT_EQ(person()["used"]["alerts"], 3);
}

}  // namespace
