#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "apps/monitor/monitor.h"
#include "apps/monitor_messages.h"
#include "base/temporary_folder.h"

namespace heed::apps::monitor {
namespace {

const char* const kKinds[] = {"raised", "grown", "ended"};

MonitorOptions options() { return {.alerts_a_day = 2}; }

// Gives the messages to a watch in batches of this size; with a store, begins a new watch from it every
// `restart` batches.
Watched watch(const std::vector<Message>& messages, size_t batch, const std::string& store_url = "",
              size_t restart = SIZE_MAX) {
  const Entities entities = two_companies();
  std::optional<MonitorStore> store;
  if (!store_url.empty()) store.emplace(store_url);
  Watched watched;
  std::optional<Monitor> monitor;
  std::optional<Intake> intake;
  const auto begin = [&] {
    intake.reset();
    monitor.emplace(options(), usual_ensemble(), nullptr);
    if (store) store->restore(*monitor);
    intake.emplace(
        *monitor, entities, nullptr, store ? &*store : nullptr, IntakeOptions{}, [&](const AlertStep& step) {
          watched.steps +=
              std::string(kKinds[static_cast<size_t>(step.kind)]) + to_json(step.alert).dump() + "\n";
        });
  };
  begin();
  const std::stop_token never;
  for (size_t at = 0, count = 1; at < messages.size(); at += batch, ++count) {
    intake->take(deliveries(messages, at, at + batch), "test", never);
    if (count % restart != 0) continue;
    begin();
    // The stream hands the last batch out once more, as after a crash before it was acknowledged.
    EXPECT_EQ(intake->take(deliveries(messages, at, at + batch), "test", never).accepted, 0);
  }
  intake->finish(never);
  watched.state = monitor->state();
  watched.counts = monitor->counts();
  return watched;
}

TEST(MonitorWatch, a_surge_raises_an_alert_with_its_reasons_and_its_end_is_told) {
  const Watched watched = watch(talk(24 * 21, 400, 412), 100);
  std::vector<Json> raised, ended;
  std::istringstream lines(watched.steps);
  for (std::string line; std::getline(lines, line);) {
    const Json json = parse_json(line.substr(line.find('{')), "test");
    if (line.starts_with("raised")) raised.push_back(json);
    if (line.starts_with("ended")) ended.push_back(json);
  }
  const auto is_surge = [](const Json& json) {
    const int64_t hour = (*parse_time(json["begin"].get<std::string>()) - kTalkBegin) / kHourInUs;
    return json["event"] == "negative_surge" && hour >= 400 && hour < 404;
  };
  const auto found = std::ranges::find_if(raised, is_surge);
  ASSERT_NE(found, raised.end()) << watched.steps;
  const Json& alert = *found;
  EXPECT_LE(raised.size(), 3U) << watched.steps;
  const auto english = alert["sentence"]["en"].get<std::string>(),
             chinese = alert["sentence"]["zh"].get<std::string>();
  EXPECT_NE(english.find("Negative opinion of"), std::string::npos) << english;
  EXPECT_NE(english.find("surges"), std::string::npos) << english;
  EXPECT_NE(chinese.find("负面舆情激增"), std::string::npos) << chinese;
  std::set<std::string> words;
  for (const Json& word : alert["words"]) words.insert(word["word"].get<std::string>());
  EXPECT_TRUE(words.contains("scandal")) << alert["words"].dump();
  EXPECT_TRUE(words.contains("丑闻")) << alert["words"].dump();
  EXPECT_FALSE(alert["messages"].empty());
  EXPECT_EQ(alert["sources"][0]["source"], "test");
  const auto its_end =
      std::ranges::find_if(ended, [&](const Json& json) { return json["id"] == alert["id"]; });
  ASSERT_NE(its_end, ended.end());
  const int64_t hour = (*parse_time((*its_end)["ended"].get<std::string>()) - kTalkBegin) / kHourInUs;
  EXPECT_GE(hour, 410);
  EXPECT_LE(hour, 436);
}

TEST(MonitorWatch, alerts_do_not_depend_on_batches) {
  const std::vector<Message> messages = talk(24 * 20, 380, 390);
  const Watched one = watch(messages, 1), many = watch(messages, 777);
  EXPECT_NE(one.steps, "");
  EXPECT_EQ(one.steps, many.steps);
  EXPECT_EQ(one.state, many.state);
}

TEST(MonitorWatch, alerts_are_the_same_bit_for_bit_after_restarts_from_the_store) {
  const TemporaryFolder folder;
  const std::vector<Message> messages = talk(24 * 20, 380, 390);
  const Watched whole = watch(messages, 100), broken = watch(messages, 100, (folder / "a.db").string(), 7);
  EXPECT_NE(whole.steps, "");
  EXPECT_EQ(whole.steps, broken.steps);
  EXPECT_EQ(whole.state, broken.state);
}

TEST(MonitorWatch, a_text_pasted_a_thousand_times_is_one_voice_and_shown_as_a_flood) {
  std::vector<Message> messages = talk(24 * 21);
  const int64_t hour = 24 * 21;
  for (int i = 0; i < 1000; ++i)
    messages.push_back(said(
        kTalkBegin + hour * kHourInUs + i, "flood" + std::to_string(i),
        "诺基亚的手机太差了，大家不要买！ Nokia phones are terrible, do not buy! " + std::string(i % 2, '!'),
        "service", -1));
  const Entities entities = two_companies();
  const TemporaryFolder folder;
  MonitorStore store((folder / "a.db").string());
  Monitor monitor(options(), usual_ensemble(), nullptr);
  Intake intake(monitor, entities, nullptr, &store, {}, nullptr);
  intake.take(deliveries(messages, 0, messages.size()), "test", {});
  intake.finish({});
  EXPECT_EQ(monitor.counts().copies, 999);
  const auto rows = store.trends({.unit = 60,
                                  .since_us = kTalkBegin + hour * kHourInUs,
                                  .until_us = INT64_MAX,
                                  .topic = kAll,
                                  .entity = "Nokia",
                                  .source = kAll});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].counts.messages, 1000);
  EXPECT_EQ(rows[0].counts.voices, 1);
  EXPECT_EQ(rows[0].counts.negative, 1);
  for (const StoredAlert& alert : store.alerts("", 100))
    EXPECT_LT(alert.alert.begin_us, kTalkBegin + hour * kHourInUs) << "the flood raised an alert";
}

