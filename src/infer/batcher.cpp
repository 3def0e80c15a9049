#include "infer/batcher.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace heed::infer {
namespace {

constexpr double kNewRate = 0.2;     // weight of the latest batch in what a token is expected to take
constexpr double kLongest = 3600.0;  // seconds that a batch is expected to take, at most
constexpr double kMargin = 1.5;  // a batch may take so much longer than expected, and deadlines hold still

double seconds_between(Job::Clock::time_point begin, Job::Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

int64_t tokens_of(const Answer& answer) {
  const auto count = [](const auto& pieces) { return static_cast<int64_t>(pieces.size()); };
  if (const auto* translation = std::get_if<TranslationResult>(&answer))
    return count(translation->source_pieces);
  if (const auto* classification = std::get_if<ClassificationResult>(&answer))
    return count(classification->pieces);
  return count(std::get<TextVector>(answer).pieces);
}

std::exception_ptr as_exception(ErrorCode code, const std::string& message) {
  return std::make_exception_ptr(Error(code, message));
}

}  // namespace

int64_t count_tokens(const std::string& text) { return 1 + static_cast<int64_t>(text.size()) / 4; }

struct Batcher::Pending {
  Job job;
  Job::Clock::time_point received;
  std::shared_ptr<std::atomic<bool>> cancelled;
  std::vector<int64_t> tokens;  // a text
  int64_t waiting_tokens = 0;   // of the texts from `next` on
  size_t next = 0;              // first text not begun
  size_t unanswered = 0;
  double expected_seconds = 0.0;  // its share of the backlog while it waits
  Job::Result result;

  bool shares_batch_with(const Pending& other) const {
    return job.model == other.job.model && job.options == other.job.options;
  }
};

Batcher::Batcher(BatcherOptions options)
    : options_(std::move(options)),
      rates_(std::variant_size_v<AnswerOptions>, 0.0),
      busy_until_(static_cast<size_t>(options_.workers)) {
  for (size_t i = 0; i < busy_until_.size(); ++i) workers_.emplace_back([this, i] { work(i); });
}

Batcher::~Batcher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  workers_.clear();
  for (const auto& pending : queue_) {
    pending->result.error =
        as_exception(ErrorCode::unavailable, "server: expected time to answer, found it stopping");
    pending->result.answers.clear();
    pending->job.done(std::move(pending->result));
  }
}

double Batcher::expected_seconds(const Pending& job) const {
  return rates_[job.job.options.index()] * static_cast<double>(job.waiting_tokens);
}

// Of a job that comes now: workers take the batches before it as they become free, and it ends with its own.
double Batcher::seconds_to_answer(const Pending& job) const {
  const auto now = Job::Clock::now();
  std::vector<double> free;
  for (const auto& until : busy_until_) free.push_back(std::max(0.0, seconds_between(now, until)));
  const double batch =
      rates_[job.job.options.index()] * static_cast<double>(std::max<int64_t>(options_.max_batch_tokens, 1));
  double left = backlog_seconds_ + expected_seconds(job);
  if (batch > 0.0) {
    const double rounds = std::floor(left / (batch * static_cast<double>(free.size())));
    left -= rounds * batch * static_cast<double>(free.size());
    for (double& each : free) each += rounds * batch;
  }
  for (;;) {
    double& first = *std::ranges::min_element(free);
    first += batch > 0.0 ? std::min(left, batch) : left;
    left -= batch;
    if (left <= 0.0 || batch <= 0.0) return first;
  }
}

Batcher::Ticket Batcher::submit(Job job) {
  auto pending = std::make_shared<Pending>();
  pending->job = std::move(job);
  pending->received = Job::Clock::now();
  pending->cancelled = std::make_shared<std::atomic<bool>>(false);
  pending->unanswered = pending->job.texts.size();
  pending->result.answers.resize(pending->unanswered);
  for (const std::string& text : pending->job.texts) pending->tokens.push_back(count_tokens(text));
  for (const int64_t count : pending->tokens) pending->waiting_tokens += count;
  Ticket ticket;
  ticket.cancelled_ = pending->cancelled;
  {
    const std::lock_guard lock(mutex_);
    const double wait = seconds_to_answer(*pending);
    if (static_cast<int64_t>(queue_.size()) >= options_.max_queue) {
      throw Overloaded("queue: expected at most " + std::to_string(options_.max_queue) +
                           " requests waiting, found as many; try again later",
                       wait);
    }
    const bool at_once = queue_.empty() && running_ < options_.workers;
    if (!at_once && kMargin * wait > seconds_between(pending->received, pending->job.deadline)) {
      throw Overloaded(
          "queue: expected room before the deadline, found requests waiting that leave none; "
          "try again later",
          wait);
    }
    pending->expected_seconds = expected_seconds(*pending);
    backlog_seconds_ += pending->expected_seconds;
    queue_.push_back(std::move(pending));
  }
  changed_.notify_one();
  return ticket;
}

