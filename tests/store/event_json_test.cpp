#include "store/event_json.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "store/sample_events.h"

namespace heed::store {
namespace {

const char* const kDecision = R"({"type": "decision", "event_id": "d1", "app": "digest",
  "candidates": [{"id": "a", "score": 1, "propensity": 0.5, "position": 0},
                 {"id": "文", "score": 0.5, "propensity": 0.5, "position": 1}], "chosen": "a"})";

Json parsed(const std::string& text) { return parse_json(text, "test"); }

// The decision with `value` in place of what stands at `pointer`.
Json with(const std::string& pointer, const Json& value) {
  Json json = parsed(kDecision);
  json[Json::json_pointer(pointer)] = value;
  return json;
}

void expect_refused(const Json& json, const std::vector<std::string>& parts,
                    ErrorCode code = ErrorCode::invalid_argument) {
  expect_error(code, parts, [&] { event_from_json(json, "events[3]", kNoon); });
}

TEST(EventJson, a_decision_is_read_with_what_was_left_out) {
  const auto event = std::get<Decision>(event_from_json(parsed(kDecision), "", kNoon));
  EXPECT_EQ(event.event_id, "d1");
  EXPECT_EQ(event.ts_us, kNoon);
  EXPECT_EQ(event.tenant, "");
  ASSERT_EQ(event.candidates.size(), 2u);
  EXPECT_EQ(event.candidates[1], (Candidate{"文", 0.5, 0.5, 1}));
  EXPECT_EQ(event.chosen, "a");
  EXPECT_EQ(event.version, 0);
}

TEST(EventJson, what_is_written_reads_back_equal) {
  const Event decision = sample_decision("d1");
  Outcome with_text = sample_outcome("o1", "d1");
  with_text.text = "更好的译文\n\"quoted\"";
  with_text.tenant = "acme";
  with_text.app = "translate";
  with_text.subject = "u1";
  for (const Event& event : {decision, Event(with_text), Event(sample_outcome("o2", "d1"))}) {
    EXPECT_EQ(event_from_json(parsed(to_json(event).dump()), "", 0), event) << to_json(event).dump();
  }
  EXPECT_FALSE(to_json(Event(sample_outcome("o2", "d1"))).contains("text"));
}

TEST(EventJson, a_body_is_one_event_or_a_list_of_them) {
  EXPECT_EQ(events_from_json(parsed(kDecision), kNoon).size(), 1u);
  const Json list = {{"events", {parsed(kDecision), to_json(Event(sample_outcome("o", "d1")))}}};
  EXPECT_EQ(ids_of(events_from_json(list, kNoon)), (std::vector<std::string>{"d1", "o"}));
  const auto refused = [](const Json& json, const std::string& part) {
    expect_error(ErrorCode::invalid_argument, {part}, [&] { events_from_json(json, kNoon); });
  };
  refused(parsed(R"({"events": []})"), "events: expected a list of at least one event");
  refused(parsed(R"({"events": {}})"), "events: expected a list");
  refused(parsed(R"({"events": [3]})"), "events[0]: expected an object");
  refused(parsed(R"({"events": [], "more": 1})"), "more: expected a known field");
  refused(parsed("[]"), "body: expected an object");
  Json many = {{"events", Json::array()}};
  for (size_t i = 0; i <= kMaxEvents; ++i) many["events"].push_back(1);
  expect_error(ErrorCode::too_large, {"events: expected at most 10000, found 10001"},
               [&] { events_from_json(many, kNoon); });
}

