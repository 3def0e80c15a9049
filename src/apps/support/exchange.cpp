#include "apps/support/exchange.h"

#include <utility>

#include "apps/text_words.h"
#include "base/log.h"
#include "store/event_writer.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

Json attention_json(const Reading& reading) {
  Json words = Json::array();
  for (const TextWord& word :
       words_of_text(reading.text, reading.pieces, reading.intent.attention, reading.intent.ngrams)) {
    Json each = {
        {"text", word.text}, {"start", word.start}, {"end", word.end}, {"weight", rounded(word.weight)}};
    if (!reading.intent.ngrams.empty()) each["vote"] = rounded(word.vote);
    words.push_back(std::move(each));
  }
  return {{"words", std::move(words)}};
}

Json handover_json(const Outcome& outcome) {
  const auto& handover = outcome.response.handover;
  if (!handover) return nullptr;
  Json json = {{"reason", handover->reason},
               {"summary", handover->summary},
               {"suggestions", list_json(handover->suggestions)}};
  json["position"] = outcome.position == 0 ? Json() : Json(outcome.position);
  return json;
}

// What a turn keeps of a decision.
Json turn_details(const Outcome& outcome) {
  const Response& response = outcome.response;
  Json details = {{"decision_id", outcome.decision_id},         {"action", to_string(response.action)},
                  {"intents", list_json(response.intents)},     {"entities", list_json(response.entities)},
                  {"confidence", rounded(response.confidence)}, {"why", response.why}};
  if (!response.passages.empty()) details["passages"] = list_json(response.passages);
  if (!response.citations.empty()) details["citations"] = list_json(response.citations);
  if (!outcome.attention.is_null()) details["attention"] = outcome.attention;
  return details;
}

}  // namespace

Json to_json(const Outcome& outcome) {
  const Response& response = outcome.response;
  Json json = {{"conversation", outcome.conversation.id},
               {"decision_id", outcome.decision_id},
               {"action", to_string(response.action)},
               {"text", response.text},
               {"intents", list_json(response.intents)},
               {"entities", list_json(response.entities)},
               {"slots", Json(response.context.slots)},
               {"passages", list_json(response.passages)},
               {"citations", list_json(response.citations)},
               {"confidence", rounded(response.confidence)},
               {"why", response.why},
               {"handover", handover_json(outcome)}};
  if (!outcome.attention.is_null()) json["attention"] = outcome.attention;
  json["model"] = outcome.model;
  json["version"] = outcome.version;
  return json;
}

// A step's error is the exchange's end.
template <class Step>
void Exchange::attempt(const Step& step) {
  try {
    step();
  } catch (...) {
    // The next message of the conversation must not wait for this one's reply to be let go.
    const TurnOrder::Pass pass = std::move(pass_);
    listener_.failed(std::current_exception());
  }
}

std::shared_ptr<Exchange> Exchange::begin(Desk& desk, Inquiry inquiry, Listener listener) {
  auto exchange = std::make_shared<Exchange>(desk, std::move(inquiry), std::move(listener));
  exchange->asked_us_ = store::now_us();
  exchange->live_ = desk.model(exchange->inquiry_.model);
  exchange->find();
  return exchange;
}

// What is in memory is used at once; the rest is read in the background.
void Exchange::find() {
  model_ = desk_.loaded(*live_);
  if (inquiry_.conversation.id.empty()) {
    Conversation conversation;
    conversation.tenant = inquiry_.conversation.tenant;
    conversation.id = Conversations::new_id();
    inquiry_.conversation.id = conversation.id;
    conversation_ = desk_.conversations().add(std::move(conversation));
  } else {
    conversation_ = desk_.in_memory(inquiry_.conversation);
  }
  if (model_ && conversation_) return enter();
  desk_.services().in_background([self = shared_from_this()] {
    self->attempt([&] {
      self->load();
      self->enter();
    });
  });
}

void Exchange::load() {
  if (!model_) model_ = desk_.load(live_);
  if (conversation_) return;
  conversation_ =
      inquiry_.begin ? desk_.load_or_begin(inquiry_.conversation) : desk_.load(inquiry_.conversation);
}

void Exchange::enter() {
  TurnOrder::enter(conversation_, static_cast<size_t>(desk_.settings().max_unanswered),
                   [self = shared_from_this()](TurnOrder::Pass pass) {
                     self->pass_ = std::move(pass);
                     self->attempt([&] { self->read(); });
                   });
}

void Exchange::read() {
  const State state = conversation_->with([&](Conversation& conversation) {
    context_ = conversation.context;
    // Who writes after the end begins anew; so does one whom people have given back.
    if (conversation.state == State::closed || (inquiry_.outside && conversation.state == State::taken)) {
      conversation.state = State::open;
      conversation.agent.clear();
    }
    return conversation.state;
  });
  if (!inquiry_.language.empty() && context_.language.empty()) context_.language = inquiry_.language;
  if (state != State::open) return pass_on(state);
  texts_ = model_->engine().texts_to_read(inquiry_.text, context_);
  if (texts_.empty()) return finish(model_->engine().draft(inquiry_.text, context_, {}));
  const std::lock_guard lock(mutex_);
  if (cancelled_) throw Error(ErrorCode::cancelled, "answer: the client has gone");
  ticket_ =
      desk_.services().batcher().submit({.model = live_,
                                         .options = SupportModel::read_options(inquiry_.explain),
                                         .texts = texts_,
                                         .deadline = inquiry_.deadline,
                                         .done = [self = shared_from_this()](infer::Job::Result result) {
                                           self->attempt([&] { self->draft(std::move(result)); });
                                         }});
}

void Exchange::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  ticket_.cancel();
}