int64_t Batcher::queued() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(queue_.size());
}

bool Batcher::drain(Job::Clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return queue_.empty() && running_ == 0; });
}

void Batcher::work(size_t worker) {
  for (;;) {
    const std::vector<Slice> batch = next_batch(worker);
    if (batch.empty()) return;
    answer(batch);
    {
      const std::lock_guard lock(mutex_);
      --running_;
      busy_until_[worker] = {};
    }
    changed_.notify_all();
  }
}

int64_t Batcher::waiting_tokens() const {
  int64_t tokens = 0;
  for (const auto& pending : queue_) tokens += pending->waiting_tokens;
  return tokens;
}

// Called with a job in the queue: leaves when there is a batch's worth, or the oldest has waited long enough.
void Batcher::wait_for_more(std::unique_lock<std::mutex>& lock) {
  if (options_.max_delay_us == 0) return;
  const auto limit = queue_.front()->received + std::chrono::microseconds(options_.max_delay_us);
  changed_.wait_until(lock, limit, [&] {
    return stopping_ || queue_.empty() || waiting_tokens() >= options_.max_batch_tokens;
  });
}

// Takes what fits of a job into a batch; true where all of it is begun or it is over.
bool Batcher::take(const std::shared_ptr<Pending>& job, int64_t& room, std::vector<Slice>& batch) {
  Pending& pending = *job;
  const size_t begin = pending.next;
  while (pending.next < pending.tokens.size() && (room > 0)) {
    room -= pending.tokens[pending.next];
    pending.waiting_tokens -= pending.tokens[pending.next];
    ++pending.next;
  }
  if (begin == 0) pending.result.queue_seconds = seconds_between(pending.received, Job::Clock::now());
  if (pending.next > begin) batch.push_back({job, begin, pending.next});
  return pending.next == pending.tokens.size();
}

std::vector<Batcher::Slice> Batcher::next_batch(size_t worker) {
  std::vector<Slice> batch;
  std::vector<std::pair<std::shared_ptr<Pending>, std::exception_ptr>> over;
  std::unique_lock lock(mutex_);
  while (batch.empty()) {
    changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) break;
    wait_for_more(lock);
    int64_t room = options_.max_batch_tokens;
    double seconds = 0.0;                                   // that the batch is expected to take
    double left = std::numeric_limits<double>::infinity();  // to the first deadline in it
    std::shared_ptr<Pending> unfinished;
    const auto now = Job::Clock::now();
    for (auto it = queue_.begin(); it != queue_.end() && room > 0 && kMargin * seconds < left;) {
      const std::shared_ptr<Pending> pending = *it;
      const double rate = rates_[pending->job.options.index()];
      const double own_left = seconds_between(now, pending->job.deadline);
      const double own_seconds = rate * static_cast<double>(std::min(pending->waiting_tokens, room));
      // The last one is tried whatever is expected, so that what is expected is learned anew.
      const bool is_last = batch.empty() && queue_.size() == 1;
      std::exception_ptr error;
      if (pending->cancelled->load(std::memory_order_relaxed))
        error = as_exception(ErrorCode::cancelled, "request: given up by the client");
      else if (own_left < 0.0)
        error = as_exception(ErrorCode::deadline_exceeded,
                             "request: expected an answer before its deadline, found the server busy");
      else if (pending->expected_seconds > own_left && !is_last)
        error = std::make_exception_ptr(Overloaded(
            "queue: expected time to answer before the deadline, found too little left; try again later",
            backlog_seconds_ / static_cast<double>(options_.workers)));
      if (!error && !batch.empty() &&
          (!pending->shares_batch_with(*batch.front().job) ||
           kMargin * (seconds + own_seconds) > std::min(left, own_left))) {
        ++it;
        continue;
      }
      const int64_t room_before = room;
      const bool begun = error || take(pending, room, batch);
      if (error) {
        over.emplace_back(pending, error);
      } else {
        seconds += rate * static_cast<double>(room_before - room);
        left = std::min(left, own_left);
        if (!begun) unfinished = pending;
      }
      backlog_seconds_ -= std::exchange(pending->expected_seconds, begun ? 0.0 : expected_seconds(*pending));
      backlog_seconds_ += pending->expected_seconds;
      it = queue_.erase(it);
    }
    if (unfinished) queue_.push_back(unfinished);
    if (queue_.empty()) backlog_seconds_ = 0.0;
    if (!batch.empty()) {
      ++running_;
      busy_until_[worker] = now + std::chrono::duration_cast<Job::Clock::duration>(
                                      std::chrono::duration<double>(std::min(seconds, kLongest)));
    }
    if (over.empty()) continue;
    lock.unlock();
    for (const auto& [pending, error] : std::exchange(over, {}))
      finish({pending, pending->next, pending->tokens.size()}, {}, error);
    changed_.notify_all();
    lock.lock();
  }
  const bool more = !queue_.empty();
  lock.unlock();
  if (more) changed_.notify_one();
  return batch;
}