TEST(EventJson, the_field_at_fault_is_named_with_what_was_found) {
  expect_refused(with("/candidates/0/propensity", 1.5),
                 {"events[3].candidates[0].propensity: expected a number from 0 to 1, found 1.5"});
  expect_refused(with("/candidates/0/propensity", "half"),
                 {"propensity: expected a number, found a value of type string"});
  expect_refused(with("/candidates/1/id", "a"), {"candidates[1].id: expected each candidate once"});
  expect_refused(with("/candidates/1/position", 0.5), {"candidates[1].position: expected a whole number"});
  expect_refused(with("/candidates/1/position", -2), {"position: expected a number from -1"});
  expect_refused(with("/candidates", Json::array()), {"events[3].candidates: expected at least"});
  expect_refused(with("/candidates", 3), {"events[3].candidates: expected a list, found"});
  expect_refused(with("/chosen", "c"),
                 {"events[3].chosen: expected the id of one of the candidates, found 'c'"});
  expect_refused(with("/event_id", ""), {"events[3].event_id: expected a text, found an empty one"});
  expect_refused(with("/event_id", nullptr), {"events[3].event_id: expected a text, found nothing"});
  expect_refused(with("/ts", 1'750'000'000),
                 {"events[3].ts: expected UTC microseconds", "found 1750000000;"});
  expect_refused(with("/ts", 18446744073709551615U), {"events[3].ts: expected a whole number of 64 bits"});
  expect_refused(with("/minutes", -1), {"events[3].minutes: expected a number from 0"});
  expect_refused(with("/version", -1), {"events[3].version"});
  expect_refused(with("/subjct", "u"),
                 {"events[3].subjct: expected a known field", "did you mean 'subject'?"});
  expect_refused(with("/type", "decison"),
                 {"events[3].type: expected \"decision\" or \"outcome\", found \"decison\""});
  expect_refused(with("/type", 5), {"events[3].type", "found neither"});
  expect_refused(parsed(R"({"type": "outcome", "event_id": "o", "decision_id": "d", "kind": "click"})"),
                 {"events[3].value: expected a number, found nothing"});
}

TEST(EventJson, an_optional_field_may_be_null) {
  EXPECT_EQ(std::get<Decision>(event_from_json(with("/subject", nullptr), "", kNoon)).subject, "");
}

TEST(EventJson, texts_that_no_database_should_see_are_refused) {
  expect_refused(with("/subject", std::string("a\0b", 3)),
                 {"events[3].subject: expected text, found a NUL at byte 1"});
  expect_refused(with("/reason", "ab\xff"), {"events[3].reason: expected UTF-8, found byte 0xff at byte 2"});
  expect_refused(with("/app", "\xED\xA0\x80"), {"events[3].app: expected UTF-8"});
  expect_refused(with("/reason", std::string(1 << 20, 'x')),
                 {"events[3].reason: expected at most 16384 bytes"}, ErrorCode::too_large);
  expect_refused(with("/event_id", std::string(1 << 20, 'x')), {"events[3].event_id"}, ErrorCode::too_large);
  Json many = parsed(kDecision);
  for (int i = 0; i < 1001; ++i) many["candidates"].push_back(many["candidates"][0]);
  expect_refused(many, {"events[3].candidates: expected at most 1000, found 1003"}, ErrorCode::too_large);
}

TEST(EventJson, numbers_that_are_not_finite_are_refused) {
  Decision decision = sample_decision("d");
  decision.candidates[0].score = std::numeric_limits<double>::infinity();
  expect_error(ErrorCode::invalid_argument, {"candidates[0].score: expected a finite number, found inf"},
               [&] { event_from_json(to_json(Event(decision)), "", 0); });
}

TEST(EventJson, feedback_becomes_an_outcome_a_kind) {
  const auto events = feedback_from_json(
      parsed(
          R"({"event_id": "f", "decision_id": "d", "rating": -0.5, "correction": "改好了", "comment": "thanks"})"),
      kNoon);
  ASSERT_EQ(ids_of(events), (std::vector<std::string>{"f.rating", "f.correction", "f.comment"}));
  EXPECT_EQ(std::get<Outcome>(events[0]).value, -0.5);
  EXPECT_EQ(std::get<Outcome>(events[1]).text, "改好了");
  EXPECT_EQ(std::get<Outcome>(events[1]).kind, "correction");
  EXPECT_EQ(std::get<Outcome>(events[2]).decision_id, "d");
}

TEST(EventJson, feedback_without_an_id_gets_a_new_one_each_time) {
  const Json json = parsed(R"({"decision_id": "d", "rating": 1})");
  EXPECT_NE(ids_of(feedback_from_json(json, kNoon)), ids_of(feedback_from_json(json, kNoon)));
}

TEST(EventJson, feedback_that_says_nothing_is_refused) {
  const auto refused = [](const std::string& text, const std::string& part) {
    expect_error(ErrorCode::invalid_argument, {part}, [&] { feedback_from_json(parsed(text), kNoon); });
  };
  refused(R"({"decision_id": "d"})", "body: expected rating, correction or comment");
  refused(R"({"rating": 1})", "decision_id: expected a text, found nothing");
  refused(R"({"decision_id": "d", "rating": 2})", "rating: expected a number from -1 to 1, found 2");
  refused(R"({"decision_id": "d", "comment": ""})", "comment: expected words");
  refused(R"({"decision_id": "d", "comment": "a\u0000"})", "comment: expected text, found a NUL");
}

}  // namespace
}  // namespace heed::store
