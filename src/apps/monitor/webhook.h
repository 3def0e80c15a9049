#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "apps/monitor/monitor_store.h"
#include "apps/route.h"

namespace heed::apps::monitor {

// The body that Alertmanager posts to a webhook receiver (version 4) for one alert; status "firing",
// "resolved" or "escalated", which is told as firing with a label escalated="true".
Json alertmanager_body(const StoredAlert& alert, const std::string& status);

// How long to wait after so many failed attempts: 1, 2, 4 … seconds, at most five minutes.
int64_t retry_after_us(int64_t attempts);

// Sends what the outbox holds, the oldest first, to one address. What cannot be sent stays and is tried again
// for as long as it takes: a receiver that is down for an hour gets everything, in order.
class Webhook {
 public:
  struct Options {
    std::string url{};
    std::function<std::string(const std::string& body)> sign{};  // X-Heed-Signature; none: not signed
    // Why nobody has minutes for this alert now: it waits; "": send it. None: everything is sent.
    std::function<std::string(const Alert& alert, int64_t now_us)> wait{};
  };
  using Send = std::function<HttpReply(const HttpPost&)>;
  Webhook(Options options, MonitorStore& store, Send send);

  // Sends what is due; how many were sent. One failure ends the round, for the others would fail too.
  int64_t run(int64_t now_us);

 private:
  std::string why_it_waits(const Alert& alert, int64_t now_us) const;

  Options options_;
  MonitorStore& store_;
  Send send_;
};

}  // namespace heed::apps::monitor
