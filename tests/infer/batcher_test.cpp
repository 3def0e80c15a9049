#include "infer/batcher.h"

#include <future>
#include <latch>
#include <mutex>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "infer/tiny_model.h"

namespace heed::infer {
namespace {

using std::chrono::milliseconds;

// Holds workers in on_batch, after they have answered, until it is let go.
class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

class TinyBatcher : public ::testing::Test {
 protected:
  TinyBatcher()
      : classifier_(load("c", test::tiny_classifier())), translator_(load("t", test::tiny_translator())) {}

  std::shared_ptr<const LiveModel> load(const std::string& name, const ModelConfig& config) {
    return std::make_shared<const LiveModel>(
        open_model(write_model(folder_ / name, test::tiny_contents(config, 3))));
  }

  // A job whose result is the answer's future.
  std::future<Job::Result> submit(Batcher& batcher, std::vector<std::string> texts,
                                  AnswerOptions options = ClassifyOptions{},
                                  Job::Clock::time_point deadline = Job::Clock::time_point::max()) {
    auto promise = std::make_shared<std::promise<Job::Result>>();
    auto result = promise->get_future();
    ticket_ = batcher.submit(
        {.model = std::holds_alternative<TranslateOptions>(options) ? translator_ : classifier_,
         .options = std::move(options),
         .texts = std::move(texts),
         .deadline = deadline,
         .done = [promise](Job::Result done) { promise->set_value(std::move(done)); }});
    return result;
  }

  static std::string label_of(const Answer& answer) {
    return std::get<ClassificationResult>(answer).heads[0].labels[0].label;
  }
  static double probability_of(const Answer& answer) {
    return std::get<ClassificationResult>(answer).heads[0].labels[0].probability;
  }
  static ErrorCode code_of(const Job::Result& result) {
    try {
      if (result.error) std::rethrow_exception(result.error);
    } catch (const Error& error) {
      return error.code();
    }
    ADD_FAILURE() << "expected an error, found answers";
    return ErrorCode::internal;
  }

