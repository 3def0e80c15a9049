#include <algorithm>

#include <gmock/gmock.h>

#include "apps/economy/application.h"
#include "apps/recommend/decision_log.h"
#include "apps/recommend/http.h"
#include "apps/recommend_model.h"
#include "economy/ledger.h"
#include "serve/running_server.h"
#include "serve/server.h"
#include "store/event_log.h"

using namespace heed;
using test::ask_once;
using test::Reply;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::vector<apps::Application>& recommend_alone() {
  static const std::vector<apps::Application> kApplications = {{.name = "recommend",
                                                                .description = "",
                                                                .add_commands = nullptr,
                                                                .routes = nullptr,
                                                                .mount = apps::recommend::mount_recommend}};
  return kApplications;
}

const std::vector<apps::Application>& recommend_and_market() {
  static const std::vector<apps::Application> kApplications = {apps::economy_application(),
                                                               recommend_alone()[0]};
  return kApplications;
}

// A server over a small random model of items i0 to i29, in a folder that another one can go on with.
class Recommend : public testing::Test {
 protected:
  Recommend() { write_version(7); }

  void write_version(uint64_t seed) {
    const test::TinySequenceModel tiny(30, seed);
    ModelContents contents;
    const ModelDirectory written = open_model(tiny.path);
    contents.config = written.config;
    contents.weights = test::tiny_weights(written.config, seed);
    for (Tensor& weight : contents.weights) {
      if (weight.name == "ngrams.weight")
        weight.bytes = std::string(written.weights.at("ngrams.weight").bytes);
    }
    contents.tokenizers["text.model"] = written.tokenizer("text.model");
    std::string items;
    for (int i = 0; i < 30; ++i)
      items +=
          Json{{"id", "i" + std::to_string(i)}, {"title", test::tiny_corpus()[static_cast<size_t>(i) % 20]}}
              .dump() +
          "\n";
    contents.assets["items.jsonl"] = items;
    write_model(folder_ / "models" / "shop", contents);
  }

  void start(const std::vector<std::string>& assignments = {}) {
    server_ = std::make_unique<test::RunningServer>(
        [&](serve::ServerSettings& settings) {
          settings.models = (folder_ / "models").string();
          settings.store_url = "sqlite:" + (folder_ / "events.db").string();
        },
        with_market_ ? recommend_and_market() : recommend_alone(), assignments);
  }
  Json ask(const std::string& method, const std::string& path, const Json& body = nullptr,
           int status = 200) const {
    const Reply reply = ask_once(server_->port(), method, path, body.is_null() ? "" : body.dump());
    EXPECT_EQ(reply.status, status) << path << " " << reply.body;
    return reply.json();
  }
  Json feedback(const std::string& user, const std::vector<std::string>& items) const {
    Json list = Json::array();
    int64_t seconds = 1'700'000'000;
    for (const std::string& item : items)
      list.push_back(
          {{"FeedbackType", "view"}, {"UserId", user}, {"ItemId", item}, {"Timestamp", ++seconds}});
    return ask("POST", "/api/feedback", list);
  }

  const test::ScratchFolder folder_;
  bool with_market_ = false;
  std::unique_ptr<test::RunningServer> server_;
};

}  // namespace

TEST_F(Recommend, speaks_gorse) {
  start();
  EXPECT_EQ(feedback("ann", {"i1", "i2"})["RowAffected"], 2);
  EXPECT_EQ(feedback("ann", {"i1", "i2"})["RowAffected"], 0);  // the same again
  const Json ids = ask("GET", "/api/recommend/ann?n=5");
  ASSERT_EQ(ids.size(), 5U);
  EXPECT_THAT(ids, Not(Contains(Json("i1"))));
  EXPECT_EQ(ask("PUT", "/api/feedback",
                {{"FeedbackType", "buy"},
                 {"UserId", "ann"},
                 {"ItemId", ids[0]},
                 {"Timestamp", "2024-05-01T10:00:00Z"}})["RowAffected"],
            1);
  EXPECT_THAT(ask("GET", "/api/recommend/ann?n=5"), Not(Contains(ids[0])));
  EXPECT_EQ(ask("GET", "/api/recommend/%E6%96%B0%E4%BA%BA?n=3").size(), 3U);  // 新人, whom nobody knows
}

