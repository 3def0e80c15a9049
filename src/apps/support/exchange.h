#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "apps/support/desk.h"

namespace heed::apps::support {

// A message, and who wants to know what becomes of it.
struct Inquiry {
  ConversationKey conversation{};  // id "": a new one
  bool begin = false;              // a conversation of this id, where there is none yet
  bool outside = false;            // people take over elsewhere: it does not wait in our queue
  std::string text{};
  std::string language{};  // else the text's own
  Priority priority = Priority::normal;
  bool explain = false;  // with the attention on the words
  std::string model{};   // name, or ""
  infer::Job::Clock::time_point deadline = infer::Job::Clock::time_point::max();
};

// What became of it.
struct Outcome {
  ConversationKey conversation{};
  std::string decision_id{};
  Response response{};
  size_t position = 0;  // in the queue from 1, where it waits
  Json attention{};     // {"words": [...]}, where it was wanted
  std::string model{};
  int64_t version = 0;
};

Json to_json(const Outcome& outcome);

// One message on its way, from a connection's thread to a worker's and the background's; it waits for nothing
// itself. The model reads it in a batch with others; messages of one conversation go one after another.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  struct Listener {
    std::function<void(const Outcome&)> done{};  // one of these two, once, on any thread
    std::function<void(const std::exception_ptr&)> failed{};
    std::function<void(const infer::LiveModel&, double queue_seconds)> read{};  // or null
  };

  // Throws what can be known at once: no such model, a queue that is full. `desk` outlives every exchange.
  static std::shared_ptr<Exchange> begin(Desk& desk, Inquiry inquiry, Listener listener);
  // The answer is wanted no more: what has not begun need not.
  void cancel();

  Exchange(Desk& desk, Inquiry inquiry, Listener listener)
      : desk_(desk), inquiry_(std::move(inquiry)), listener_(std::move(listener)) {}

 private:
  template <class Step>
  void attempt(const Step& step);
  void find();
  void load();
  void enter();
  void read();
  void draft(infer::Job::Result result);
  void finish(Draft draft);
  void pass_on(State state);
  void commit(Response response);
  void log(const Response& response);

  Desk& desk_;
  Inquiry inquiry_;
  Listener listener_;
  std::shared_ptr<const infer::LiveModel> live_;
  SupportModelPointer model_;
  LiveConversationPointer conversation_;
  TurnOrder::Pass pass_;
  Context context_;
  std::vector<std::string> texts_;
  Outcome outcome_;
  int64_t asked_us_ = 0;
  std::mutex mutex_;  // of what follows
  bool cancelled_ = false;
  infer::Batcher::Ticket ticket_;
};

}  // namespace heed::apps::support
