#include "apps/monitor/service.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "apps/count_minutes.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/utf8.h"
#include "store/database.h"
#include "store/event.h"

namespace heed::apps::monitor {
namespace {

constexpr const char* kTask = "alerts";
constexpr const char* kPushed = "pushed";
constexpr std::array<double, 3> kWorthOfSeverity = {1, 2, 4};  // of a minute, beside one of a digest at 1

using std::chrono::milliseconds;

constexpr uint64_t kMaxSecretBytes = 4096;
constexpr int64_t kMinuteOfUs = 60'000'000;

std::string read_secret(const std::string& path) {
  if (path.empty()) return "";
  std::string secret = read_file(path, kMaxSecretBytes);
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (!secret.empty()) return secret;
  throw Error(ErrorCode::invalid_argument, path + ": expected a secret, found an empty file");
}

void sleep_unless(const std::stop_token& stop, milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(milliseconds(20));
}

}  // namespace

Service::Service(const MonitorSettings& settings, Services& services)
    : settings_(settings), services_(services), ensemble_(read_ensemble(settings)) {
  if (!settings.entities.empty()) entities_ = read_entities(settings.entities);
  if (!settings.model.empty())
    read_ = read_by_model(services.model(settings.model, "classify"),
                          {.topic = settings.topic_head, .sentiment = settings.sentiment_head}, 0);
  monitor_ = std::make_unique<Monitor>(settings.options(), ensemble_, read_);
  store_ = std::make_unique<MonitorStore>(services.store_url());
  store_->restore(*monitor_);
  intake_ = std::make_unique<Intake>(*monitor_, entities_, read_, store_.get(),
                                     IntakeOptions{.notify = !settings.webhook_url.empty()}, nullptr);
  if (!settings.webhook_url.empty()) {
    Webhook::Options options = {.url = settings.webhook_url};
    if (const std::string secret = read_secret(settings.webhook_secret_file); !secret.empty())
      options.sign = [&services, secret](const std::string& body) {
        return "sha256=" + services.hmac_sha256(secret, body);
      };
    if (!settings.analysts.empty())
      options.wait = [this](const Alert& alert, int64_t now_us) { return ask_analysts(alert, now_us); };
    webhook_ = std::make_unique<Webhook>(
        options, *store_, [&services](const HttpPost& request) { return services.post(request); });
  }
  if (!settings.feeds.empty()) {
    poller_ = std::make_unique<FeedPoller>(
        settings.feeds, static_cast<int64_t>(settings.feed_minutes * 60e6),
        [&services](const HttpGet& request) { return services.get(request); },
        [this](const std::vector<FeedEntry>& entries, const std::string& url) {
          std::vector<Delivery> deliveries;
          for (const FeedEntry& entry : entries) deliveries.push_back({.message = message_of(entry)});
          intake_->take(std::move(deliveries), url, stop_.get_token());
        });
  }
  for (const std::string& url : settings.streams) threads_.emplace_back([this, url] { read_stream(url); });
  threads_.emplace_back([this] { keep_house(); });
}

Service::~Service() {
  stop_.request_stop();
  threads_.clear();
}

// The analyst whose minute is cheapest first; why none of them has any, of the last.
std::string Service::ask_analysts(const Alert& alert, int64_t now_us) const {
  economy::MinuteMarket* const market = services_.minutes();
  if (market == nullptr) return "";
  std::map<std::string, double> prices;
  for (const economy::PersonMinutes& one : market->people()) prices[one.person] = one.price;
  std::vector<std::string> analysts = settings_.analysts;
  std::ranges::stable_sort(analysts, [&](const auto& a, const auto& b) { return prices[a] < prices[b]; });
  std::string why;
  for (const std::string& analyst : analysts) {
    const economy::MinuteGrant grant = market->ask(
        {{.id = economy::bid_id(alert.id, kPushed),  // one for all: whoever was granted it is asked alone
          .person = analyst,
          .task = kTask,
          .source = alert.series.topic,
          .minutes = settings_.alert_minutes,
          .value = settings_.alert_minutes * kWorthOfSeverity[static_cast<size_t>(alert.severity)],
          .ts_us = now_us,
          .urgent = alert.severity == Severity::critical}})[0];
    if (grant.given) return "";
    why = "waits for minutes of '" + analyst + "': " + grant.reason;
  }
  return why;
}

void Service::attended(const std::string& alert, const std::string& by) const {
  if (by.empty()) return;
  const int64_t now = store::now_us();
  const std::string pushed = economy::bid_id(alert, kPushed), own = economy::bid_id(alert, by);
  count_minutes(services_, "monitor", [&](economy::MinuteMarket& market) {
    const auto asked = market.granted_to(pushed);
    if (asked && *asked == by) {
      market.settle_share(pushed, 1, 0, now);
      return;
    }
    if (asked) market.settle(pushed, 0, 0, now);  // another read it
    market.ask({{.id = own,
                 .person = by,
                 .task = kTask,
                 .minutes = settings_.alert_minutes,
                 .ts_us = now,
                 .own = true}});
    market.settle_share(own, 1, 0, now);
  });
}

void Service::read_stream(const std::string& url) {
  const std::string shown = store::shown_url(url);
  const auto tell = [&](const std::string& problem) {
    const std::lock_guard lock(mutex_);
    stream_problems_[shown] = problem;
  };
  const std::stop_token stop = stop_.get_token();
  while (!stop.stop_requested()) {
    try {
      const std::unique_ptr<store::Stream> stream = store::open_stream(url);
      tell("");
      intake_->consume(*stream, stop);
      if (stream->ended()) return;
    } catch (const std::exception& error) {
      tell(error.what());
      if (!stop.stop_requested())
        spdlog::error("monitor: {}: {}; tries again in five seconds", shown, error.what());
      sleep_unless(stop, milliseconds(5000));
    }
  }
}

// Feeds, escalation, what is to be sent, and what is past its time.
void Service::keep_house() {
  const std::stop_token stop = stop_.get_token();
  int64_t pruned_us = store::now_us();
  while (!stop.stop_requested()) {
    try {
      const int64_t now = store::now_us();
      if (poller_) poller_->run(now);
      if (webhook_ && settings_.escalate_minutes > 0)
        store_->escalate(now - static_cast<int64_t>(settings_.escalate_minutes * kMinuteOfUs), now);
      if (webhook_) webhook_->run(now);
      if (now - pruned_us > 60 * kMinuteOfUs) {
        pruned_us = now;
        const int64_t latest =
            intake_->look([](const Monitor& monitor) { return monitor.clock().latest_us(); });
        if (latest > 0) store_->prune(settings_.retention(), latest);
      }
    } catch (const std::exception& error) {
      spdlog::warn("monitor: {}", error.what());
    }
    sleep_unless(stop, milliseconds(250));
  }
}

std::vector<std::string> Service::problems() {
  std::vector<std::string> problems;
  if (const std::string problem = intake_->problem(); !problem.empty()) problems.push_back(problem);
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [url, problem] : stream_problems_) {
      if (!problem.empty()) problems.push_back(url + ": " + problem);
    }
  }
  for (const FeedStatus& feed : feeds()) {
    if (!feed.problem.empty()) problems.push_back(feed.url + ": " + feed.problem);
  }
  const std::vector<Notification> waiting = store_->waiting(1000);
  for (const Notification& one : waiting) {
    if (one.problem.empty()) continue;
    problems.push_back((one.attempts > 0 ? "webhook: " : "alert: ") + one.problem + "; " +
                       std::to_string(waiting.size()) + " notifications wait");
    break;
  }
  const MessageCounts counts = intake_->look([](const Monitor& monitor) { return monitor.counts(); });
  if (counts.ahead > 0)
    problems.push_back(std::to_string(counts.ahead) +
                       " messages came from clocks that are ahead of all others; they are kept, not counted");
  return problems;
}

std::vector<Metric> Service::metrics() {
  const auto [counts, series, watched] = intake_->look([](const Monitor& monitor) {
    return std::tuple(monitor.counts(), monitor.series().size(), monitor.series().watched());
  });
  Metric messages = {.name = "messages_total", .help = "Messages by what became of them", .kind = "counter"};
  const auto add = [&](const char* fate, int64_t count) {
    messages.values.emplace_back(std::string("fate=\"") + fate + "\"", static_cast<double>(count));
  };
  add("counted", counts.messages);
  add("copy", counts.copies);
  add("late", counts.late);
  add("ahead", counts.ahead);
  add("duplicate", counts.duplicates);
  add("unreadable", counts.unreadable);
  return {
      std::move(messages),
      {.name = "series", .help = "Series of topic and entity", .values = {{"", static_cast<double>(series)}}},
      {.name = "series_watched",
       .help = "Of them, watched by detectors",
       .values = {{"", static_cast<double>(watched)}}},
      {.name = "alerts_suppressed_total",
       .help = "Alerts for which the day had no room",
       .kind = "counter",
       .values = {{"", static_cast<double>(counts.suppressed)}}}};
}

}  // namespace heed::apps::monitor
