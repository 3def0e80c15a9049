#include "apps/monitor/webhook.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/utf8.h"

namespace heed::apps::monitor {
namespace {

constexpr int64_t kAtOnce = 100;
constexpr size_t kMaxProblem = 256;
constexpr int64_t kWaitUs = 60'000'000;  // until somebody is asked again

}  // namespace

Json alertmanager_body(const StoredAlert& stored, const std::string& status) {
  const Alert& alert = stored.alert;
  const bool is_resolved = status == "resolved";
  Json labels = {{"alertname", to_string(alert.event)},
                 {"severity", to_string(alert.severity)},
                 {"topic", alert.series.topic},
                 {"entity", alert.series.entity},
                 {"service", "heed"}};
  if (status == "escalated") labels["escalated"] = "true";
  const Json annotations = {{"summary", alert.sentence_en}, {"summary_zh", alert.sentence_zh}};
  const std::string state = is_resolved ? "resolved" : "firing";
  const Json one = {{"status", state},
                    {"labels", labels},
                    {"annotations", annotations},
                    {"startsAt", format_time(alert.begin_us)},
                    {"endsAt", is_resolved ? format_time(alert.ended_us) : "0001-01-01T00:00:00Z"},
                    {"generatorURL", "/#/monitor/alerts/" + alert.id},
                    {"fingerprint", alert.id.substr(alert.id.find('-') + 1)}};
  return {{"version", "4"},
          {"groupKey", "{}:{alert=\"" + alert.id + "\"}"},
          {"truncatedAlerts", 0},
          {"status", state},
          {"receiver", "heed"},
          {"groupLabels", {{"alert", alert.id}}},
          {"commonLabels", labels},
          {"commonAnnotations", annotations},
          {"externalURL", "/#/monitor"},
          {"alerts", Json::array({one})},
          {"heed", to_json(alert)}};
}

int64_t retry_after_us(int64_t attempts) {
  constexpr int64_t kMostSeconds = 300;
  const int64_t seconds =
      attempts > 9 ? kMostSeconds : std::min(kMostSeconds, int64_t{1} << std::max<int64_t>(attempts - 1, 0));
  return seconds * 1'000'000;
}

Webhook::Webhook(Options options, MonitorStore& store, Send send)
    : options_(std::move(options)), store_(store), send_(std::move(send)) {}

// What keeps people from being asked keeps no alert back.
std::string Webhook::why_it_waits(const Alert& alert, int64_t now_us) const {
  if (!options_.wait) return "";
  try {
    return options_.wait(alert, now_us);
  } catch (const std::exception& problem) {
    spdlog::error("monitor: alert {}: nobody's minutes could be asked for: {}", alert.id, problem.what());
    return "";
  }
}

int64_t Webhook::run(int64_t now_us) {
  int64_t sent = 0;
  for (Notification& one : store_.due(now_us, kAtOnce)) {
    const auto alert = store_.alert(one.alert);
    if (!alert) {
      store_.sent(one.seq);
      continue;
    }
    if (one.status == "firing" && alert->alert.ended_us == 0) {
      if (const std::string why = why_it_waits(alert->alert, now_us); !why.empty()) {
        one.due_us = now_us + kWaitUs;
        one.problem = why;
        store_.failed(one);
        continue;
      }
    }
    std::string problem;
    try {
      const Json body = alertmanager_body(*alert, one.status);
      HttpPost post = {.url = options_.url,
                       .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
      if (options_.sign) post.headers.emplace_back("X-Heed-Signature", options_.sign(post.body));
      const HttpReply reply = send_(post);
      if (reply.status < 200 || reply.status > 299) problem = "status " + std::to_string(reply.status);
    } catch (const Error& error) {
      problem = printable_utf8(error.what(), kMaxProblem);
    }
    if (problem.empty()) {
      store_.sent(one.seq);
      ++sent;
      continue;
    }
    ++one.attempts;
    one.due_us = now_us + retry_after_us(one.attempts);
    one.problem = problem;
    store_.failed(one);
    spdlog::warn("monitor: webhook: attempt {} for alert {}: {}", one.attempts, one.alert, problem);
    break;
  }
  return sent;
}

}  // namespace heed::apps::monitor