TEST(MonitorWatch, what_comes_late_twice_or_from_a_wrong_clock_is_counted_apart) {
  std::vector<Message> messages = talk(48);
  const size_t before = messages.size();
  messages.push_back(said(kTalkBegin + kHourInUs, "late", "much too late", "service", 0));
  messages.push_back(said(kTalkBegin + 24 * 3650 * kHourInUs, "ahead", "ten years ahead", "service", 0));
  messages.push_back(messages[5]);
  messages.push_back(said(kTalkBegin + 48 * kHourInUs, "next", "as it should be", "service", 0));
  const Watched watched = watch(messages, 10);
  EXPECT_EQ(watched.counts.messages, static_cast<int64_t>(before) + 1);
  EXPECT_EQ(watched.counts.late, 1);
  EXPECT_EQ(watched.counts.ahead, 1);
  EXPECT_EQ(watched.counts.duplicates, 1);
}

TEST(MonitorWatch, a_topic_that_never_speaks_is_not_watched) {
  std::vector<Message> messages = talk(24 * 15);
  messages.push_back(said(kTalkBegin + 24 * 15 * kHourInUs, "once", "something said once", "silent", -1));
  const Entities entities = two_companies();
  Monitor monitor(options(), usual_ensemble(), nullptr);
  Intake intake(monitor, entities, nullptr, nullptr, {}, nullptr);
  intake.take(deliveries(messages, 0, messages.size()), "test", {});
  intake.finish({});
  EXPECT_EQ(monitor.series().size(),
            5U);  // all, service, silent, each alone and with Nokia where it is named
  EXPECT_EQ(monitor.series().watched(), 4U);  // all but the silent one
}

TEST(MonitorWatch, lines_that_are_no_messages_are_kept_aside) {
  const TemporaryFolder folder;
  const Entities entities = two_companies();
  MonitorStore store((folder / "a.db").string());
  Monitor monitor(options(), usual_ensemble(), nullptr);
  Intake intake(monitor, entities, nullptr, &store, {}, nullptr);
  std::vector<Delivery> list = deliveries(talk(2), 0, 5);
  list.push_back({.key = "bad/1", .problem = "message:1:2: expected JSON, found a brace", .body = "{"});
  const IntakeCounts counts = intake.take(list, "lines", {});
  EXPECT_EQ(counts.accepted, 5);
  EXPECT_EQ(counts.unreadable, 1);
  EXPECT_EQ(intake.take(list, "lines", {}).repeated, 6);
  ASSERT_EQ(store.unreadable(10).size(), 1U);
  EXPECT_EQ(store.unreadable(10)[0].body, "{");
  EXPECT_EQ(store.unreadable(10)[0].stream, "monitor lines");
  EXPECT_EQ(monitor.counts().unreadable, 1);
}

TEST(MonitorWatch, a_month_without_a_message_is_passed_over) {
  std::vector<Message> messages = talk(24 * 15);
  const int64_t later = kTalkBegin + 24 * 400 * kHourInUs;
  for (int i = 0; i < 10; ++i)
    messages.push_back(said(later + i, "back" + std::to_string(i), "again here " + std::to_string(i * 7919),
                            "service", 0.5));
  const Watched watched = watch(messages, 50);
  EXPECT_EQ(watched.counts.ahead, 4);
  EXPECT_EQ(watched.counts.messages, static_cast<int64_t>(messages.size()) - 4);
}

}  // namespace
}  // namespace heed::apps::monitor
