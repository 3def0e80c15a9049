// `heed monitor` as a user runs it.

#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"

using namespace heed;
using namespace heed::test;
using testing::HasSubstr;

namespace {

const std::string kCity = std::string(HEED_SOURCE_DIR) + "/examples/city/";

}  // namespace

TEST(MonitorCommand, the_city_example_finds_the_burst_pipe_by_configuration_alone) {
  const Outcome outcome =
      run_heed({"monitor", "replay", kCity + "reports.ndjson", "--config", kCity + "monitor.toml", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  std::istringstream lines(outcome.output);
  std::vector<Json> raised;
  for (std::string line; std::getline(lines, line);) {
    Json step = parse_json(line, "step");
    if (step["step"] == "raised") raised.push_back(std::move(step));
  }
  const auto found = std::ranges::find_if(
      raised, [](const Json& step) { return step["begin"].get<std::string>().starts_with("2024-01-20T"); });
  ASSERT_NE(found, raised.end()) << outcome.output;
  // Three a day were allowed.
  EXPECT_LE(raised.size(), 10U) << outcome.output;
  EXPECT_EQ(std::ranges::count(raised, "high", [](const Json& step) { return step["severity"]; }), 1);
  EXPECT_EQ((*found)["severity"], "high");
  EXPECT_THAT(outcome.output, HasSubstr("\"severity\":\"critical\""));
}

TEST(MonitorCommand, a_replay_at_any_speed_gives_what_live_gives) {
  const ScratchFolder folder;
  const Outcome fast =
      run_heed({"monitor", "replay", kCity + "reports.ndjson", "--config", kCity + "monitor.toml", "--json"});
  const Outcome paced = run_heed({"monitor", "replay", kCity + "reports.ndjson", "--speed", "1000000",
                                  "--config", kCity + "monitor.toml", "--json"});
  EXPECT_EQ(fast.output, paced.output);
  EXPECT_NE(fast.output, "");
  const Outcome live = run_heed({"monitor", "watch", "--config", kCity + "monitor.toml", "--json", "--store",
                                 (folder / "w.db").string(), "--batch", "37"},
                                read_file(kCity + "reports.ndjson"));
  EXPECT_EQ(live.status, 0) << live.error;
  EXPECT_EQ(live.output, fast.output);
}

TEST(MonitorCommand, lines_that_are_no_messages_are_counted_and_do_not_end_it) {
  const Outcome outcome =
      run_heed({"monitor", "watch"},
               "{broken\n{\"ts\":1700000000,\"text\":\"fine\",\"topic\":\"t\",\"sentiment\":0}\n[]\n");
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(
      outcome.error,
      HasSubstr("1 messages counted (0 copies), 0 late, 0 ahead of the clock, 0 duplicates, 2 unreadable"));
}

TEST(MonitorCommand, a_message_without_sentiment_needs_a_model) {
  const Outcome outcome = run_heed({"monitor", "watch"}, "{\"ts\":1700000000,\"text\":\"fine\"}\n");
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("name a model"));
}

TEST(MonitorCommand, backtest_says_how_well_each_detector_finds_labelled_events) {
  const ScratchFolder folder;
  write_file_atomically(
      folder / "events.csv",
      "topic,entity,event,begin,end\nwater,,negative_surge,2024-01-20T08:00Z,2024-01-20T16:00Z\n");
  const Outcome outcome =
      run_heed({"monitor", "backtest", "--messages", kCity + "reports.ndjson", "--events",
                (folder / "events.csv").string(), "--entities", kCity + "places.csv", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json rows = parse_json(outcome.output, "rows");
  const Json& ensemble = rows.back();
  EXPECT_EQ(ensemble["name"], "ensemble");
  EXPECT_EQ(ensemble["recall"], 1.0) << rows.dump();
}
