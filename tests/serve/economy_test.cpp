// The routes of the attention economy, asked over real sockets.

#include <gmock/gmock.h>

#include "apps/economy/application.h"
#include "economy/ledger.h"
#include "serve/running_server.h"

using namespace heed;
using test::ask_once;
using test::Reply;
using testing::AllOf;
using testing::HasSubstr;

namespace {

class EconomyRoutes : public testing::Test {
 protected:
  static const std::vector<apps::Application>& economy_alone() {
    static const std::vector<apps::Application> kApplications = {apps::economy_application()};
    return kApplications;
  }
  Json post(const std::string& path, const Json& body) const {
    const Reply reply = ask_once(server_.port(), "POST", "/v1/economy/" + path, body.dump());
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.json();
  }
  std::string refused(const std::string& path, const Json& body) const {
    const Reply reply = ask_once(server_.port(), "POST", "/v1/economy/" + path, body.dump());
    EXPECT_EQ(reply.status, 400) << reply.body;
    return reply.body;
  }

  test::RunningServer server_{nullptr, economy_alone()};
};

Json two_people() {
  return {{"people",
           {{{"person", "anna"}, {"minutes", 10}, {"quiet", "22:00-07:00"}},
            {{"person", "小明"}, {"minutes", 10}}}},
          {"pairs",
           {{{"person", "anna"}, {"item", "course"}, {"cost", 10}, {"value", 8}},
            {{"person", "anna"}, {"item", "news"}, {"cost", 5}, {"value", "3|1"}},
            {{"person", "anna"}, {"item", "alert"}, {"cost", 1}, {"value", 9}, {"at", "23:30"}},
            {{"person", "小明"}, {"item", "course"}, {"cost", 10}, {"value", 1}},
            {{"person", "小明"}, {"item", "新闻"}, {"cost", 5}, {"value", 2}}}},
          {"limits", {{{"of", "item"}, {"name", "course"}, {"at_most", 1}}}}};
}

TEST_F(EconomyRoutes, allocate_chooses_prices_and_says_why) {
  Json asked = two_people();
  asked["whole"] = true;
  asked["why"] = {{{"person", "小明"}, {"item", "course"}}};
  const Json answer = post("allocate", asked);
  EXPECT_NEAR(answer["value"].get<double>(), 10, 1e-3);  // course for anna, 新闻 for 小明
  EXPECT_LE(answer["gap"].get<double>(), 1e-3);
  EXPECT_EQ(answer["choices"].size(), 2U) << answer["choices"].dump();
  EXPECT_EQ(answer["excluded"][0]["item"], "alert");
  EXPECT_EQ(answer["limits"][0]["limit"], "item course");
  EXPECT_THAT(answer["why"].dump(), HasSubstr("course for 小明"));
}

TEST_F(EconomyRoutes, allocate_refuses_in_one_line_that_says_where) {
  Json asked = two_people();
  asked["pairs"][0]["cost"] = -1;
  EXPECT_THAT(refused("allocate", asked), HasSubstr("cost"));
  asked = two_people();
  asked["pairs"][0]["person"] = "ana";
  EXPECT_THAT(refused("allocate", asked), AllOf(HasSubstr("pairs[0]"), HasSubstr("did you mean 'anna'")));
  asked = two_people();
  asked["limits"][0]["of"] = "planet";
  EXPECT_THAT(refused("allocate", asked), HasSubstr("item"));
  asked = two_people();
  asked["limits"] = {{{"of", "item"}, {"name", "course"}, {"at_least", 2}},
                     {{"of", "item"}, {"name", "news"}, {"at_least", 1}}};
  EXPECT_THAT(refused("allocate", asked), HasSubstr("item course (at least 2 times)"));
  asked = two_people();
  asked["pairs"] = Json::array();
  for (int i = 0; i <= 4096; ++i)
    asked["pairs"].push_back({{"person", "anna"}, {"item", std::to_string(i)}, {"cost", 1}, {"value", 1}});
  EXPECT_THAT(refused("allocate", asked), HasSubstr("at most 4096"));
}

TEST_F(EconomyRoutes, retain_schedules_what_was_reviewed) {
  const Json answer = post("retain", {{"reviews",
                                       {{{"card", "词"}, {"rating", 3}, {"time", "2026-01-01T08:00:00Z"}},
                                        {{"card", "word"}, {"rating", 1}, {"time", "2026-01-01T08:00:00Z"}}}},
                                      {"at", "2026-01-03T08:00:00Z"}});
  EXPECT_FALSE(answer["fitted"].get<bool>());
  ASSERT_EQ(answer["cards"].size(), 2U);
  EXPECT_EQ(answer["parameters"].size(), 21U);
  // What was known is remembered better than what was not.
  const bool first_is_known = answer["cards"][0]["card"] == "词";
  EXPECT_GT(answer["cards"][first_is_known ? 0 : 1]["recall"].get<double>(),
            answer["cards"][first_is_known ? 1 : 0]["recall"].get<double>());
  EXPECT_THAT(refused("retain", {{"reviews", {{{"card", "a"}, {"rating", 5}, {"time", "2026-01-01"}}}}}),
              HasSubstr("rating"));
  EXPECT_THAT(refused("retain", {{"reviews", {{{"card", "a"}, {"rating", 3}, {"time", "someday"}}}}}),
              HasSubstr("someday"));
  EXPECT_THAT(refused("retain", {{"reviews", Json::array()}}), HasSubstr("found an empty list"));
}

TEST_F(EconomyRoutes, evaluate_gives_each_estimator) {
  Json rows = Json::array();
  for (int k = 0; k < 200; ++k)
    rows.push_back({{"reward", k % 2}, {"propensity", 0.5}, {"target", k % 2 == 1 ? 0.9 : 0.1}});
  const Json answer = post("evaluate", {{"rows", rows}});
  EXPECT_NEAR(answer["estimates"][0]["value"].get<double>(), 0.9, 1e-9);  // IPS
  EXPECT_FALSE(answer["support_is_short"].get<bool>());
  rows[3]["propensity"] = 0;
  EXPECT_THAT(refused("evaluate", {{"rows", rows}}), HasSubstr("rows[3].propensity"));
}

TEST_F(EconomyRoutes, flow_names_what_limits_it) {
  const Json nodes = {{{"name", "search"}, {"supply", 100}}, {{"name", "shop"}, {"demand", 40}}};
  const Json answer =
      post("flow", {{"nodes", nodes}, {"edges", {{{"from", "search"}, {"to", "shop"}, {"value", 2}}}}});
  EXPECT_NEAR(answer["value"].get<double>(), 80, 1e-6);
  EXPECT_EQ(answer["bottlenecks"][0]["limit"], "demand");
  EXPECT_EQ(answer["bottlenecks"][0]["from"], "shop");
  EXPECT_THAT(refused("flow", {{"nodes", nodes}, {"edges", {{{"from", "serch"}, {"to", "shop"}}}}}),
              HasSubstr("serch"));
}

TEST_F(EconomyRoutes, ledger_adds_up_what_was_posted) {
  const std::string store = "sqlite:" + server_.file("ledger.db").string();
  test::RunningServer server(nullptr, economy_alone(), {"store.url=" + store});
  economy::open_ledger(store)->post(std::vector<economy::Posting>{{.id = "1",
                                                                   .tenant = "",
                                                                   .person = "anna",
                                                                   .group = "",
                                                                   .source = "search",
                                                                   .task = "",
                                                                   .milliseconds = 120'000,
                                                                   .ts_us = 1}});
  const Json answer = ask_once(server.port(), "GET", "/v1/economy/ledger?by=source").json();
  ASSERT_EQ(answer["lines"].size(), 1U) << answer.dump();
  EXPECT_EQ(answer["lines"][0]["key"], "search");
  EXPECT_EQ(answer["lines"][0]["acquired"], 2);
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/economy/ledger?by=week").status, 400);
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/economy/ledger?since=someday").status, 400);
}

}  // namespace
