#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/support/answers.h"
#include "apps/support/compose.h"
#include "apps/support/conversation.h"
#include "apps/support/message.h"
#include "store/event.h"

namespace heed::apps::support {

// What a customer asks that no intent answers.
struct Question {
  std::string text{};
  std::span<const float> vector{};  // of the matching head, of length 1; empty where the model has none
  std::string language{};
};

// What the engine works with: all of one version of a model. Called by any number of threads.
struct Skills {
  const Answers* answers = nullptr;
  // The likeliest intents of a text, the most likely first, each with whether it may be answered where the
  // text is one of so many parts of a message (1: the message).
  std::function<std::vector<IntentVerdict>(const Reading&, size_t parts)> judge{};
  // Passages that may answer it, the best first, their scores the probability that they do; null where there
  // is no knowledge.
  std::function<std::vector<Passage>(const Question&)> retrieve = nullptr;
  double quoted_from = 0.5;  // from which probability a passage is quoted; above 1: never
  Embed embed = nullptr;     // where there is knowledge; of the kind of Reading::vector where that has one
};

struct EngineOptions {
  int64_t max_characters = 4'000;  // of a message that is read
  size_t suggestions = 3;          // for a person who takes over
  size_t candidates = 5;           // intents that a logged decision names
  // Intents that ask for a person.
  std::vector<std::string> person_intents = {"talk_to_person", "talk_to_human", "speak_to_human",
                                             "human_handoff", "handover"};
  ComposeOptions compose{.min_score = 0.0};  // passages are quoted from Skills::quoted_from on at the least
};

// One thing that was decided, for the event log.
struct Choice {
  std::string text{};  // what the customer wrote: the message or a part of it
  std::vector<store::Candidate>
      candidates{};  // intents by probability; "(retrieve)", "(ask)" and "(handover)" beside them
  std::string chosen{}, reason{};
};

struct Response {
  Action action = Action::handover;
  std::string text{};                    // to the customer
  std::vector<IntentVerdict> intents{};  // as judged, those answered first
  std::vector<Entity> entities{};
  std::vector<Passage> passages{};
  std::vector<Citation> citations{};
  double confidence = 0.0;  // of the least sure part
  std::string why{};
  std::optional<Handover> handover{};  // without its summary, which tells of the whole conversation
  Context context{};                   // for the next message
  std::vector<Choice> choices{};       // one a part of the message
};

// What is settled of a message before knowledge is searched.
struct Draft {
  struct Part {
    std::string text{};
    std::optional<Action> action{};  // none: knowledge decides
    std::string intent{}, reply{}, why{};
    std::vector<IntentVerdict> verdicts{};
    std::vector<float> vector{};
    double confidence = 0.0;
  };
  std::vector<Part> parts{};
  std::vector<Entity> entities{};
  Context context{};
  bool needs_knowledge() const;
};

// One message in, one action out: answer, else ask for what is missing, else quote knowledge, else hand over.
// Holds no state; what one turn leaves to the next is the Context. Thread-safe.
class Engine {
 public:
  explicit Engine(Skills skills, EngineOptions options = {})
      : skills_(std::move(skills)), options_(std::move(options)) {}

  // What the model must read first: the message, then its clauses where there are several, then, of a
  // follow-up, the question before it and the message together. Empty where no model is needed: no words, too
  // many, a person is asked for.
  std::vector<std::string> texts_to_read(const std::string& message, const Context& context) const;

  // `readings` are of texts_to_read(), in order. Quick.
  Draft draft(const std::string& message, const Context& context, std::span<const Reading> readings) const;
  // Searches knowledge and embeds sentences, where the draft needs it.
  Response finish(Draft draft) const;

  bool has_knowledge() const { return skills_.retrieve && skills_.embed; }
  const EngineOptions& options() const { return options_; }

 private:
  using Part = Draft::Part;
  const IntentVerdict* answerable(const std::vector<IntentVerdict>& verdicts) const;
  Part judged(const Reading& reading, size_t parts = 1) const;
  Part said(const std::string& message, Action action, std::string reply, std::string why) const;
  std::optional<Part> without_model(const std::string& message, const std::string& language) const;
  std::optional<Part> slot_filled(const std::string& message, const Reading& whole, Context& context) const;
  std::vector<Part> parts_of(const Context& context, std::span<const Reading> readings, bool follow_up) const;
  void settle(Part& part, const std::vector<Entity>& entities, Context& context) const;
  void answer(Part& part, const std::string& intent, Context& context) const;
  void consult(Part& part, Response& response) const;
  void hand_over(const Part& part, const Composed& composed, Response& response) const;
  Choice choice_of(const Part& part) const;

  Skills skills_;
  EngineOptions options_;
};

}  // namespace heed::apps::support