  test::ScratchFolder folder_;
  std::shared_ptr<const LiveModel> classifier_, translator_;
  Batcher::Ticket ticket_;
};

TEST_F(TinyBatcher, answers_are_those_of_the_model_alone_whatever_shared_their_batch) {
  Batcher batcher({.workers = 2, .max_batch_tokens = 40});
  std::vector<std::future<Job::Result>> results;
  for (int round = 0; round < 5; ++round) {
    for (const std::string& text : test::tiny_corpus()) results.push_back(submit(batcher, {text}));
  }
  for (size_t i = 0; i < results.size(); ++i) {
    const std::string& text = test::tiny_corpus()[i % test::tiny_corpus().size()];
    const auto alone = classifier_->answer({&text, 1}, ClassifyOptions{});
    const Job::Result result = results[i].get();
    ASSERT_EQ(result.answers.size(), 1U);
    EXPECT_EQ(label_of(result.answers[0]), label_of(alone[0]));
    EXPECT_EQ(probability_of(result.answers[0]), probability_of(alone[0])) << text;
  }
}

TEST_F(TinyBatcher, a_job_longer_than_a_batch_comes_back_whole_and_in_order) {
  Batcher batcher({.workers = 2, .max_batch_tokens = 8});
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i)
    texts.push_back(test::tiny_corpus()[static_cast<size_t>(i) % test::tiny_corpus().size()]);
  const auto expected = classifier_->answer(texts, ClassifyOptions{});
  const Job::Result result = submit(batcher, texts).get();
  ASSERT_EQ(result.answers.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i)
    EXPECT_EQ(probability_of(result.answers[i]), probability_of(expected[i]));
}

TEST_F(TinyBatcher, jobs_that_wait_share_a_batch_where_model_and_options_agree) {
  Gate gate;
  std::mutex mutex;
  std::vector<size_t> batches;
  Batcher batcher({.workers = 1, .on_batch = [&](const BatchReport& report) {
                     {
                       const std::lock_guard lock(mutex);
                       batches.push_back(report.texts);
                     }
                     gate.wait();
                   }});
  auto first = submit(batcher, {"open the file"});
  gate.wait_for(1);
  std::vector<std::future<Job::Result>> results;
  for (int i = 0; i < 3; ++i) {
    results.push_back(submit(batcher, {"如何转账？"}));
    results.push_back(submit(batcher, {"a red fox runs"}, TranslateOptions{.beam = 2}));
    results.push_back(submit(batcher, {"a red fox runs"}, TranslateOptions{.beam = 1}));
  }
  gate.open();
  for (auto& result : results) EXPECT_FALSE(result.get().error);
  first.get();
  EXPECT_EQ(batches, (std::vector<size_t>{1, 3, 3, 3}));
}

TEST_F(TinyBatcher, a_long_job_lets_others_have_their_turn_between_its_batches) {
  Gate gate;
  Batcher batcher(
      {.workers = 1, .max_batch_tokens = 4, .on_batch = [&](const BatchReport&) { gate.wait(); }});
  auto holds = submit(batcher, {"open"});
  gate.wait_for(1);
  std::mutex mutex;
  std::vector<std::string> order;
  std::latch both(2);
  const auto enter = [&](std::vector<std::string> texts, std::string name) {
    batcher.submit({.model = classifier_,
                    .options = EmbedOptions{},
                    .texts = std::move(texts),
                    .done = [&, name](const Job::Result&) {
                      const std::lock_guard lock(mutex);
                      order.push_back(name);
                      both.count_down();
                    }});
  };
  enter(std::vector<std::string>(20, "where is my card"), "long");
  enter({"fee"}, "short");
  gate.open();
  both.wait();
  EXPECT_EQ(order, (std::vector<std::string>{"short", "long"}));
  holds.get();
}

TEST_F(TinyBatcher, a_full_queue_refuses_with_the_time_to_wait) {
  Gate gate;
  Batcher batcher({.workers = 1, .max_queue = 2, .on_batch = [&](const BatchReport&) { gate.wait(); }});
  std::vector<std::future<Job::Result>> results;
  results.push_back(submit(batcher, {"open"}));
  gate.wait_for(1);
  results.push_back(submit(batcher, {"close"}));
  results.push_back(submit(batcher, {"print"}));
  expect_error(ErrorCode::overloaded, {"queue", "at most 2", "try again"},
               [&] { submit(batcher, {"save"}); });
  EXPECT_EQ(batcher.queued(), 2);
  gate.open();
  for (auto& result : results) EXPECT_FALSE(result.get().error);
}

TEST_F(TinyBatcher, what_is_late_or_given_up_is_not_answered) {
  Gate gate;
  Batcher batcher({.workers = 1, .on_batch = [&](const BatchReport&) { gate.wait(); }});
  auto first = submit(batcher, {"open"});
  gate.wait_for(1);
  auto late = submit(batcher, {"close"}, ClassifyOptions{}, Job::Clock::now() + milliseconds(300));
  auto given_up = submit(batcher, {"print"});
  ticket_.cancel();
  auto kept = submit(batcher, {"save"});
  std::this_thread::sleep_for(milliseconds(350));
  gate.open();
  EXPECT_EQ(code_of(late.get()), ErrorCode::deadline_exceeded);
  EXPECT_EQ(code_of(given_up.get()), ErrorCode::cancelled);
  EXPECT_FALSE(kept.get().error);
}

TEST_F(TinyBatcher, work_that_could_not_begin_before_its_deadline_is_refused_at_once) {
  Gate gate;
  Batcher batcher({.workers = 1, .on_batch = [&](const BatchReport&) { gate.wait(); }});
  std::vector<std::future<Job::Result>> results;
  const std::vector<std::string> many(400, "which fee do you take? 你们收取什么费用？");
  gate.open();
  results.push_back(submit(batcher, many, TranslateOptions{}));  // what a token takes is learned here
  results.back().wait();
  for (int i = 0; i < 8; ++i) results.push_back(submit(batcher, many, TranslateOptions{}));
  expect_error(ErrorCode::overloaded, {"deadline"}, [&] {
    submit(batcher, many, TranslateOptions{}, Job::Clock::now() + std::chrono::microseconds(100));
  });
  for (auto& result : results) EXPECT_FALSE(result.get().error);
}

TEST_F(TinyBatcher, a_batch_takes_no_more_than_can_be_answered_before_the_first_deadline_in_it) {
  Gate holds, after;
  std::mutex mutex;
  std::vector<size_t> batches;
  Batcher batcher(
      {.workers = 1, .max_batch_tokens = int64_t{1} << 40, .on_batch = [&](const BatchReport& report) {
         const size_t number = [&] {
           const std::lock_guard lock(mutex);
           batches.push_back(report.texts);
           return batches.size();
         }();
         if (number == 2) holds.wait();
         if (number == 3) after.wait();
       }});
  const std::string text = "which fee do you take? 你们收取什么费用？";
  const TranslateOptions options{.beam = 8};
  const auto begin = Job::Clock::now();
  submit(batcher, std::vector<std::string>(200, text), options).wait();  // what a token takes is learned here
  const double seconds = std::chrono::duration<double>(Job::Clock::now() - begin).count();
  auto held = submit(batcher, {"open"});
  holds.wait_for(1);
  auto urgent = submit(batcher, {text}, options, Job::Clock::now() + std::chrono::seconds(20));
  const auto many = static_cast<size_t>(200 * 40 / seconds);  // 40 seconds of them
  auto patient = submit(batcher, std::vector<std::string>(many, text), options);
  holds.open();
  after.wait_for(1);
  ticket_.cancel();
  after.open();
  EXPECT_FALSE(urgent.get().error);
  EXPECT_EQ(code_of(patient.get()), ErrorCode::cancelled);
  EXPECT_EQ(batches, (std::vector<size_t>{200, 1, 1}));
  held.get();
}

TEST_F(TinyBatcher, one_text_that_cannot_be_answered_does_not_spoil_its_batch) {
  Gate gate;
  Batcher batcher({.workers = 1, .on_batch = [&](const BatchReport&) { gate.wait(); }});
  auto first = submit(batcher, {"open"});
  gate.wait_for(1);
  auto good = submit(batcher, {"close"});
  auto bad = submit(batcher, {std::string((1 << 20) + 1, 'x')});
  auto also_good = submit(batcher, {"print"});
  gate.open();
  EXPECT_FALSE(good.get().error);
  EXPECT_EQ(code_of(bad.get()), ErrorCode::too_large);
  EXPECT_FALSE(also_good.get().error);
}

TEST_F(TinyBatcher, its_end_tells_those_that_wait) {
  std::future<Job::Result> running, waiting;
  Gate gate;
  {
    std::jthread later;  // ends after the batcher, whose end waits for the gate
    Batcher batcher({.workers = 1, .on_batch = [&](const BatchReport&) { gate.wait(); }});
    running = submit(batcher, {"open"});
    gate.wait_for(1);
    waiting = submit(batcher, {"close"});
    later = std::jthread([&] {
      std::this_thread::sleep_for(milliseconds(50));
      gate.open();
    });
  }
  EXPECT_FALSE(running.get().error);
  EXPECT_EQ(code_of(waiting.get()), ErrorCode::unavailable);
}

TEST_F(TinyBatcher, drain_waits_for_what_runs) {
  Gate gate;
  Batcher batcher({.workers = 1, .on_batch = [&](const BatchReport&) { gate.wait(); }});
  auto result = submit(batcher, {"open"});
  gate.wait_for(1);
  EXPECT_FALSE(batcher.drain(Job::Clock::now() + milliseconds(20)));
  gate.open();
  EXPECT_TRUE(batcher.drain(Job::Clock::now() + std::chrono::seconds(10)));
  EXPECT_FALSE(result.get().error);
}

TEST_F(TinyBatcher, a_short_delay_fills_batches_of_an_idle_worker) {
  std::mutex mutex;
  size_t largest = 0;
  Batcher batcher({.workers = 1, .max_delay_us = 200'000, .on_batch = [&](const BatchReport& report) {
                     const std::lock_guard lock(mutex);
                     largest = std::max(largest, report.texts);
                   }});
  std::vector<std::future<Job::Result>> results;
  for (int i = 0; i < 4; ++i) results.push_back(submit(batcher, {"open"}));
  for (auto& result : results) result.get();
  EXPECT_EQ(largest, 4U);
}

}  // namespace
}  // namespace heed::infer
