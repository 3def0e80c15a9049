#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "apps/monitor/entities.h"
#include "apps/monitor/monitor.h"
#include "apps/monitor/monitor_store.h"
#include "store/stream.h"

// From streams into the watch and its store: at least once in, exactly once in the counts.
namespace heed::apps::monitor {

struct IntakeOptions {
  size_t batch = 1000;  // messages a transaction
  std::chrono::milliseconds wait{500};
  bool notify = false;                        // put alerts into the outbox
  std::chrono::milliseconds max_pause{5000};  // between attempts while stream or store are out of reach
};

// One line that a stream could not tell for a message, or a message.
struct Delivery {
  std::string key{};  // of the stream's message; "": it never comes again
  Message message{};
  std::string problem{};  // not empty: it is no message; put aside with `body`
  std::string body{};
};

struct IntakeCounts {
  int64_t accepted = 0;    // new messages, late ones included
  int64_t duplicates = 0;  // ids that were there before
  int64_t unreadable = 0;
  int64_t repeated = 0;  // deliveries that had been recorded
};

// Ties monitor, entities, reader and store together. Batches come from several threads, one after another.
// What a batch changes is recorded with the keys of its deliveries in one transaction; the store is asked
// first which of them it has. While the store cannot be reached a batch waits for it, and all others behind
// it: nothing is lost, nothing counted twice.
class Intake {
 public:
  // What happened to alerts, in their order, after they were recorded.
  using SeeAlert = std::function<void(const AlertStep& step)>;
  // All outlive it. `store` may be null: nothing is kept, and ids are remembered in memory.
  Intake(Monitor& monitor, const Entities& entities, ReadTexts read, MonitorStore* store,
         const IntakeOptions& options, SeeAlert see);

  // Returns when the batch is recorded. Throws cancelled where it was told to stop before.
  IntakeCounts take(std::vector<Delivery> deliveries, const std::string& stream, const std::stop_token& stop);
  // Reads `stream` until it ends or `stop` is asked for.
  IntakeCounts consume(store::Stream& stream, const std::stop_token& stop);
  // No more will come (a recording has ended): closes open buckets.
  void finish(const std::stop_token& stop);

  // Looks at the monitor while no batch changes it.
  template <class Look>
  auto look(const Look& look) const {
    const std::lock_guard lock(mutex_);
    return look(std::as_const(monitor_));
  }
  // Why the store cannot be written now; "" where it can.
  std::string problem() const;

 private:
  void keep(Record record, const std::stop_token& stop);
  template <class Action>
  bool patiently(const std::stop_token& stop, const Action& action);

  Monitor& monitor_;
  const Entities& entities_;
  ReadTexts read_;
  MonitorStore* store_;
  IntakeOptions options_;
  SeeAlert see_;
  mutable std::mutex mutex_;             // of monitor_ and ids_
  std::unordered_set<std::string> ids_;  // without a store
  mutable std::mutex problem_mutex_;
  std::string problem_;
};

// A stream's message as a delivery: its body is a line of NDJSON.
Delivery delivery_of(const store::Stream& stream, const store::Message& message);

}  // namespace heed::apps::monitor
