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

TEST_F(EconomyCommand, evaluate_gives_each_estimator_and_names_what_the_log_never_did) {
  std::string log, policy;
  for (int k = 0; k < 400; ++k) {
    log += k % 2 == 0 ? "0:-1:0.5 | 标题\n" : "1:0:0.5 | b\n";
    policy += "0:0.6,1:0.2,5:0.2\n";
  }
  const std::string vw = file("log.vw", log), chances = file("policy.txt", policy);
  const auto found = run_heed({"economy", "evaluate", vw, "--policy", chances, "--json"});
  ASSERT_EQ(found.status, 0) << found.error;
  const Json answer = Json::parse(found.output);
  ASSERT_EQ(answer["estimates"].size(), 5U);
  EXPECT_NEAR(answer["estimates"][0]["value"].get<double>(), 0.6, 0.01);  // IPS
  EXPECT_THAT(answer["notes"].dump(),
              AllOf(HasSubstr("action 5"), HasSubstr("20.0 %"), HasSubstr("mean is 0.80")));
  const auto table =
      run_heed({"economy", "evaluate", file("log.csv", "reward,propensity,target\n1,0.5,0.5\n0,0.5,1\n")});
  EXPECT_THAT(table.output, AllOf(HasSubstr("SNIPS"), testing::Not(HasSubstr("DR"))));
  const auto zero =
      run_heed({"economy", "evaluate", file("zero.csv", "reward,propensity,target\n1,0,0.5\n")});
  EXPECT_EQ(zero.status, 2);
  EXPECT_THAT(zero.error, HasSubstr("zero.csv:2: field 'propensity'"));
}

TEST_F(EconomyCommand, evaluate_goes_through_the_gate) {
  std::string rows = "reward,propensity,target\n";
  for (int k = 0; k < 600; ++k) rows += k % 2 == 0 ? "1,0.5,1\n" : "0,0.5,0\n";
  const std::string better = file("better.csv", rows);
  const auto store = path("gate.db");
  const auto proven =
      run_heed({"economy", "evaluate", better, "--promote", "--store", store, "--candidate", "权重-2"});
  EXPECT_EQ(proven.status, 0) << proven.error;
  EXPECT_THAT(proven.error, HasSubstr("candidate less live +0.5"));
  const auto refused =
      run_heed({"economy", "evaluate", better, "--promote", "--store", store, "--least-effective", "1000"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.error, HasSubstr("explore more, or longer"));
  const std::string kept = run_heed({"events", "list", "--store", store, "--app", "gate"}).output;
  EXPECT_THAT(kept, AllOf(HasSubstr("\"chosen\":\"refuse\""), HasSubstr("\"chosen\":\"promote\""),
                          HasSubstr("权重-2")));
}

TEST_F(EconomyCommand, evaluate_slates) {
  std::string log = "slate,position,reward,propensity,target,predicted,predicted_value\n";
  for (int k = 0; k < 40; ++k)
    log += "s" + std::to_string(k) + ",0," + std::to_string(k % 2) + ",0.5,0.5,0.5,0.5\ns" +
           std::to_string(k) + ",1," + std::to_string(k % 2) + ",0.5,0.5,0.5,0.5\n";
  const auto found = run_heed({"economy", "evaluate", "--slates", file("slates.csv", log), "--json"});
  ASSERT_EQ(found.status, 0) << found.error;
  const Json answer = Json::parse(found.output);
  EXPECT_NEAR(answer["estimates"][0]["value"].get<double>(), 0.5, 1e-9);
  EXPECT_EQ(answer["estimates"][1]["estimator"], "SWITCH-DR");
  const auto twice =
      run_heed({"economy", "evaluate", "--slates",
                file("twice.csv", "slate,position,reward,propensity,target\na,0,1,1,1\na,0,1,1,1\n")});
  EXPECT_THAT(twice.error, HasSubstr("expected 0 once a slate"));
}

TEST_F(EconomyCommand, experiment_tells_by_how_much_and_whether_it_could_be_stopped) {
  std::string people = "treated,value,before\n";
  for (int k = 0; k < 400; ++k) {
    const int noise = k * 7919 % 13, treated = k / 13 % 2;
    people += std::to_string(treated) + "," + std::to_string(noise + 5 * treated) + "," +
              std::to_string(noise) + "\n";
  }
  const auto found = run_heed({"economy", "experiment", file("people.csv", people), "--json"});
  ASSERT_EQ(found.status, 0) << found.error;
  const Json answer = Json::parse(found.output);
  EXPECT_NEAR(answer["cuped"]["value"].get<double>(), 5, 0.2);
  EXPECT_LT(answer["cuped"]["variance_left"].get<double>(), 0.3);
  EXPECT_GT(answer["decided_at"].get<int64_t>(), 60);
}

TEST_F(EconomyCommand, flow_finds_the_narrow_place) {
  const auto found = run_heed({"economy", "flow",
                               file("nodes.csv", "name,kind,supply,demand\nrss,source,10,\n读者,user,,10\n"),
                               file("edges.csv", "from,to,capacity,value\nrss,读者,4,2\n"), "--json"});
  ASSERT_EQ(found.status, 0) << found.error;
  const Json answer = Json::parse(found.output);
  EXPECT_NEAR(answer["value"].get<double>(), 8, 1e-6);
  EXPECT_EQ(answer["bottlenecks"][0]["limit"], "rss -> 读者");
  const auto unknown =
      run_heed({"economy", "flow", path("nodes.csv"), file("bad.csv", "from,to\nrs,读者\n")});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.error, HasSubstr("rss"));
}

