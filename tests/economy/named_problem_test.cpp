#include "economy/named_problem.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "economy/allocator.h"
#include "economy/exact.h"
#include "economy/why.h"

using namespace heed;
using namespace heed::economy;
using testing::HasSubstr;

namespace {

ProblemBuilder people() {
  ProblemBuilder builder;
  builder.add(PersonRow{.person = "anna",
                        .minutes = "10",
                        .slots = "",
                        .notifications = "1",
                        .group = "new",
                        .quiet = "22:00-07:00"},
              "people.csv:2");
  builder.add(
      PersonRow{
          .person = "小明", .minutes = "10", .slots = "2", .notifications = "", .group = "", .quiet = ""},
      "people.csv:3");
  return builder;
}

PairRow pair(const std::string& person, const std::string& item, const std::string& cost,
             const std::string& value) {
  return {
      .person = person, .item = item, .cost = cost, .value = value, .source = "", .channel = "", .at = ""};
}

template <class Row>
std::string refusal(ProblemBuilder builder, const Row& row) {
  try {
    builder.add(row, "pairs.csv:7");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST(NamedProblem, rows_become_numbers_and_names_lead_back) {
  ProblemBuilder builder = people();
  builder.add(pair("小明", "新闻", "4", "2"), "pairs.csv:2");
  builder.add(pair("anna", "course", "5", "3|2|1"), "pairs.csv:3");
  builder.add(LimitRow{.of = "item", .name = "course", .unit = "", .at_least = "", .at_most = "2"},
              "limits.csv:2");
  builder.add(LimitRow{.of = "group", .name = "new", .unit = "minutes", .at_least = "1", .at_most = ""},
              "limits.csv:3");
  const NamedProblem named = builder.build();
  EXPECT_EQ(named.problem.people(), 2U);
  EXPECT_EQ(named.problem.pairs(), 4U);
  EXPECT_EQ(named.find("anna", "course"), (std::vector<uint64_t>{0, 1, 2}));
  EXPECT_EQ(named.find("小明", "新闻"), std::vector<uint64_t>{3});
  EXPECT_EQ(named.problem.values[2], 1);
  EXPECT_EQ(named.problem.limits[1].unit, LimitUnit::minutes);
  EXPECT_THROW(named.find("ana", "course"), Error);
}

TEST(NamedProblem, quiet_hours_exclude_and_say_so) {
  ProblemBuilder builder = people();
  PairRow late = pair("anna", "alert", "1", "9");
  late.at = "23:15";
  builder.add(late, "pairs.csv:2");
  late.person = "小明";  // has no quiet hours
  builder.add(late, "pairs.csv:3");
  late.item = "morning";
  late.person = "anna";
  late.at = "07:00";  // they have just ended
  builder.add(late, "pairs.csv:4");
  const NamedProblem named = builder.build();
  EXPECT_EQ(named.problem.pairs(), 2U);
  ASSERT_EQ(named.excluded.size(), 1U);
  const Allocation found = solve_exactly(named.problem);
  EXPECT_THAT(why(named, found, "anna", "alert")[0].text(),
              HasSubstr("not chosen: 23:15 is within the quiet hours 22:00-07:00"));
}

TEST(NamedProblem, bad_rows_are_refused_with_place_and_field) {
  EXPECT_THAT(refusal(people(), pair("anna", "x", "-1", "2")),
              HasSubstr("pairs.csv:7: field 'cost': expected a number of 0 or more, found '-1'"));
  EXPECT_THAT(refusal(people(), pair("anna", "x", "1", "inf")), HasSubstr("field 'value'"));
  EXPECT_THAT(refusal(people(), pair("anna", "x", "1", "1|2")), HasSubstr("do not rise"));
  EXPECT_THAT(refusal(people(), pair("ana", "x", "1", "1")), HasSubstr("did you mean 'anna'?"));
  EXPECT_THAT(
      refusal(
          people(),
          PersonRow{
              .person = "anna", .minutes = "", .slots = "", .notifications = "", .group = "", .quiet = ""}),
      HasSubstr("second time"));
  EXPECT_THAT(
      refusal(
          people(),
          PersonRow{
              .person = "b", .minutes = "", .slots = "", .notifications = "", .group = "", .quiet = "22-07"}),
      HasSubstr("expected hours as 22:00-07:00"));
  EXPECT_THAT(
      refusal(people(), LimitRow{.of = "item", .name = "x", .unit = "", .at_least = "", .at_most = "1"}),
      HasSubstr("expected a known item"));
  ProblemBuilder twice = people();
  twice.add(pair("anna", "x", "1", "1"), "pairs.csv:2");
  EXPECT_THAT(refusal(twice, pair("anna", "x", "1", "1")), HasSubstr("3|2|1"));
}

TEST(Why, a_pair_is_explained_by_the_prices_of_what_it_takes) {
  ProblemBuilder builder = people();
  builder.add(pair("anna", "course", "10", "8"), "pairs.csv:2");
  builder.add(pair("anna", "news", "5", "3"), "pairs.csv:3");
  builder.add(pair("小明", "course", "10", "4"), "pairs.csv:4");
  builder.add(LimitRow{.of = "item", .name = "course", .unit = "", .at_least = "", .at_most = "1"},
              "limits.csv:2");
  const NamedProblem named = builder.build();
  const Allocation found = solve_exactly(named.problem);
  EXPECT_THAT(why(named, found, "anna", "course")[0].text(), HasSubstr("course for anna: chosen"));
  const Why lost = why(named, found, "小明", "course")[0];
  EXPECT_THAT(lost.text(), HasSubstr("item course"));
  EXPECT_LE(lost.net, 1e-6);
  EXPECT_THROW(why(named, found, "小明", "news"), Error);  // no such pair
  EXPECT_EQ(to_json(lost)["person"], "小明");
}

TEST(Why, a_second_time_is_worth_less_and_explained_apart) {
  ProblemBuilder builder = people();
  builder.add(pair("anna", "course", "5", "3|1"), "pairs.csv:2");
  builder.add(pair("anna", "news", "5", "2"), "pairs.csv:3");
  const NamedProblem named = builder.build();
  const Allocation found = solve_exactly(named.problem);
  const std::vector<Why> all = why(named, found, "anna", "course");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_NEAR(all[0].amount, 1, 1e-6);
  EXPECT_NEAR(all[1].amount, 0, 1e-6);
  EXPECT_THAT(all[1].text(), HasSubstr("time 2"));
}
