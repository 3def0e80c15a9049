// How many events a second the event log takes, on SQLite and on a private PostgreSQL, both flushing to the
// disk at each commit: in calls of some size, and one at a time through the writer that groups them. The log
// is counted after each measurement.
//   store_bench [SECONDS]      of each measurement; 3

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "store/event_writer.h"
#include "store/private_postgres.h"
#include "store/sample_events.h"

namespace {

using namespace heed::store;  // NOLINT(google-build-using-namespace)
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Decisions with ids of their own, each followed by its outcome.
std::vector<Event> next_events(size_t count) {
  static std::atomic<int64_t> next = 0;
  std::vector<Event> events;
  while (events.size() < count) {
    const int64_t number = next++;
    const std::string id = fmt::format("{:012d}", number);
    events.push_back(sample_decision(id, kNoon + number));
    if (events.size() < count) events.push_back(sample_outcome(id, id, kNoon + number));
  }
  return events;
}

void check_count(EventLog& log, int64_t expected) {
  const EventCounts counts = log.count();
  if (counts.decisions + counts.outcomes == expected) return;
  throw heed::Error(heed::ErrorCode::internal, fmt::format("expected {} events in the log, found {}",
                                                           expected, counts.decisions + counts.outcomes));
}

struct Measured {
  double events_a_second = 0;
  double p50_ms = 0, p99_ms = 0;  // from the call to the commit
};

Measured measured(int64_t events, double seconds, std::vector<double>& waits_ms) {
  std::sort(waits_ms.begin(), waits_ms.end());
  const auto quantile = [&](double share) {
    return waits_ms[static_cast<size_t>(share * double(waits_ms.size() - 1))];
  };
  return {double(events) / seconds, quantile(0.5), quantile(0.99)};
}

Measured append_calls(EventLog& log, size_t events_a_call, double seconds, int64_t& recorded) {
  std::vector<double> waits_ms;
  int64_t events = 0;
  double busy = 0;
  while (busy < seconds) {
    const std::vector<Event> batch = next_events(events_a_call);
    const auto start = Clock::now();
    log.append(batch);
    waits_ms.push_back(1000 * seconds_since(start));
    busy += waits_ms.back() / 1000;
    events += static_cast<int64_t>(batch.size());
  }
  check_count(log, recorded += events);
  return measured(events, busy, waits_ms);
}

// `rate` events a second, one a call, from one thread; 0: as many as the writer takes, from two.
Measured through_writer(EventLog& log, double rate, double seconds, int64_t& recorded) {
  std::mutex mutex;
  std::vector<double> waits_ms;
  std::atomic<int64_t> events = 0;
  const auto start = Clock::now();
  {
    EventWriter writer(log, {.max_pending = 4000});
    const auto submit = [&] {
      const auto asked = Clock::now();
      writer.submit(next_events(1), [&, asked](const WriteResult& result) {
        if (result.error) throw heed::Error(*result.error);
        const std::lock_guard lock(mutex);
        waits_ms.push_back(1000 * seconds_since(asked));
      });
      ++events;
    };
    const auto caller = [&] {
      for (int64_t i = 0; seconds_since(start) < seconds; ++i) {
        if (rate > 0) std::this_thread::sleep_until(start + std::chrono::duration<double>(double(i) / rate));
        try {
          submit();
        } catch (const heed::Error&) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
      }
    };
    std::thread second([&] {
      if (rate == 0) caller();
    });
    caller();
    second.join();
  }
  const double busy = seconds_since(start);
  check_count(log, recorded += events);
  return measured(events, busy, waits_ms);
}

void print(const std::string& database, const std::string& what, const Measured& figures) {
  std::cout << fmt::format("{:<11} {:<42} {:>9.0f} events/s   p50 {:>8.3f} ms   p99 {:>8.3f} ms\n", database,
                           what, figures.events_a_second, figures.p50_ms, figures.p99_ms)
            << std::flush;
}

void measure(const std::string& url, double seconds) {
  const auto log = open_event_log(url);
  int64_t recorded = 0;
  for (const size_t events : {1, 10, 100, 1000}) {
    print(log->kind(), fmt::format("calls of {}", events), append_calls(*log, events, seconds, recorded));
  }
  print(log->kind(), "writer, 1 a call, as many as it takes", through_writer(*log, 0, seconds, recorded));
  print(log->kind(), "writer, 1 a call, 500 a second", through_writer(*log, 500, seconds, recorded));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 3;
    const TemporaryFolder folder;
    measure("sqlite:" + (folder / "events.db").string(), seconds);
    if (!PrivatePostgres::is_installed()) {
      std::cerr << "store_bench: PostgreSQL is not installed: apt-get install postgresql\n";
      return 2;
    }
    PrivatePostgres cluster(true);
    measure(cluster.new_database(), seconds);
    return 0;
  } catch (const std::exception& problem) {
    std::cerr << "store_bench: " << problem.what() << "\n";
    return 1;
  }
}