TEST_F(EconomyCommand, tables_without_rows_and_parts_where_whole_numbers_are_expected_are_refused) {
  const auto none = run_heed(
      {"economy", "evaluate", file("none.csv", "slate,position,reward,propensity,target\n"), "--slates"});
  EXPECT_NE(none.status, 0);
  EXPECT_THAT(none.error, testing::AllOf(HasSubstr("none.csv"), HasSubstr("found none")));
  for (const char* milliseconds : {"0.5", "1e300", "99999999999999999999"}) {
    const std::string rows = std::string("posting_id,ts,tenant,person,from,to,milliseconds\n") +
                             "1,2026-11-26T08:00:00Z,a,b,world,acquired," + milliseconds + "\n";
    const auto part =
        run_heed({"economy", "ledger", "post", "--store", path("parts.db"), file("parts.csv", rows)});
    EXPECT_NE(part.status, 0) << milliseconds;
    EXPECT_THAT(part.error, HasSubstr(std::string("expected a whole number, found '") + milliseconds));
  }
}

TEST_F(EconomyCommand, attribute_shares_out_all_of_the_value) {
  const auto found = run_heed(
      {"economy", "attribute",
       file("paths.csv", "path,value,count\n邮件 > search,10,1\nsearch,10,1\n邮件,0,2\n"), "--json"});
  ASSERT_EQ(found.status, 0) << found.error;
  double shapley = 0, markov = 0;
  for (const Json& one : Json::parse(found.output)) {
    shapley += one["shapley"].get<double>();
    markov += one["markov"].get<double>();
    if (one["touch"] == "search") {
      EXPECT_NEAR(one["shapley"].get<double>(), 15, 1e-9);
    }
  }
  EXPECT_NEAR(shapley, 20, 1e-9);
  EXPECT_NEAR(markov, 20, 1e-9);
}

