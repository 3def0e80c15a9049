#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::run_heed;
using testing::AllOf;
using testing::HasSubstr;

namespace {

constexpr const char* kPeople = "person,minutes,quiet\nanna,10,22:00-07:00\n小明,10,\n";
constexpr const char* kPairs =
    "person,item,cost,value,at\n"
    "anna,course,10,8,\n"
    "anna,news,5,3|1,\n"
    "anna,alert,1,9,23:30\n"
    "小明,course,10,1,\n"
    "小明,新闻,5,2,\n";
constexpr const char* kLimits = "of,name,at_most\nitem,course,1\n";

class EconomyCommand : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string file(const std::string& name, const std::string& content) {
    write_file_atomically(folder_ / name, content);
    return path(name);
  }
  std::vector<std::string> allocate(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"economy",
                                      "allocate",
                                      file("people.csv", kPeople),
                                      file("pairs.csv", kPairs),
                                      "--limits",
                                      file("limits.csv", kLimits)};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  test::ScratchFolder folder_;
};

}  // namespace

TEST_F(EconomyCommand, allocate_answers_with_value_prices_and_choices_by_both_solvers) {
  for (const char* solver : {"exact", "dual"}) {
    SCOPED_TRACE(solver);
    const auto outcome = run_heed(allocate({"--solver", solver, "--json"}));
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    const Json answer = Json::parse(outcome.output);
    EXPECT_NEAR(answer["value"].get<double>(), 10, 0.02);  // the course for anna, 新闻 for 小明
    EXPECT_LE(answer["gap"].get<double>(), 1e-3);
    EXPECT_EQ(answer["excluded"][0]["item"], "alert");
    EXPECT_GT(answer["prices"]["limits"][0]["price"].get<double>(), 0);
  }
}

TEST_F(EconomyCommand, allocate_says_why_and_writes_choices) {
  const auto why = run_heed(allocate({"--why", "小明", "course"}));
  ASSERT_EQ(why.status, 0) << why.error;
  EXPECT_THAT(why.output, AllOf(HasSubstr("course for 小明"), HasSubstr("item course")));
  EXPECT_THAT(run_heed(allocate({"--why", "anna", "alert"})).output, HasSubstr("quiet hours 22:00-07:00"));
  const auto written = run_heed(allocate({"--whole", "--output", path("choices.csv")}));
  ASSERT_EQ(written.status, 0) << written.error;
  EXPECT_THAT(read_file(path("choices.csv")), AllOf(HasSubstr("anna,course,1"), HasSubstr("小明,新闻,1")));
  EXPECT_THAT(written.output, HasSubstr("item course"));
}

TEST_F(EconomyCommand, allocate_refuses_bad_tables_in_one_line) {
  const std::string people = file("people.csv", kPeople);
  const auto refuse = [&](const std::string& pairs) {
    const auto outcome = run_heed({"economy", "allocate", people, file("bad.csv", pairs)});
    EXPECT_EQ(outcome.status, 2) << outcome.error;
    return outcome.error;
  };
  EXPECT_THAT(refuse("person,item,cost,value\nanna,x,-1,2\n"), HasSubstr("bad.csv:2: field 'cost'"));
  EXPECT_THAT(refuse("person,item,cost,value\nana,x,1,2\n"), HasSubstr("did you mean 'anna'"));
  EXPECT_THAT(refuse("person,item,cost,value,sorce\nanna,x,1,2,s\n"), HasSubstr("did you mean 'source'"));
}

TEST_F(EconomyCommand, floors_that_conflict_are_named) {
  const std::string limits = file("floors.csv", "of,name,at_least\nitem,course,2\nitem,news,1\n");
  const auto outcome = run_heed(
      {"economy", "allocate", file("people.csv", kPeople), file("pairs.csv", kPairs), "--limits", limits});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.error, AllOf(HasSubstr("item course (at least 2 times)"), HasSubstr("minutes of")));
}

TEST_F(EconomyCommand, retain_fits_schedules_and_draws_survival) {
  std::string log = "card_id,review_rating,review_time\n";
  for (int card = 0; card < 30; ++card) {
    for (int day = 1; day <= 20; day += 1 + card % 4)
      log += "词" + std::to_string(card) + "," + std::to_string(day % 5 == 0 ? 1 : 3) + ",2024-01-" +
             (day < 10 ? "0" : "") + std::to_string(day) + "T08:00:00+00:00\n";
  }
  const std::string reviews = file("reviews.csv", log);
  const auto fitted = run_heed({"economy", "retain", "fit", reviews, "--output", path("memory.json")});
  ASSERT_EQ(fitted.status, 0) << fitted.error;
  EXPECT_THAT(fitted.output, AllOf(HasSubstr("average only"), HasSubstr("fitted")));
  EXPECT_EQ(Json::parse(read_file(path("memory.json")))["parameters"].size(), 21U);
  const auto due = run_heed({"economy", "retain", "schedule", reviews, "--parameters", path("memory.json"),
                             "--balance", "0.02", "--output", path("due.csv")});
  ASSERT_EQ(due.status, 0) << due.error;
  EXPECT_THAT(due.output, HasSubstr("词"));
  EXPECT_THAT(read_file(path("due.csv")), HasSubstr("card_id,due,recall"));
  const auto survival = run_heed(
      {"economy", "retain", "survival", file("lives.csv", "duration,lost\n1,1\n2,0\n3,1\n3,1\n4,0\n")});
  ASSERT_EQ(survival.status, 0) << survival.error;
  EXPECT_THAT(survival.output, AllOf(HasSubstr("0.8"), HasSubstr("half are lost by 3")));
}