void Batcher::answer(std::span<const Slice> batch) {
  const Job& first = batch.front().job->job;
  std::vector<std::string> joined;
  std::span<const std::string> texts =
      std::span(first.texts).subspan(batch.front().begin, batch.front().end - batch.front().begin);
  int64_t expected_tokens = 0;
  for (const Slice& slice : batch) {
    for (size_t i = slice.begin; i < slice.end; ++i) {
      if (batch.size() > 1) joined.push_back(std::move(slice.job->job.texts[i]));
      expected_tokens += slice.job->tokens[i];
    }
  }
  if (batch.size() > 1) texts = joined;
  const auto begin = Job::Clock::now();
  std::vector<Answer> answers;
  std::exception_ptr error;
  try {
    answers = first.model->answer(texts, first.options);
  } catch (...) {
    error = std::current_exception();
  }
  if (error && batch.size() > 1) return answer_apart(batch, joined);
  const double seconds = seconds_between(begin, Job::Clock::now());
  if (!error) {
    learn_rate(first.options.index(), expected_tokens, seconds);
    int64_t tokens = 0;
    for (const Answer& each : answers) tokens += tokens_of(each);
    if (options_.on_batch) options_.on_batch({*first.model, texts.size(), tokens, seconds, queued()});
  }
  size_t at = 0;
  for (const Slice& slice : batch) {
    const size_t count = slice.end - slice.begin;
    finish(slice, error ? std::span<Answer>() : std::span(answers).subspan(at, count), error);
    at += count;
  }
}

void Batcher::answer_apart(std::span<const Slice> batch, std::span<std::string> texts) {
  size_t at = 0;
  for (const Slice& slice : batch) {
    for (size_t i = slice.begin; i < slice.end; ++i) slice.job->job.texts[i] = std::move(texts[at++]);
    answer({&slice, 1});
  }
}

void Batcher::finish(const Slice& slice, std::span<Answer> answers, const std::exception_ptr& error) {
  Pending& pending = *slice.job;
  {
    const std::lock_guard lock(mutex_);
    std::ranges::move(answers, pending.result.answers.begin() + static_cast<std::ptrdiff_t>(slice.begin));
    if (error && !pending.result.error) pending.result.error = error;
    pending.unanswered -= slice.end - slice.begin;
    if (pending.unanswered > 0) return;
  }
  if (pending.result.error) pending.result.answers.clear();
  pending.job.done(std::move(pending.result));
}

void Batcher::learn_rate(size_t kind, int64_t tokens, double seconds) {
  const std::lock_guard lock(mutex_);
  const double rate = seconds / static_cast<double>(std::max<int64_t>(tokens, 1));
  double& known = rates_[kind];
  known = known == 0.0 ? rate : known + kNewRate * (rate - known);
}

}  // namespace heed::infer