TEST_F(EconomyCommand, ledger_books_tells_forgets_and_still_balances) {
  const std::string store = path("events.db");
  const std::string postings =
      "posting_id,ts,tenant,person,group,source,task,from,to,milliseconds,note\n"
      "1,2026-11-26T08:00:00Z,acme,张伟,,rss,,world,acquired,600000,\n"
      "2,2026-11-26T08:01:00Z,acme,张伟,,rss,digest,acquired,allocated,300000,\n";
  const auto posted =
      run_heed({"economy", "ledger", "post", file("postings.csv", postings), "--store", store});
  ASSERT_EQ(posted.status, 0) << posted.error;
  EXPECT_EQ(Json::parse(posted.output)["posted"], 2);
  const auto again = run_heed({"economy", "ledger", "post", path("postings.csv"), "--store", store});
  EXPECT_EQ(Json::parse(again.output)["known"], 2);
  const auto told =
      run_heed({"economy", "ledger", "statement", "--store", store, "--by", "source", "--json"});
  EXPECT_EQ(Json::parse(told.output)[0]["acquired"], 10.0);
  EXPECT_EQ(Json::parse(told.output)[0]["allocated"], 5.0);
  const auto gone = run_heed({"events", "delete", "--store", store, "--subject", "张伟", "--tenant", "acme"});
  ASSERT_EQ(gone.status, 0) << gone.error;
  const auto csv = run_heed({"economy", "ledger", "export", "--store", store});
  EXPECT_THAT(csv.output, AllOf(HasSubstr("acquired,allocated,300000"), testing::Not(HasSubstr("张伟"))));
  EXPECT_THAT(run_heed({"economy", "ledger", "audit", "--store", store}).output,
              HasSubstr("2 postings balance"));
  const auto overdrawn = run_heed({"economy", "ledger", "post", "--store", store,
                                   file("more.csv",
                                        "posting_id,ts,tenant,person,from,to,milliseconds\n"
                                        "9,2026-11-26T09:00:00Z,acme,anna,acquired,lost,5\n")});
  EXPECT_EQ(overdrawn.status, 2);
}

TEST_F(EconomyCommand, acquire_tells_how_often_places_are_looked_at) {
  std::string log = "person,item,text,position,time,attended,treated\n";
  for (int k = 0; k < 900; ++k) {
    const int position = k % 3, item = k / 3 % 7;
    const bool attended = (k * 7919 % 100) < (position == 0 ? 60 : position == 1 ? 30 : 10);
    log += "p" + std::to_string(k % 11) + ",i" + std::to_string(item) + ",新闻 news " + std::to_string(item) +
           "," + std::to_string(position) + ",2026-01-0" + std::to_string(1 + k / 100) + "," +
           (attended ? "1" : "0") + "," + (k * 31 % 7 < 3 ? "1" : "0") + "\n";
  }
  const auto found =
      run_heed({"economy", "acquire", file("impressions.csv", log), "--output", path("chances.csv")});
  ASSERT_EQ(found.status, 0) << found.error;
  EXPECT_THAT(found.output,
              AllOf(HasSubstr("looked at"), HasSubstr("place and item"), HasSubstr("calibration error"),
                    HasSubstr("treated against not"), HasSubstr("Qini")));
  EXPECT_THAT(read_file(path("chances.csv")), HasSubstr("person,item,position,chance,chance_first,uplift"));
}

TEST_F(EconomyCommand, retain_churn_orders_people_by_the_chance_that_they_are_lost) {
  std::string visits = "person,time,minutes\n";
  for (int i = 0; i < 30; ++i) {
    for (int day = 0; day < 90; day += i % 2 == 0 ? 3 : 30)
      visits += "读者" + std::to_string(i) + ",2026-0" + std::to_string(1 + day / 30) + "-" +
                (day % 30 < 9 ? "0" : "") +
                std::to_string(1 + day % 30 - (day / 30 == 1 && day % 30 > 26 ? 3 : 0)) + ",5\n";
  }
  const auto found = run_heed({"economy", "retain", "churn", file("visits.csv", visits), "--period", "7",
                               "--periods", "3", "--limit", "3"});
  ASSERT_EQ(found.status, 0) << found.error;
  EXPECT_THAT(found.output, AllOf(HasSubstr("by attention"), HasSubstr("读者")));
}
