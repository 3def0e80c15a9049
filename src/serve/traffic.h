#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "infer/batcher.h"
#include "serve/histogram.h"

namespace heed::serve {

// What stands beside the counts at the moment that they are asked for.
struct Gauges {
  int64_t queue_length = 0, queue_capacity = 0, connections = 0, pending_events = 0;
};

// Counts what the server does, for /metrics and /v1/status. Thread-safe.
class Traffic {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int64_t kSeconds = 300;  // that are kept one by one

  struct Request {
    const std::string& route;  // its label
    int status;
    double seconds;
    bool is_watch;  // of who looks at the server: in the figures by route, not in those by second
  };
  Traffic();

  void request_done(const Request& request);
  void left_queue(const infer::LiveModel& model, double seconds);
  void batch_done(const infer::BatchReport& report);

  // As /v1/status has them: "traffic", "routes", "models".
  Json seconds() const;
  Json routes() const;
  Json models() const;
  double uptime_seconds() const;
  // Text of Prometheus' exposition format 0.0.4.
  std::string prometheus(const Gauges& gauges) const;

 private:
  struct Second {
    int64_t ts = 0;
    int64_t requests = 0, errors = 0, rejected = 0, queue = 0;
    Histogram latency;
  };
  struct RouteCounts {
    std::map<int, int64_t> by_status;
    Histogram latency;
  };
  struct ModelCounts {
    int64_t batches = 0, texts = 0, tokens = 0, requests = 0;
    Histogram queue, batch_texts, batch_seconds;
  };
  using ModelKey = std::pair<std::string, int64_t>;

  Second& this_second();

  const Clock::time_point begin_ = Clock::now();
  const int64_t begin_second_;  // since 1970
  mutable std::mutex mutex_;
  std::deque<Second> seconds_;
  std::map<std::string, RouteCounts> routes_;
  std::map<ModelKey, ModelCounts> models_;
};

}  // namespace heed::serve