TEST_F(Recommend, takes_items_that_are_recommendable_at_once_and_hides_them) {
  start();
  EXPECT_EQ(ask("POST", "/api/item",
                {{"ItemId", "新品"},
                 {"Comment", "open the file"},
                 {"Labels", {{"author", "ann"}}},
                 {"Categories", {"a"}},
                 {"Timestamp", "2024-05-01"}})["RowAffected"],
            1);
  EXPECT_EQ(ask("GET", "/api/item/%E6%96%B0%E5%93%81")["Labels"]["author"], "ann");
  const Json ranked = ask("POST", "/v1/recommend", {{"user", "ann"}, {"items", {"新品", "i3"}}});
  EXPECT_EQ(ranked["items"].size(), 2U);
  EXPECT_THAT(ask("GET", "/api/recommend/bob?n=40"), Contains(Json("新品")));
  ask("DELETE", "/api/item/%E6%96%B0%E5%93%81");
  EXPECT_THAT(ask("GET", "/api/recommend/bob?n=40"), Not(Contains(Json("新品"))));
  ask("GET", "/api/item/nowhere", nullptr, 404);
}

TEST_F(Recommend, explains_itself) {
  start();
  feedback("ann", {"i1", "i2", "i3"});
  const Json reply =
      ask("POST", "/v1/recommend", {{"user", "ann"}, {"n", 4}, {"explain", true}, {"diversity", 0.5}});
  EXPECT_EQ(reply["items"].size(), 4U);
  EXPECT_EQ(reply["because"].size(), 3U);
  EXPECT_TRUE(reply["has_history"]);
  EXPECT_EQ(reply["model"], "shop");
  EXPECT_TRUE(reply["items"][0]["features"].contains("attention"));
  const Json history = ask("GET", "/v1/recommend/history/ann");
  EXPECT_EQ(history["events"][2]["item"], "i3");
  EXPECT_EQ(history["events"][2]["title"], test::tiny_corpus()[3]);
}

TEST_F(Recommend, previews_slates_and_their_frontier_without_a_trace) {
  start();
  feedback("ann", {"i1", "i2", "i3"});
  const Json about = ask("GET", "/v1/recommend");
  EXPECT_EQ(about["items"], 30);
  EXPECT_EQ(about["some"], Json::array({"ann"}));
  EXPECT_EQ(about["goals"], Json::array({{{"goal", "click"}, {"worth", 1.0}, {"fitted", false}}}));
  const Json asked = {{"user", "ann"},     {"n", 4},           {"explain", true},         {"preview", true},
                      {"diversity", 0.25}, {"exploration", 0}, {"frontier", {0, 0.25, 1}}};
  const Json reply = ask("POST", "/v1/recommend", asked);
  EXPECT_EQ(reply["decision_id"], "");
  ASSERT_EQ(reply["frontier"].size(), 3U);
  EXPECT_EQ(reply["frontier"][1]["diversity"], 0.25);
  EXPECT_LE(reply["frontier"][0]["difference"], reply["frontier"][2]["difference"]);
  EXPECT_THAT((std::vector<std::string>{"i1", "i2", "i3"}),
              Contains(reply["items"][0].value("/like/item"_json_pointer, "")));
  EXPECT_EQ(ask("POST", "/v1/recommend", asked), reply);  // nothing has tired
  ask("POST", "/v1/recommend", {{"user", "ann"}, {"frontier", {2}}}, 400);
  ask("POST", "/v1/recommend", {{"user", "ann"}, {"frontier", 1}}, 400);
  server_.reset();
  const auto log = store::open_event_log("sqlite:" + (folder_ / "events.db").string());
  log->for_each_decision({.app = "recommend"}, [](const store::Decision& decision, auto) {
    ADD_FAILURE() << "logged: " << decision.event_id;
  });
}

TEST_F(Recommend, speaks_metarank) {
  start();
  feedback("ann", {"i1"});
  const Json request = {{"id", "r1"},
                        {"event", "ranking"},
                        {"user", "ann"},
                        {"session", "s1"},
                        {"timestamp", "1599391467000"},
                        {"items", {{{"id", "i5"}}, {{"id", "unknown"}}, {{"id", "i6"}}}}};
  const Json reply = ask("POST", "/rank/xgboost?explain=true", request);
  ASSERT_EQ(reply["items"].size(), 3U);
  EXPECT_EQ(reply["items"][2]["item"], "unknown");
  EXPECT_EQ(reply["items"][2]["score"], 0.0);
  EXPECT_GE(reply["items"][0]["score"], reply["items"][1]["score"]);
  EXPECT_EQ(reply["items"][0]["features"].size(), 8U);
}

TEST_F(Recommend, refuses_what_is_wrong_and_takes_nothing_of_it) {
  start();
  const Json future =
      ask("POST", "/api/feedback",
          Json::array(
              {{{"FeedbackType", "view"}, {"UserId", "ann"}, {"ItemId", "i1"}},
               {{"FeedbackType", "view"}, {"UserId", "ann"}, {"ItemId", "i2"}, {"Timestamp", "2090-01-01"}}}),
          400);
  EXPECT_THAT(future.dump(), HasSubstr("more than a day from now"));
  EXPECT_EQ(ask("GET", "/v1/recommend/history/ann")["events"].size(), 0U);
  ask("POST", "/api/feedback", {{"FeedbackType", "view"}, {"UserId", "ann"}}, 400);
  ask("POST", "/api/feedback", Json::array({1}), 400);
  ask("POST", "/v1/recommend", {{"user", "ann"}, {"n", 0}}, 400);
  ask("POST", "/v1/recommend", {{"user", "ann"}, {"goals", {{"click", -1}}}}, 400);
  ask("POST", "/v1/recommend", {{"user", ""}}, 400);
}

