#include "serve/traffic.h"

#include <algorithm>

#include <fmt/format.h>

namespace heed::serve {
namespace {

int64_t now_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

double in_ms(double seconds) { return rounded(1e3 * seconds); }

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || c == '"') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string labels_of(const std::pair<std::string, int64_t>& model) {
  return fmt::format("model=\"{}\",version=\"{}\"", escaped(model.first), model.second);
}

void begin_metric(std::string& text, const char* name, const char* type, const char* help) {
  text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

struct Octaves {
  size_t first, last, step;
  double unit = 1.0;  // what stands as 1 in the histogram
};

// Bounds from 2^first to 2^last times Histogram::kLeast.
void add_histogram(std::string& text, const char* name, const std::string& labels, const Histogram& histogram,
                   const Octaves& octaves) {
  for (size_t octave = octaves.first; octave <= octaves.last; octave += octaves.step) {
    text += fmt::format("{}_bucket{{{},le=\"{:g}\"}} {}\n", name, labels,
                        Histogram::octave_bound(octave) / octaves.unit, histogram.count_to_octave(octave));
  }
  text += fmt::format("{}_bucket{{{},le=\"+Inf\"}} {}\n", name, labels, histogram.count());
  text += fmt::format("{}_sum{{{}}} {:.9g}\n{}_count{{{}}} {}\n", name, labels,
                      histogram.sum() / octaves.unit, name, labels, histogram.count());
}

}  // namespace

Traffic::Traffic() : begin_second_(now_seconds()) {}

Traffic::Second& Traffic::this_second() {
  const int64_t now = now_seconds();
  if (seconds_.empty() || seconds_.back().ts != now) {
    seconds_.push_back({.ts = now, .latency = {}});
    while (static_cast<int64_t>(seconds_.size()) > kSeconds) seconds_.pop_front();
  }
  return seconds_.back();
}

void Traffic::request_done(const Request& request) {
  const std::lock_guard lock(mutex_);
  RouteCounts& counts = routes_[request.route];
  ++counts.by_status[request.status];
  counts.latency.add(request.seconds);
  if (request.is_watch) return;
  Second& second = this_second();
  ++second.requests;
  if (request.status >= 500) ++second.errors;
  if (request.status == 429 || request.status == 503) ++second.rejected;
  second.latency.add(request.seconds);
}

void Traffic::left_queue(const infer::LiveModel& model, double seconds) {
  const std::lock_guard lock(mutex_);
  ModelCounts& counts = models_[{model.name(), model.version()}];
  ++counts.requests;
  counts.queue.add(seconds);
}

void Traffic::batch_done(const infer::BatchReport& report) {
  const std::lock_guard lock(mutex_);
  ModelCounts& counts = models_[{report.model.name(), report.model.version()}];
  ++counts.batches;
  counts.texts += static_cast<int64_t>(report.texts);
  counts.tokens += report.tokens;
  counts.batch_texts.add(static_cast<double>(report.texts) * Histogram::kLeast);
  counts.batch_seconds.add(report.seconds);
  int64_t& longest = this_second().queue;
  longest = std::max(longest, report.queued);
}

Json Traffic::seconds() const {
  const std::lock_guard lock(mutex_);
  Json list = Json::array();
  const int64_t now = now_seconds();
  auto next = seconds_.begin();
  for (int64_t ts = std::max(now - (kSeconds - 1), begin_second_); ts <= now; ++ts) {
    while (next != seconds_.end() && next->ts < ts) ++next;
    const Second second = next != seconds_.end() && next->ts == ts ? *next : Second{.ts = ts, .latency = {}};
    list.push_back({{"ts", ts},
                    {"requests", second.requests},
                    {"errors", second.errors},
                    {"rejected", second.rejected},
                    {"p50_ms", in_ms(second.latency.quantile(0.5))},
                    {"p99_ms", in_ms(second.latency.quantile(0.99))},
                    {"queue", second.queue}});
  }
  return list;
}

Json Traffic::routes() const {
  const std::lock_guard lock(mutex_);
  Json list = Json::array();
  for (const auto& [route, counts] : routes_) {
    int64_t errors = 0, rejected = 0;
    for (const auto& [status, count] : counts.by_status) {
      if (status >= 500) errors += count;
      if (status == 429 || status == 503) rejected += count;
    }
    list.push_back({{"route", route},
                    {"requests", counts.latency.count()},
                    {"errors", errors},
                    {"rejected", rejected},
                    {"p50_ms", in_ms(counts.latency.quantile(0.5))},
                    {"p95_ms", in_ms(counts.latency.quantile(0.95))},
                    {"p99_ms", in_ms(counts.latency.quantile(0.99))}});
  }
  return list;
}

Json Traffic::models() const {
  const std::lock_guard lock(mutex_);
  Json list = Json::array();
  for (const auto& [model, counts] : models_) {
    const double batches = static_cast<double>(std::max<int64_t>(counts.batches, 1));
    list.push_back({{"name", model.first},
                    {"version", model.second},
                    {"requests", counts.requests},
                    {"batch_mean", rounded(static_cast<double>(counts.texts) / batches)},
                    {"tokens", counts.tokens}});
  }
  return list;
}

double Traffic::uptime_seconds() const {
  return std::chrono::duration<double>(Clock::now() - begin_).count();
}

std::string Traffic::prometheus(const Gauges& gauges) const {
  const std::lock_guard lock(mutex_);
  std::string text;
  begin_metric(text, "heed_requests_total", "counter", "Requests answered, by route and status");
  for (const auto& [route, counts] : routes_) {
    for (const auto& [status, count] : counts.by_status)
      text += fmt::format("heed_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", escaped(route), status,
                          count);
  }
  begin_metric(text, "heed_request_seconds", "histogram",
               "From the end of a request to the start of its reply");
  for (const auto& [route, counts] : routes_)
    add_histogram(text, "heed_request_seconds", fmt::format("route=\"{}\"", escaped(route)), counts.latency,
                  {2, 22, 1});
  begin_metric(text, "heed_queue_seconds", "histogram", "Waiting for a worker");
  for (const auto& [model, counts] : models_)
    add_histogram(text, "heed_queue_seconds", labels_of(model), counts.queue, {0, 22, 2});
  begin_metric(text, "heed_batch_seconds", "histogram", "A batch within the engine");
  for (const auto& [model, counts] : models_)
    add_histogram(text, "heed_batch_seconds", labels_of(model), counts.batch_seconds, {2, 22, 2});
  begin_metric(text, "heed_batch_texts", "histogram", "Texts of a batch");
  for (const auto& [model, counts] : models_)
    add_histogram(text, "heed_batch_texts", labels_of(model), counts.batch_texts,
                  {0, 12, 1, Histogram::kLeast});
  begin_metric(text, "heed_tokens_total", "counter", "Tokens of the texts answered");
  for (const auto& [model, counts] : models_)
    text += fmt::format("heed_tokens_total{{{}}} {}\n", labels_of(model), counts.tokens);
  const auto gauge = [&](const char* name, const char* help, int64_t value) {
    begin_metric(text, name, "gauge", help);
    text += fmt::format("{} {}\n", name, value);
  };
  gauge("heed_queue_length", "Requests that wait for a worker", gauges.queue_length);
  gauge("heed_queue_capacity", "As many may wait", gauges.queue_capacity);
  gauge("heed_connections", "Open connections", gauges.connections);
  gauge("heed_pending_events", "Events that wait to be written", gauges.pending_events);
  gauge("heed_uptime_seconds", "Since the start", static_cast<int64_t>(uptime_seconds()));
  return text;
}

}  // namespace heed::serve
