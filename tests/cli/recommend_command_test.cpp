#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::run_heed;
using testing::HasSubstr;

namespace {

// People who go round a ring of twelve teas, each from a place of their own.
std::string ring() {
  std::string events = "user,item,kind,time\n";
  for (int person = 0; person < 60; ++person) {
    for (int step = 0; step < 8; ++step)
      events += "u" + std::to_string(person) + ",t" + std::to_string((person + step) % 12) + ",view," +
                std::to_string(1'600'000'000 + 1000 * step) + "\n";
  }
  return events;
}

std::string teas() {
  std::string items = "id,title,tags\n";
  for (int i = 0; i < 12; ++i)
    items += "t" + std::to_string(i) + (i % 2 == 0 ? ",green tea " : ",绿茶 ") + std::to_string(i) + ",tea|" +
             (i < 6 ? "a" : "b") + "\n";
  return items;
}

class RecommendCommand : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string file(const std::string& name, const std::string& content) {
    write_file_atomically(folder_ / name, content);
    return path(name);
  }
  void import() {
    const auto outcome = run_heed({"recommend", "import", file("events.csv", ring()), "--items",
                                   file("teas.csv", teas()), "-o", path("shop")});
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    EXPECT_THAT(
        outcome.error,
        HasSubstr("480 events of 60 users on 12 items (1 kinds): 360 to train, 60 to validate, 60 to test"));
  }

  const test::ScratchFolder folder_;
};

}  // namespace

TEST_F(RecommendCommand, tells_hit_rates_by_what_is_known_of_people) {
  std::string users = "user_id:token,age:token,城市:token\n";
  for (int k = 0; k < 60; ++k) users += fmt::format("u{},{},{}\n", k, 20 + k, k % 2 == 0 ? "北京" : "上海");
  const auto outcome =
      run_heed({"recommend", "import", file("events.csv", ring()), "--items", file("teas.csv", teas()),
                "--users", file("users.csv", users), "-o", path("shop")});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const auto judged = run_heed(
      {"recommend", "evaluate", path("shop"), "--by", "城市", "--by", "age", "--json", path("f.json")});
  ASSERT_EQ(judged.status, 0) << judged.error;
  EXPECT_THAT(judged.output, HasSubstr("HR@10 by 城市"));
  const Json by = read_json_file(path("f.json"))[0]["by_user"];
  EXPECT_EQ(by["城市"].size(), 2U) << by.dump();
  EXPECT_EQ(by["age"].size(), 3U);
  EXPECT_NE(run_heed({"recommend", "evaluate", path("shop"), "--by", "shoe-size"}).status, 0);
  import();  // without people: those of before are gone
  EXPECT_THAT(run_heed({"recommend", "evaluate", path("shop"), "--by", "age"}).error,
              HasSubstr("found none"));
}

TEST_F(RecommendCommand, evaluates_plain_ways_without_a_model) {
  import();
  const auto outcome =
      run_heed({"recommend", "evaluate", path("shop"), "--json", path("figures.json"), "--top", "3"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, HasSubstr("60 people of test, full ranking over items not in the history"));
  const Json figures = read_json_file(path("figures.json"));
  ASSERT_EQ(figures.size(), 4U);
  EXPECT_EQ(figures[0]["name"], "popularity");
  EXPECT_GT(figures[1]["hit_rate"].get<double>(), 0.5);  // item-kNN: what comes next was taken together
}

TEST_F(RecommendCommand, names_what_is_missing) {
  EXPECT_THAT(run_heed({"recommend", "evaluate", path("nowhere")}).error,
              HasSubstr("make it with heed recommend import"));
  import();
  EXPECT_THAT(
      run_heed({"recommend", "import", path("shop") + "/train.tsv", "-o", path("again"), "--split", "time"})
          .status,
      0);
  const auto untimed = run_heed(
      {"recommend", "import", file("lists.txt", "ann 1 2 3 4\n"), "-o", path("x"), "--split", "time"});
  EXPECT_NE(untimed.status, 0);
  EXPECT_THAT(untimed.error, HasSubstr("expected a time of every event"));
}

TEST_F(RecommendCommand, trains_judges_and_recommends) {
  import();
  const auto trained = run_heed({"recommend",   "train",
                                 path("shop"),  "-o",
                                 path("model"), "--quiet",
                                 "--set",       "train.epochs=12",
                                 "--set",       "model.dim=16",
                                 "--set",       "model.ffn_dim=32",
                                 "--set",       "train.batch_tokens=128",
                                 "--set",       "train.learning_rate=0.01",
                                 "--set",       "train.dropout=0.1",
                                 "--set",       "text.vocabulary=60",
                                 "--set",       "train.warmup_steps=5"});
  if (trained.error.find("HEED_TRAINING") != std::string::npos) GTEST_SKIP() << "this build does not train";
  ASSERT_EQ(trained.status, 0) << trained.error;
  const auto judged =
      run_heed({"recommend", "evaluate", path("shop"), "--model", path("model"), "--json", path("f.json")});
  ASSERT_EQ(judged.status, 0) << judged.error;
  const Json figures = read_json_file(path("f.json"));
  EXPECT_EQ(figures[0]["name"], "model");
  EXPECT_GT(figures[0]["ndcg"].get<double>(), figures[1]["ndcg"].get<double>());
  const auto slate =
      run_heed({"recommend", "recommend", path("model"), "--item", "t1", "--item", "t2", "-n", "3"});
  ASSERT_EQ(slate.status, 0) << slate.error;
  EXPECT_THAT(slate.output, HasSubstr("because of"));
  const auto verified = run_heed({"model", "verify", path("model")});
  EXPECT_EQ(verified.status, 0) << verified.error;
  EXPECT_THAT(run_heed({"model", "show", path("model")}).output, HasSubstr("the next of 12 items"));
  EXPECT_THAT(run_heed({"classify", path("model")}, "hello\n").error, HasSubstr("a sequence of items"));
  // A log without decisions proves nothing.
  const auto refused =
      run_heed({"recommend", "promote", path("model"), "--store", "sqlite:" + path("events.db")});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.error, HasSubstr("expected at least four logged slates, found 0"));
}