void Exchange::draft(infer::Job::Result result) {
  if (listener_.read) listener_.read(*live_, result.queue_seconds);
  if (result.error) std::rethrow_exception(result.error);
  std::vector<Reading> readings;
  for (size_t i = 0; i < texts_.size(); ++i)
    readings.push_back(SupportModel::read(texts_[i], result.answers[i]));
  if (inquiry_.explain) outcome_.attention = attention_json(readings.front());
  Draft draft = model_->engine().draft(inquiry_.text, context_, readings);
  if (!draft.needs_knowledge() || !model_->engine().has_knowledge()) return finish(std::move(draft));
  desk_.services().in_background([self = shared_from_this(), draft = std::move(draft)]() mutable {
    self->attempt([&] { self->finish(std::move(draft)); });
  });
}

void Exchange::finish(Draft draft) { commit(model_->engine().finish(std::move(draft))); }

// A person has it or is awaited: the message goes to them, and nothing is decided.
void Exchange::pass_on(State state) {
  Response response;
  response.context = context_;
  response.action = Action::handover;
  response.why =
      state == State::waiting ? "the conversation waits for a person" : "a person has the conversation";
  const std::string language = context_.language.empty() ? "en" : context_.language;
  if (state == State::waiting) {
    response.text = model_->answers().handover(language);
    if (inquiry_.priority == Priority::urgent)
      desk_.queue().add({.key = inquiry_.conversation, .priority = Priority::urgent, .since_us = asked_us_});
  }
  commit(std::move(response));
}

void Exchange::commit(Response response) {
  const bool decided = !response.choices.empty();
  const bool waits = response.action == Action::handover && decided && !inquiry_.outside;
  outcome_.conversation = inquiry_.conversation;
  outcome_.decision_id = decided ? store::new_event_id() : "";
  outcome_.model = live_->name();
  outcome_.version = live_->version();
  if (waits)  // first, as it may be refused
    desk_.queue().add({.key = inquiry_.conversation, .priority = inquiry_.priority, .since_us = asked_us_});
  conversation_->with([&](Conversation& conversation) {
    const ConversationLimits limits = desk_.settings().conversation();
    if (inquiry_.priority == Priority::urgent) conversation.priority = Priority::urgent;
    add_turn(conversation, {.from = Sender::customer, .text = inquiry_.text, .ts_us = asked_us_}, limits);
    conversation.context = response.context;
    if (response.handover) response.handover->summary = summarise(conversation);
    outcome_.response = std::move(response);
    if (decided || !outcome_.response.text.empty())
      add_turn(conversation,
               {.from = Sender::heed,
                .text = outcome_.response.text,
                .ts_us = store::now_us(),
                .details = decided ? turn_details(outcome_)
                                   : Json{{"action", "handover"}, {"why", outcome_.response.why}}},
               limits);
    if (outcome_.response.handover) conversation.handover = *outcome_.response.handover;
    if (waits && conversation.state == State::taken) {  // a person was faster
      desk_.queue().remove(inquiry_.conversation);
    } else if (waits) {
      conversation.waiting_since_us = asked_us_;
      conversation.state = State::waiting;
    }
    if (inquiry_.outside && outcome_.response.action == Action::handover) conversation.state = State::taken;
  });
  if (decided) {
    ++desk_.actions[static_cast<size_t>(outcome_.response.action)];
    log(outcome_.response);
  }
  if (outcome_.response.action == Action::handover) {
    if (const auto place = desk_.queue().position(inquiry_.conversation)) outcome_.position = *place + 1;
  }
  const auto tell = [self = shared_from_this()] {
    const TurnOrder::Pass pass = std::move(self->pass_);
    self->listener_.done(self->outcome_);
  };
  if (!waits) {
    desk_.saver().save(conversation_);
    return tell();
  }
  // Who is told that a person will come is not forgotten by a restart.
  desk_.saver().save(conversation_, [self = shared_from_this(), tell](const std::optional<Error>& problem) {
    if (!problem) return tell();
    const TurnOrder::Pass pass = std::move(self->pass_);
    self->listener_.failed(std::make_exception_ptr(*problem));
  });
}

// Each part of the message is a decision of its own, with the customer's words as an outcome beside it, so
// that a person's correction can be learned from.
void Exchange::log(const Response& response) {
  std::vector<store::Event> events;
  for (size_t i = 0; i < response.choices.size(); ++i) {
    const Choice& choice = response.choices[i];
    const std::string id = outcome_.decision_id + (i == 0 ? "" : "." + std::to_string(i));
    const int64_t now = store::now_us();
    events.emplace_back(store::Decision{.event_id = id,
                                        .ts_us = now,
                                        .tenant = inquiry_.conversation.tenant,
                                        .app = "support",
                                        .subject = inquiry_.conversation.id,
                                        .candidates = choice.candidates,
                                        .chosen = choice.chosen,
                                        .model = outcome_.model,
                                        .version = outcome_.version,
                                        .reason = choice.reason});
    events.emplace_back(
        store::Outcome{.event_id = id + ".message",
                       .decision_id = id,
                       .ts_us = now,
                       .kind = "message",
                       .value = 1.0,
                       .text = choice.text.substr(0, utf8_prefix(choice.text, store::kMaxTextBytes)),
                       .tenant = inquiry_.conversation.tenant,
                       .app = "support",
                       .subject = inquiry_.conversation.id});
  }
  // A log that is behind costs the customer nothing.
  try {
    desk_.services().event_writer().submit(std::move(events), [](const store::WriteResult& result) {
      if (result.error) spdlog::error("support: decisions not logged: {}", result.error->what());
    });
  } catch (const Error& problem) {
    spdlog::error("support: decisions not logged: {}", problem.what());
  }
}

}  // namespace heed::apps::support
