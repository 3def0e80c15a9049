#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/monitor/monitor.h"
#include "apps/monitor/monitor_store.h"
#include "base/settings.h"

namespace heed::apps::monitor {

// What [apps.monitor] of heed.toml holds, with its defaults. add_settings() says what each means.
struct MonitorSettings {
  bool enabled = false;
  std::string model{};
  std::string topic_head = "topic", sentiment_head = "sentiment";
  std::string entities{};
  std::string ensemble{};
  std::string bucket = "hour";
  double alerts_a_day = 10;
  double lateness_minutes = 10;
  double max_jump_days = 3;
  int64_t least_voices = 20;
  double duplicate_hours = 24;
  int64_t duplicate_messages = 50'000;
  std::vector<std::string> streams{};
  std::vector<std::string> feeds{};
  double feed_minutes = 5;
  std::string webhook_url{};
  std::string webhook_secret_file{};
  std::vector<std::string> analysts;
  double alert_minutes = 3.0;
  double escalate_minutes = 60;
  int64_t message_days = 30, minute_days = 7, hour_days = 400;

  MonitorOptions options() const;
  Retention retention() const;
};

// `prefix`: "apps.monitor.".
void add_settings(Settings& keys, const std::string& prefix, MonitorSettings& settings);

// The ensemble that they name, or the one that comes with the program.
Ensemble read_ensemble(const MonitorSettings& settings);

}  // namespace heed::apps::monitor
