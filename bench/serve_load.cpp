// A generator of load for heed serve, which measures from when a request should have been sent: a server that
// answers slowly does not get its requests later (no coordinated omission). Its work comes as one JSON object
// on standard input:
//
//   {"port", "connections", "seconds", "rate": requests a second at fixed times (0: each connection asks
//    again as soon as it is answered), "deadline_ms"?: of each request, told to the server,
//    "varying"?: names of fields of the replies whose strings or numbers are new each time, and are not
//    compared, "requests": [{"method", "path", "body", "expected"?: [bodies]}]: asked in turn}
//
// Every reply of 200 must be one of those expected; where none are named, what the server answers to that
// request when it is asked alone, before the load. "@ID@" in a body is another text for each request. One
// JSON object on standard output says how it went.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "keep_alive.h"

namespace heed::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::string_view kId = "@ID@";
constexpr Seconds kPatience{10.0};  // for replies that are still to come at the end

struct Request {
  std::string method, path, body, extra = {};
  std::vector<std::string> expected = {};
};

struct Plan {
  uint16_t port = 0;
  size_t connections = 1;
  double seconds = 1.0, rate = 0.0;
  int64_t deadline_ms = 0;
  std::vector<std::string> varying = {};  // as they stand in a reply: "name":
  std::vector<Request> requests = {};
};

// The reply without the strings and numbers of those fields.
std::string without(const std::vector<std::string>& varying, std::string reply) {
  for (const std::string& field : varying) {
    for (size_t at = 0; (at = reply.find(field, at)) != std::string::npos;) {
      at += field.size();
      const bool text = at < reply.size() && reply[at] == '"';
      const size_t end = text ? reply.find('"', at + 1) : reply.find_first_of(",}", at);
      reply.erase(at, std::min(end, reply.size()) - at);
    }
  }
  return reply;
}

Plan read_plan(const Json& json) {
  Plan plan = {.port = json.at("port").get<uint16_t>(),
               .connections = json.at("connections").get<size_t>(),
               .seconds = json.at("seconds").get<double>(),
               .rate = json.value("rate", 0.0),
               .deadline_ms = json.value("deadline_ms", int64_t{0})};
  const std::string extra =
      plan.deadline_ms > 0 ? fmt::format("X-Deadline-Ms: {}\r\n", plan.deadline_ms) : "";
  for (const std::string& name : json.value("varying", std::vector<std::string>()))
    plan.varying.push_back(fmt::format("\"{}\":", name));
  for (const Json& request : json.at("requests")) {
    plan.requests.push_back({.method = request.at("method"),
                             .path = request.at("path"),
                             .body = request.value("body", ""),
                             .extra = extra,
                             .expected = request.value("expected", std::vector<std::string>())});
  }
  return plan;
}

