#include "apps/monitor/intake.h"

#include <algorithm>
#include <thread>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/utf8.h"
#include "store/event.h"

namespace heed::apps::monitor {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxLetterBytes = 65536, kMaxReasonBytes = 1024;
constexpr const char* kLetterStream = "monitor ";  // how names of streams begin among dead letters

bool may_be_cured(ErrorCode code) { return code == ErrorCode::unavailable || code == ErrorCode::io; }

}  // namespace

Delivery delivery_of(const store::Stream& stream, const store::Message& message) {
  Delivery delivery = {.key = message.id.empty() ? "" : "monitor:" + stream.name() + "/" + message.id};
  try {
    if (!message.problem.empty()) throw Error(ErrorCode::too_large, message.problem);
    delivery.message = parse_message(message.body);
  } catch (const Error& error) {
    delivery.problem = printable_utf8(error.what(), kMaxReasonBytes);
    delivery.body = printable_utf8(message.body, kMaxLetterBytes);
  }
  return delivery;
}

Intake::Intake(Monitor& monitor, const Entities& entities, ReadTexts read, MonitorStore* store,
               const IntakeOptions& options, SeeAlert see)
    : monitor_(monitor),
      entities_(entities),
      read_(std::move(read)),
      store_(store),
      options_(options),
      see_(std::move(see)) {}

std::string Intake::problem() const {
  const std::lock_guard lock(problem_mutex_);
  return problem_;
}

// Until the other side can be reached; false where it was told to stop before. A full disk is made room on.
template <class Action>
bool Intake::patiently(const std::stop_token& stop, const Action& action) {
  const auto set_problem = [&](const std::string& problem) {
    const std::lock_guard lock(problem_mutex_);
    problem_ = problem;
  };
  for (milliseconds pause(50);; pause = std::min(2 * pause, options_.max_pause)) {
    try {
      action();
      set_problem("");
      return true;
    } catch (const Error& error) {
      if (!may_be_cured(error.code())) throw;
      spdlog::warn("monitor: waits: {}", error.what());
      set_problem(error.what());
    }
    const auto end = std::chrono::steady_clock::now() + pause;
    while (std::chrono::steady_clock::now() < end) {
      if (stop.stop_requested()) return false;
      std::this_thread::sleep_for(milliseconds(10));
    }
  }
}

// The monitor has moved on already: what it said must be recorded before anything else happens.
void Intake::keep(Record record, const std::stop_token& stop) {
  record.state = monitor_.state();
  record.notify = options_.notify;
  if (store_ != nullptr && !patiently(stop, [&] { store_->record(record); }))
    throw Error(ErrorCode::cancelled,
                "monitor: stopped while the store could not be written; what was not recorded comes again");
  if (!see_) return;
  for (const AlertStep& step : record.changes.alerts) see_(step);
}

IntakeCounts Intake::take(std::vector<Delivery> deliveries, const std::string& stream,
                          const std::stop_token& stop) {
  const auto wait_for = [&](const auto& action) {
    if (store_ != nullptr && !patiently(stop, action))
      throw Error(ErrorCode::cancelled, "monitor: stopped while the store could not be read");
  };
  // Read before the lock is taken: the engine's time is the most of it, and does not depend on what is there.
  std::vector<Message> messages;
  for (const Delivery& one : deliveries) {
    if (one.problem.empty()) messages.push_back(one.message);
  }
  std::vector<Understood> understood = understand(std::move(messages), entities_, read_);

  const std::lock_guard lock(mutex_);
  std::vector<std::string> keys, ids;
  for (const Delivery& one : deliveries) {
    keys.push_back(one.key);
    ids.push_back(one.problem.empty() ? one.message.id : "");
  }
  std::vector<bool> is_repeated(keys.size(), false), is_known(keys.size(), false);
  wait_for([&] {
    is_repeated = store_->delivered(keys);
    is_known = store_->known_ids(ids);
  });
  if (store_ == nullptr) {
    for (size_t i = 0; i < ids.size(); ++i) is_known[i] = !ids[i].empty() && !ids_.insert(ids[i]).second;
  }
  IntakeCounts counts;
  Record record;
  std::vector<Understood> fresh;
  std::unordered_set<std::string> seen, seen_keys;
  size_t next = 0;
  for (size_t i = 0; i < deliveries.size(); ++i) {
    Delivery& one = deliveries[i];
    Understood* const meaning = one.problem.empty() ? &understood[next++] : nullptr;
    if (is_repeated[i] || (!one.key.empty() && !seen_keys.insert(one.key).second)) {
      ++counts.repeated;
      continue;
    }
    record.deliveries.push_back(one.key);
    if (meaning == nullptr) {
      ++counts.unreadable;
      record.dead_letters.push_back({.stream = kLetterStream + stream,
                                     .message_id = one.key,
                                     .reason = one.problem,
                                     .body = one.body,
                                     .ts_us = store::now_us()});
    } else if (is_known[i] || !seen.insert(one.message.id).second) {
      ++counts.duplicates;
    } else {
      ++counts.accepted;
      fresh.push_back(std::move(*meaning));
    }
  }
  monitor_.count_duplicates(counts.duplicates);
  monitor_.count_unreadable(counts.unreadable);
  record.changes = monitor_.apply(std::move(fresh));
  keep(std::move(record), stop);
  return counts;
}

IntakeCounts Intake::consume(store::Stream& stream, const std::stop_token& stop) {
  IntakeCounts total;
  while (!stop.stop_requested() && !stream.ended()) {
    std::vector<store::Message> messages;
    if (!patiently(stop, [&] { messages = stream.read(options_.batch, options_.wait); })) break;
    if (messages.empty()) continue;
    std::vector<Delivery> deliveries;
    for (const store::Message& message : messages) deliveries.push_back(delivery_of(stream, message));
    const IntakeCounts counts = take(std::move(deliveries), stream.name(), stop);
    total.accepted += counts.accepted;
    total.duplicates += counts.duplicates;
    total.unreadable += counts.unreadable;
    total.repeated += counts.repeated;
    if (!patiently(stop, [&] { stream.acknowledge(messages); })) break;
  }
  return total;
}

void Intake::finish(const std::stop_token& stop) {
  const std::lock_guard lock(mutex_);
  Record record;
  record.changes = monitor_.finish();
  keep(std::move(record), stop);
}

}  // namespace heed::apps::monitor