TEST_F(Recommend, another_server_knows_what_this_one_was_sent) {
  start();
  feedback("ann", {"i1", "i2"});
  ask("POST", "/api/item", {{"ItemId", "late"}, {"Comment", "print this page"}});
  const Json before = ask("GET", "/v1/recommend/history/ann");
  server_.reset();
  start();
  EXPECT_EQ(ask("GET", "/v1/recommend/history/ann"), before);
  EXPECT_EQ(ask("GET", "/api/item/late")["Comment"], "print this page");
}

TEST_F(Recommend, logs_slates_whose_outcomes_name_them) {
  start({"apps.recommend.exploration=0.5"});
  feedback("ann", {"i1"});
  const Json slate = ask("POST", "/v1/recommend", {{"user", "ann"}, {"n", 3}});
  ask("POST", "/api/feedback",
      {{"FeedbackType", "click"}, {"UserId", "ann"}, {"ItemId", slate["items"][1]["id"]}});
  server_.reset();
  const auto log = store::open_event_log("sqlite:" + (folder_ / "events.db").string());
  int decisions = 0;
  log->for_each_decision({.app = "recommend"},
                         [&](const store::Decision& decision, std::span<const store::Outcome> outcomes) {
                           ++decisions;
                           EXPECT_EQ(decision.event_id, slate["decision_id"].get<std::string>());
                           EXPECT_EQ(decision.subject, "ann");
                           ASSERT_EQ(outcomes.size(), 1U);
                           EXPECT_EQ(outcomes[0].kind, "click");
                           EXPECT_EQ(outcomes[0].text, slate["items"][1]["id"].get<std::string>());
                         });
  EXPECT_EQ(decisions, 1);
}

TEST_F(Recommend, a_slate_ends_where_nobody_has_minutes_for_its_next_place) {
  with_market_ = true;
  start({"apps.economy.enabled=true", "apps.economy.minutes=100", "apps.recommend.item_minutes=0.5",
         "apps.recommend.exploration=0.3", "apps.economy.most=['slates=1.5']"});
  feedback("ann", {"i1"});
  EXPECT_EQ(ask("POST", "/v1/recommend", {{"user", "ann"}, {"n", 5}, {"preview", true}})["items"].size(), 5U);
  const Json slate = ask("POST", "/v1/recommend", {{"user", "ann"}, {"n", 5}});
  ASSERT_EQ(slate["items"].size(), 3U) << slate.dump();
  ask("POST", "/api/feedback",
      {{"FeedbackType", "click"}, {"UserId", "ann"}, {"ItemId", slate["items"][0]["id"]}});
  const auto balance = economy::open_ledger("sqlite:" + (folder_ / "events.db").string())->balance("", "ann");
  EXPECT_EQ(balance[static_cast<size_t>(economy::Stage::retained)], 30'000);
  EXPECT_EQ(balance[static_cast<size_t>(economy::Stage::allocated)], 60'000);
  EXPECT_TRUE(ask("POST", "/v1/recommend", {{"user", "ann"}, {"n", 5}})["items"].empty());
  server_.reset();
  // What stands in the log is a slate of three places, as promote reads it.
  const auto log = store::open_event_log("sqlite:" + (folder_ / "events.db").string());
  int decisions = 0;
  log->for_each_decision({.app = "recommend"},
                         [&](const store::Decision& decision, std::span<const store::Outcome>) {
                           ++decisions;
                           EXPECT_EQ(apps::recommend::places_of(decision).size(), 3U);
                         });
  EXPECT_EQ(decisions, 1);
}

TEST_F(Recommend, takes_up_a_new_version_with_its_histories) {
  start();
  feedback("ann", {"i1", "i2"});
  EXPECT_EQ(ask("POST", "/v1/recommend", {{"user", "ann"}})["version"], 1);
  write_version(8);
  server_->server().reload();
  int64_t version = 1;
  for (int i = 0; i < 200 && version == 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    version = ask("POST", "/v1/recommend", {{"user", "ann"}})["version"];
  }
  EXPECT_EQ(version, 2);
  EXPECT_EQ(ask("GET", "/v1/recommend/history/ann")["events"].size(), 2U);
}

TEST_F(Recommend, forgets_a_person_who_asks_for_it) {
  start();
  feedback("ann", {"i1"});
  server_->server().applications().forget("", "ann");
  EXPECT_EQ(ask("GET", "/v1/recommend/history/ann")["events"].size(), 0U);
}