// Requests over connections, and what became of them.
class Load {
 public:
  explicit Load(Plan plan) : plan_(std::move(plan)), id_begin_(fmt::format("{:x}-", ::getpid())) {
    for (Request& request : plan_.requests) {
      if (request.expected.empty()) request.expected = {without(plan_.varying, ask_alone(request))};
    }
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < plan_.connections; ++i) {
      lines_.push_back({});
      connect(i);
      idle_.push_back(i);
    }
  }
  ~Load() { ::close(epoll_); }

  void run() {
    begin_ = Clock::now();
    end_ = begin_ + std::chrono::duration_cast<Clock::duration>(Seconds(plan_.seconds));
    const auto total = static_cast<uint64_t>(plan_.rate * plan_.seconds);
    for (;;) {
      const auto now = Clock::now();
      if (plan_.rate > 0.0) {
        for (; due_ < total && when(due_) <= now; ++due_) waiting_.push_back(when(due_));
      } else if (now < end_) {
        waiting_.assign(idle_.size(), now);
      }
      while (!waiting_.empty() && !idle_.empty()) send_next();
      const bool more = plan_.rate > 0.0 ? due_ < total || !waiting_.empty() : now < end_;
      if (!more && in_flight_ == 0) break;
      if (!more && now > end_ + kPatience) break;
      wait(plan_.rate > 0.0 && due_ < total ? when(due_)
                                            : std::max(end_, now + std::chrono::milliseconds(10)));
    }
  }

  Json report() {
    std::ranges::sort(latencies_);
    const auto quantile = [&](double q) {
      const auto at = static_cast<size_t>(q * static_cast<double>(latencies_.size()));
      return latencies_.empty() ? 0.0 : 1e3 * latencies_[std::min(at, latencies_.size() - 1)];
    };
    Json statuses = Json::object();
    for (const auto& [status, count] : by_status_) statuses[std::to_string(status)] = count;
    return {{"sent", sent_},
            {"statuses", statuses},
            {"wrong", wrong_},  // of status 200, but not what was expected
            {"first_wrong", first_wrong_},
            {"broken", broken_},  // the connection ended without a reply
            {"unanswered", in_flight_},
            {"late", late_},  // of status 200, longer after they were sent than the deadline
            {"latest_ms", 1e3 * latest_},
            {"answered_per_second", static_cast<double>(in_time_) / plan_.seconds},
            {"p50_ms", quantile(0.5)},
            {"p90_ms", quantile(0.9)},
            {"p99_ms", quantile(0.99)},
            {"p999_ms", quantile(0.999)},
            {"max_ms", quantile(1.0)}};
  }

 private:
  struct Line {  // a connection, and what it asks now
    std::unique_ptr<KeepAlive> connection;
    Clock::time_point intended, sent;
    size_t request = 0;
    bool busy = false, watched_for_writing = false;
  };

  Clock::time_point when(uint64_t number) const {
    return begin_ +
           std::chrono::duration_cast<Clock::duration>(Seconds(static_cast<double>(number) / plan_.rate));
  }

  std::string bytes_of(const Request& request) {
    if (request.body.find(kId) == std::string::npos)
      return request_bytes(request.method, request.path, request.body, request.extra);
    std::string body = request.body;
    const std::string id = id_begin_ + std::to_string(ids_++);
    for (size_t at = 0; (at = body.find(kId, at)) != std::string::npos;) body.replace(at, kId.size(), id);
    return request_bytes(request.method, request.path, body, request.extra);
  }

  std::string ask_alone(const Request& request) {
    KeepAlive connection(plan_.port);
    connection.send(bytes_of(request));
    for (pollfd poll{connection.descriptor(), POLLIN, 0}; ::poll(&poll, 1, 10'000) > 0;) {
      const auto reply = connection.read();
      if (reply && reply->status == 200) return reply->body;
      if (reply || !connection.is_open())
        throw Error(ErrorCode::io,
                    request.path + ": expected 200, found " + (reply ? reply->body : "an end"));
    }
    throw Error(ErrorCode::io, request.path + ": expected a reply, found none in 10 s");
  }

  void connect(size_t number) {
    Line& line = lines_[number];
    line.connection = std::make_unique<KeepAlive>(plan_.port);
    line.watched_for_writing = false;
    epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, line.connection->descriptor(), &event);
  }

  // The connection that has been idle longest asks next, so that all of them do.
  void send_next() {
    const size_t number = idle_.front();
    idle_.pop_front();
    Line& line = lines_[number];
    line.intended = waiting_.front();
    waiting_.pop_front();
    line.request = sent_++ % plan_.requests.size();
    line.busy = true;
    ++in_flight_;
    std::string bytes = bytes_of(plan_.requests[line.request]);
    line.sent = Clock::now();
    line.connection->send(std::move(bytes));
    watch(number);
  }

  void watch(size_t number) {
    Line& line = lines_[number];
    if (line.connection->wants_to_write() == line.watched_for_writing) return;
    line.watched_for_writing = !line.watched_for_writing;
    epoll_event event{.events = EPOLLIN | (line.watched_for_writing ? EPOLLOUT : 0U),
                      .data = {.u64 = number}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, line.connection->descriptor(), &event);
  }

  void wait(Clock::time_point until) {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(until - Clock::now()).count();
    const int64_t nanoseconds = std::max<int64_t>(left, 0);
    const timespec limit{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    epoll_event events[256];
    const int count = ::epoll_pwait2(epoll_, events, 256, &limit, nullptr);
    for (int i = 0; i < count; ++i) serve(events[i].data.u64, events[i].events);
  }

  void serve(size_t number, uint32_t events) {
    Line& line = lines_[number];
    if ((events & EPOLLOUT) != 0U) {
      line.connection->write();
      watch(number);
    }
    if (auto reply = line.connection->read()) finish(number, *reply);
    if (line.connection->is_open()) return;
    if (line.busy) {
      ++broken_;
      --in_flight_;
      line.busy = false;
      idle_.push_back(number);
    }
    connect(number);
  }

  void finish(size_t number, const LoadReply& reply) {
    Line& line = lines_[number];
    line.busy = false;
    --in_flight_;
    idle_.push_back(number);
    ++by_status_[reply.status];
    if (reply.status != 200) return;
    const auto now = Clock::now();
    if (now <= end_) ++in_time_;
    latencies_.push_back(Seconds(now - line.intended).count());
    const double taken = Seconds(now - line.sent).count();
    latest_ = std::max(latest_, taken);
    if (plan_.deadline_ms > 0 && 1e3 * taken > static_cast<double>(plan_.deadline_ms)) ++late_;
    const std::vector<std::string>& expected = plan_.requests[line.request].expected;
    const bool same = plan_.varying.empty()
                          ? std::ranges::find(expected, reply.body) != expected.end()
                          : std::ranges::find(expected, without(plan_.varying, reply.body)) != expected.end();
    if (same) return;
    if (wrong_++ == 0) first_wrong_ = reply.body.substr(0, 300);
  }

  Plan plan_;
  const std::string id_begin_;
  uint64_t ids_ = 0;
  int epoll_ = -1;
  std::vector<Line> lines_;
  std::deque<size_t> idle_;
  std::deque<Clock::time_point> waiting_;  // when those should have been sent that are not yet
  Clock::time_point begin_, end_;
  uint64_t due_ = 0, sent_ = 0, in_flight_ = 0;
  std::map<int, uint64_t> by_status_;
  uint64_t in_time_ = 0, wrong_ = 0, broken_ = 0, late_ = 0;
  double latest_ = 0.0;
  std::string first_wrong_;
  std::vector<double> latencies_;  // seconds
};

int main_of() {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // wakes when asked to, and not up to 50 microseconds later
  const std::string input(std::istreambuf_iterator<char>(std::cin), {});
  try {
    Load load(read_plan(Json::parse(input)));
    load.run();
    fmt::print("{}\n", load.report().dump());
    return 0;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "serve_load: {}\n", problem.what());
    return 1;
  }
}

}  // namespace
}  // namespace heed::bench

int main() { return heed::bench::main_of(); }
