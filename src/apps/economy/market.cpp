#include "apps/economy/market.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "apps/named_numbers.h"
#include "base/error.h"
#include "base/log.h"
#include "economy/minutes.h"
#include "store/event.h"

namespace heed::apps::economics {
namespace {

constexpr int64_t kMinuteUs = 60'000'000, kHourUs = 60 * kMinuteUs;

struct MarketSettings {
  bool enabled = false;
  double minutes = 30;
  std::string utc = "+00:00", quiet = "";
  std::vector<std::string> most, worth;
  double fatigue = 0.9, rest_hours = 4, settle_hours = 24;
};

// Microseconds of "+08:00".
int64_t offset_of(const std::string& text) {
  const int minutes = text.size() == 6 ? economy::minute_of_day(text.substr(1)) : -1;
  if (minutes < 0 || (text[0] != '+' && text[0] != '-'))
    throw Error(ErrorCode::invalid_argument,
                "apps.economy.utc: expected local time less UTC as +08:00, found '" + text + "'");
  return (text[0] == '-' ? -1 : 1) * minutes * kMinuteUs;
}

economy::MarketOptions options_of(const MarketSettings& s) {
  economy::DayRules rules = {.minutes = s.minutes,
                             .utc_us = offset_of(s.utc),
                             .most = named_numbers("apps.economy.most", s.most),
                             .worth = named_numbers("apps.economy.worth", s.worth)};
  if (!s.quiet.empty()) {
    const auto hours = economy::parse_quiet_hours(s.quiet);
    if (!hours)
      throw Error(ErrorCode::invalid_argument,
                  "apps.economy.quiet: expected hours as 22:00-07:00, found '" + s.quiet + "'");
    rules.quiet = *hours;
  }
  return {.fatigue = s.fatigue, .rest_hours = s.rest_hours, .usual = rules};
}

class MountedMarket : public MountedApplication {
 public:
  void add_settings(Settings& keys, const std::string& prefix) override {
    MarketSettings& s = settings_;
    const auto key = [&](const char* name) { return prefix + name; };
    keys.add(key("enabled"), &s.enabled,
             "Whether applications ask one market for people's minutes; else each spends its own");
    keys.add(key("minutes"), &s.minutes, "That a person gives a day", 0.1, 1440.0);
    keys.add(key("utc"), &s.utc, "Local time less UTC, as +08:00: when a day begins");
    keys.add(key("quiet"), &s.quiet, "Hours in which nobody is asked for minutes, as 22:00-07:00");
    keys.add(key("most"), &s.most,
             "Minutes of a person that a task may take a day, TASK=MINUTES (alerts, agents, slates, digest)");
    keys.add(key("worth"), &s.worth, "What one of a task's value is worth, TASK=NUMBER; else 1");
    keys.add(key("fatigue"), &s.fatigue, "On the next value of a task for each grant of it lately", 0.0, 1.0);
    keys.add(key("rest_hours"), &s.rest_hours, "After which half of a fatigue is forgotten", 0.01, 1000.0);
    keys.add(key("settle_hours"), &s.settle_hours,
             "After which minutes are lost of which nobody told what became", 0.1, 144.0);
  }
  std::vector<Route> routes() override { return minutes_routes(); }
  void start(Services& services) override {
    const economy::MarketOptions options = options_of(settings_);
    if (!settings_.enabled) return;
    ledger_ = economy::open_ledger(services.store_url());
    market_ = std::make_unique<economy::MinuteMarket>(*ledger_, options);
    market_->restore(store::now_us());
    sweeper_ = std::jthread([this](const std::stop_token& stop) { keep_house(stop); });
  }
  void stop() override {
    sweeper_ = {};
    market_.reset();
    ledger_.reset();
  }
  void forget(const std::string& tenant, const std::string& subject) override {
    if (market_ && tenant.empty()) market_->forget(subject);
  }
  std::vector<Metric> metrics() const override {
    if (!market_) return {};
    double left = 0, price = 0;
    const auto people = market_->people();
    for (const economy::PersonMinutes& one : people) {
      left += one.left;
      price += one.price / static_cast<double>(people.size());
    }
    return {{.name = "people",
             .help = "Who gave minutes today",
             .values = {{"", static_cast<double>(people.size())}}},
            {.name = "minutes_left", .help = "Of them, not yet granted", .values = {{"", left}}},
            {.name = "minute_price", .help = "Mean price of a person's minute", .values = {{"", price}}}};
  }
  economy::MinuteMarket* minutes() override { return market_.get(); }

 private:
  void keep_house(const std::stop_token& stop) {
    for (int64_t due_us = store::now_us(); !stop.stop_requested();) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      const int64_t now = store::now_us();
      if (now < due_us) continue;
      due_us = now + kHourUs;
      try {
        market_->sweep(now - static_cast<int64_t>(settings_.settle_hours * kHourUs), now);
      } catch (const std::exception& problem) {
        spdlog::error("economy: minutes that nobody settled: {}", problem.what());
      }
    }
  }

  MarketSettings settings_;
  std::unique_ptr<economy::Ledger> ledger_;
  std::unique_ptr<economy::MinuteMarket> market_;
  std::jthread sweeper_;  // ends first
};

}  // namespace

std::unique_ptr<MountedApplication> mount_market() { return std::make_unique<MountedMarket>(); }

}  // namespace heed::apps::economics
