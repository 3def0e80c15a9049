#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "store/event_log.h"

namespace heed::store {

struct EventWriterOptions {
  int64_t max_pending = 100'000;  // events that wait or are being written
  int64_t max_delay_ms = 2;       // how long the first of a group may wait for others
  int64_t max_batch = 2'000;      // events a transaction
  int64_t max_retry_ms = 10'000;  // how long a group is tried again while the database is unavailable
};

// How one call of `submit` ended.
struct WriteResult {
  std::optional<Error> error{};  // none of the events is known to be recorded
  std::vector<bool> is_new{};    // without an error, of each event
  int64_t accepted = 0;          // those that were new
  int64_t duplicates = 0;
};

// A thread that writes what many callers submit, many in one transaction. Every function may be called from
// any thread.
class EventWriter {
 public:
  using Done = std::function<void(const WriteResult& result)>;

  // `log` must outlive the writer.
  explicit EventWriter(EventLog& log, const EventWriterOptions& options = {});
  // Writes what is pending, or tells its callers that it could not.
  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  // Returns at once; never waits for the database. `done` is called once, on the writer's thread, after the
  // commit or when it has failed for good; it must be quick and must not throw. Throws overloaded where
  // max_pending is reached, too_large where `events` alone are more than that.
  void submit(std::vector<Event> events, Done done);

  // Returns when all that was submitted before has been answered.
  void flush();

  int64_t pending() const;  // events submitted and not yet answered

 private:
  struct Submission {
    std::vector<Event> events;
    Done done;
  };
  using Group = std::vector<Submission>;

  void run();
  Group take_group(std::unique_lock<std::mutex>& lock);
  void write(Group& group);
  std::vector<bool> append_patiently(const std::vector<Event>& events);

  EventLog& log_;
  const EventWriterOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;      // for the writer: something came, or it is to stop
  std::condition_variable answered_;  // for flush
  std::deque<Submission> queue_;
  int64_t queued_events_ = 0;
  int64_t pending_events_ = 0;
  uint64_t submitted_ = 0, done_ = 0;  // submissions
  int64_t flushing_ = 0;               // callers in flush: no waiting for company
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace heed::store
