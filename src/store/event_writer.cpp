#include "store/event_writer.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <fmt/format.h>

#include "base/log.h"

namespace heed::store {
namespace {

using Clock = std::chrono::steady_clock;

// The first pause before a group is tried again; each that follows is twice as long, up to a second.
constexpr int64_t kFirstPauseMs = 10;
constexpr int64_t kLongestPauseMs = 1000;

WriteResult result_of(std::vector<bool> is_new) {
  WriteResult result{.is_new = std::move(is_new)};
  result.accepted = std::count(result.is_new.begin(), result.is_new.end(), true);
  result.duplicates = static_cast<int64_t>(result.is_new.size()) - result.accepted;
  return result;
}

void answer(const EventWriter::Done& done, const WriteResult& result) {
  try {
    if (done) done(result);
  } catch (const std::exception& problem) {
    spdlog::error("event writer: expected an answer to be taken without an exception, found: {}",
                  problem.what());
  }
}

}  // namespace

EventWriter::EventWriter(EventLog& log, const EventWriterOptions& options)
    : log_(log), options_(options), thread_([this] { run(); }) {}

EventWriter::~EventWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void EventWriter::submit(std::vector<Event> events, Done done) {
  const auto count = static_cast<int64_t>(events.size());
  if (count > options_.max_pending) {
    throw Error(
        ErrorCode::too_large,
        fmt::format("event log: expected at most {} events at once, found {}; send them in several requests",
                    options_.max_pending, count));
  }
  {
    const std::lock_guard lock(mutex_);
    if (pending_events_ + count > options_.max_pending) {
      throw Error(
          ErrorCode::overloaded,
          fmt::format("event log: expected room for {} events, found {} of {} waiting; send them again later",
                      count, pending_events_, options_.max_pending));
    }
    pending_events_ += count;
    queued_events_ += count;
    ++submitted_;
    queue_.push_back({std::move(events), std::move(done)});
  }
  wake_.notify_one();
}

void EventWriter::flush() {
  std::unique_lock lock(mutex_);
  const uint64_t mark = submitted_;
  ++flushing_;
  wake_.notify_one();
  answered_.wait(lock, [&] { return done_ >= mark; });
  --flushing_;
}

int64_t EventWriter::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_events_;
}

void EventWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Group group = take_group(lock);
    lock.unlock();
    write(group);
    const auto submissions = static_cast<uint64_t>(group.size());
    group.clear();  // callers' functions are let go of before anyone is told
    lock.lock();
    done_ += submissions;
    answered_.notify_all();
  }
}

// Waits for company, then takes what fits one transaction: whole submissions, at least one.
EventWriter::Group EventWriter::take_group(std::unique_lock<std::mutex>& lock) {
  wake_.wait_for(lock, std::chrono::milliseconds(options_.max_delay_ms),
                 [&] { return stopping_ || flushing_ > 0 || queued_events_ >= options_.max_batch; });
  Group group;
  int64_t events = 0;
  while (!queue_.empty()) {
    const auto more = static_cast<int64_t>(queue_.front().events.size());
    if (!group.empty() && events + more > options_.max_batch) break;
    events += more;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_events_ -= events;
  return group;
}

// Writes the group and answers its callers. Where the log refuses it, and not for being out of reach, each
// caller's events are tried alone: one caller's mistake is not another's.
void EventWriter::write(Group& group) {
  const auto finish = [this](const Submission& submission, const WriteResult& result) {
    {
      const std::lock_guard lock(mutex_);
      pending_events_ -= static_cast<int64_t>(submission.events.size());
    }
    answer(submission.done, result);
  };
  const auto all_fail = [&](const Error& error) {
    for (const Submission& submission : group) finish(submission, {.error = error});
  };

  std::vector<Event> events;
  for (const Submission& submission : group) {
    events.insert(events.end(), submission.events.begin(), submission.events.end());
  }
  try {
    const std::vector<bool> is_new = append_patiently(events);
    auto next = is_new.begin();
    for (const Submission& submission : group) {
      const auto end = next + static_cast<std::ptrdiff_t>(submission.events.size());
      finish(submission, result_of({next, end}));
      next = end;
    }
  } catch (const Error& error) {
    const bool is_out_of_reach = error.code() == ErrorCode::unavailable || error.code() == ErrorCode::io;
    if (is_out_of_reach || group.size() == 1) return all_fail(error);
    for (Submission& submission : group) {
      Group alone;
      alone.push_back(std::move(submission));
      write(alone);
    }
  } catch (const std::exception& problem) {
    all_fail(Error(ErrorCode::internal, std::string("event log: ") + problem.what()));
  }
}

std::vector<bool> EventWriter::append_patiently(const std::vector<Event>& events) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(options_.max_retry_ms);
  for (int64_t pause_ms = kFirstPauseMs;; pause_ms = std::min(2 * pause_ms, kLongestPauseMs)) {
    try {
      return log_.append(events);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unavailable || Clock::now() >= deadline) throw;
      spdlog::warn("event log: {} events wait: {}", events.size(), error.what());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
  }
}

}  // namespace heed::store
