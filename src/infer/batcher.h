#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "infer/live_model.h"

namespace heed::infer {

// What a worker has just answered at once.
struct BatchReport {
  const LiveModel& model;
  size_t texts = 0;
  int64_t tokens = 0;  // of the source, </s> among them
  double seconds = 0.0;
  int64_t queued = 0;  // jobs that wait now
};

struct BatcherOptions {
  int64_t workers = 2;              // threads, each answering one batch at a time
  int64_t max_batch_tokens = 2048;  // a batch is closed when it has as many, by count_tokens()
  int64_t max_delay_us = 0;         // how long a text may wait for others while a worker is idle
  int64_t max_queue = 1024;         // jobs that wait
  std::function<void(const BatchReport&)> on_batch = nullptr;  // called by workers, several at a time
};

// Texts in, answers out.
struct Job {
  using Clock = std::chrono::steady_clock;
  struct Result {
    std::vector<Answer> answers;         // one a text, in order
    std::exception_ptr error = nullptr;  // then there are no answers
    double queue_seconds = 0.0;          // until its first text was begun
  };

  std::shared_ptr<const LiveModel> model;
  AnswerOptions options;
  std::vector<std::string> texts;  // at least one
  Clock::time_point deadline = Clock::time_point::max();
  std::function<void(Result)> done;  // called once, by a worker; must not throw
};

// The queue is full, or a job would be too late: `retry_after_seconds` is when it is expected to have room.
class Overloaded : public Error {
 public:
  Overloaded(const std::string& message, double retry_after_seconds)
      : Error(ErrorCode::overloaded, message), retry_after_seconds_(retry_after_seconds) {}
  double retry_after_seconds() const { return retry_after_seconds_; }

 private:
  double retry_after_seconds_;
};

// About how many tokens a text has, without cutting it: a token is four bytes of Latin text, or a Chinese
// character and a third. Enough to fill batches evenly.
int64_t count_tokens(const std::string& text);

// Workers that answer the texts of many requests in batches. Texts share a batch when their model and options
// are the same, in the order in which they came; a job of many texts is answered in several batches, between
// which others get their turn. A text's answer does not depend on its batch. Thread-safe.
class Batcher {
 public:
  explicit Batcher(BatcherOptions options);
  // Jobs that still wait get Error{unavailable}; those begun are finished.
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  // Gives a job up: its `done` may still be called, with its answers or with Error{cancelled}.
  class Ticket {
   public:
    void cancel() const {
      if (cancelled_) cancelled_->store(true, std::memory_order_relaxed);
    }

   private:
    friend class Batcher;
    std::shared_ptr<std::atomic<bool>> cancelled_;
  };

  // Never waits. Throws Overloaded where max_queue jobs wait or those before it leave no time until its
  // deadline, and does not call `done` then. A job that waited and has become hopeless meanwhile gets
  // Overloaded, one that is not begun by its deadline Error{deadline_exceeded}. A batch takes no more than
  // can be answered before the first deadline in it, as far as the time of a token is known.
  Ticket submit(Job job);

  int64_t queued() const;  // jobs not begun
  // Waits until nothing is queued or being answered, or until `deadline`; whether it is so.
  bool drain(Job::Clock::time_point deadline) const;

 private:
  struct Pending;
  struct Slice {  // texts [begin, end) of a job
    std::shared_ptr<Pending> job;
    size_t begin, end;
  };

  void work(size_t worker);
  std::vector<Slice> next_batch(size_t worker);
  void wait_for_more(std::unique_lock<std::mutex>& lock);
  int64_t waiting_tokens() const;
  bool take(const std::shared_ptr<Pending>& job, int64_t& room, std::vector<Slice>& batch);
  void answer(std::span<const Slice> batch);
  void finish(const Slice& slice, std::span<Answer> answers, const std::exception_ptr& error);
  void answer_apart(std::span<const Slice> batch, std::span<std::string> texts);
  void learn_rate(size_t kind, int64_t tokens, double seconds);
  double expected_seconds(const Pending& job) const;
  double seconds_to_answer(const Pending& job) const;

  BatcherOptions options_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<std::shared_ptr<Pending>> queue_;
  int64_t running_ = 0;           // batches
  double backlog_seconds_ = 0.0;  // of one worker, for what waits
  std::vector<double> rates_;     // seconds a token, by alternative of AnswerOptions; 0: not known yet
  std::vector<Job::Clock::time_point> busy_until_;  // about, a worker
  bool stopping_ = false;
  std::vector<std::jthread> workers_;
};

}  // namespace heed::infer
