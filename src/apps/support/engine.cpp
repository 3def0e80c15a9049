#include "apps/support/engine.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "apps/support/clauses.h"
#include "apps/support/language_texts.h"
#include "apps/support/wording.h"
#include "base/error.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

constexpr int64_t kShortWords = 6;   // of a message that may be the value of a slot
constexpr int64_t kBareWords = 3;    // of one that is nothing else
constexpr int64_t kClauseWords = 3;  // below it a clause that no intent answers is small talk

// "(retrieve)": what is chosen beside intents, whose names have no brackets of this kind by custom.
std::string choice_name(Action action) { return fmt::format("({})", to_string(action)); }

std::string value_of(std::string_view message) { return normalise(message, {.form = Normalisation::nfkc}); }

// The sources of what was quoted, one a line.
std::string sources_of(const std::vector<Passage>& passages, const std::vector<Citation>& citations) {
  std::string text;
  std::set<std::string> told;
  for (const Citation& citation : citations) {
    const auto passage = std::ranges::find(passages, citation.passage, &Passage::id);
    if (passage == passages.end() || !told.insert(passage->id).second) continue;
    const bool both = !passage->title.empty() && !passage->source.empty();
    const std::string source = passage->title + (both ? ", " : "") + passage->source;
    if (!source.empty()) text += "\n— " + source;
  }
  return text;
}

// The more of a person's help an action needs, the more it says of the whole message.
Action stronger(Action a, Action b) { return std::max(a, b); }

}  // namespace

bool Draft::needs_knowledge() const {
  return std::ranges::any_of(parts, [](const Part& part) { return !part.action; });
}

std::vector<std::string> Engine::texts_to_read(const std::string& message, const Context& context) const {
  if (without_model(message, context.language)) return {};
  std::vector<std::string> texts = {message};
  const std::vector<std::string> clauses = split_clauses(message);
  if (clauses.size() > 1) texts.insert(texts.end(), clauses.begin(), clauses.end());
  if (!context.question.empty() && follows_up(message)) texts.push_back(context.question + " " + message);
  return texts;
}

Engine::Part Engine::said(const std::string& message, Action action, std::string reply,
                          std::string why) const {
  return {.text = message.empty() ? "" : message.substr(0, utf8_prefix(message, store::kMaxTextBytes / 2)),
          .action = action,
          .intent = {},
          .reply = std::move(reply),
          .why = std::move(why),
          .verdicts = {},
          .vector = {}};
}

std::optional<Engine::Part> Engine::without_model(const std::string& message,
                                                  const std::string& language) const {
  const std::string fallback = skills_.answers->fallback(language.empty() ? "en" : language);
  if (!has_words(message)) return said(message, Action::ask, fallback, "the message has no words");
  // Bytes first: what is far too long is not even counted.
  const auto most = static_cast<size_t>(options_.max_characters);
  if (message.size() > 4 * most || count_characters(message) > options_.max_characters)
    return said(message, Action::ask, fallback,
                fmt::format("the message has more than {} characters", options_.max_characters));
  if (asks_for_person(message)) return said(message, Action::handover, "", "the customer asks for a person");
  return std::nullopt;
}

const IntentVerdict* Engine::answerable(const std::vector<IntentVerdict>& verdicts) const {
  const auto found = std::ranges::find_if(verdicts, &IntentVerdict::answer);
  return found == verdicts.end() ? nullptr : &*found;
}

Engine::Part Engine::judged(const Reading& reading, size_t parts) const {
  Part part = {.text = reading.text,
               .action = std::nullopt,
               .intent = {},
               .reply = {},
               .why = {},
               .verdicts = skills_.judge(reading, parts),
               .vector = reading.vector};
  if (const IntentVerdict* verdict = answerable(part.verdicts)) {
    part.intent = verdict->intent;
    part.why = verdict->why;
    part.confidence = verdict->probability;
  } else if (!part.verdicts.empty()) {
    part.why = part.verdicts.front().why;
    part.confidence = part.verdicts.front().probability;
  }
  return part;
}

// Splits only where it helps: several clauses that want different things, or one that is sure in a message
// that is not. All clauses that are looked at share what may go wrong, answered or not; so do a follow-up and
// the message by itself.
std::vector<Engine::Part> Engine::parts_of(const Context& context, std::span<const Reading> readings,
                                           bool follow_up) const {
  Part whole = judged(readings.front());
  const auto clauses = readings.subspan(1, readings.size() - 1 - (follow_up ? 1 : 0));
  std::vector<Part> parts;
  std::set<std::string> intents;
  for (const Reading& clause : clauses) {
    Part part = judged(clause, clauses.size());
    if (part.intent.empty() && count_words(part.text) < kClauseWords) continue;
    // The same thing in other words is said once.
    if (!part.intent.empty() && !intents.insert(part.intent).second) continue;
    parts.push_back(std::move(part));
  }
  if (intents.size() > 1) return parts;
  if (!whole.intent.empty()) return {std::move(whole)};
  if (follow_up) {
    Part joined = judged(readings.back(), 2);
    joined.why = fmt::format("follows up '{}': {}", context.intent, joined.why);
    return {std::move(joined)};
  }
  if (intents.empty()) return {std::move(whole)};
  return parts;
}

// What the customer was asked for: the entity of that kind where the model found one, else a short message as
// it stands, unless it is a new question.
std::optional<Engine::Part> Engine::slot_filled(const std::string& message, const Reading& whole,
                                                Context& context) const {
  if (context.asked_slot.empty()) return std::nullopt;
  const std::string intent = context.asked_intent, slot = context.asked_slot;
  context.asked_intent.clear();
  context.asked_slot.clear();
  Part part = judged(whole);
  const auto declared = skills_.answers->slots(intent);
  const auto its = std::ranges::find(declared, slot, &Slot::name);
  const std::string wanted = its == declared.end() || its->entity.empty() ? slot : its->entity;
  const auto entity = std::ranges::find(whole.entities, wanted, &Entity::entity);
  const bool other = !part.intent.empty() && part.intent != intent;
  const bool is_short =
      count_words(message) <= (other ? kBareWords : kShortWords) && !asks_something(message);
  if (!is_short && (other || entity == whole.entities.end())) return std::nullopt;
  context.slots[slot] = entity == whole.entities.end() ? value_of(message) : entity->value;
  part.intent = intent;
  part.why = fmt::format("fills '{}', which was asked for", slot);
  const auto verdict = std::ranges::find(part.verdicts, intent, &IntentVerdict::intent);
  part.confidence = verdict == part.verdicts.end() ? 1.0 : std::max(part.confidence, verdict->probability);
  return part;
}

Draft Engine::draft(const std::string& message, const Context& context,
                    std::span<const Reading> readings) const {
  Draft draft{.parts = {}, .entities = {}, .context = context};
  const std::string language = language_of(message);
  if (!language.empty()) draft.context.language = language;
  if (draft.context.language.empty()) draft.context.language = "en";
  if (auto part = without_model(message, draft.context.language)) {
    draft.parts.push_back(std::move(*part));
    return draft;
  }
  if (readings.empty())
    throw Error(ErrorCode::internal, "support: expected readings of texts_to_read, found none");
  draft.entities = readings.front().entities;
  if (auto part = slot_filled(message, readings.front(), draft.context)) {
    draft.parts.push_back(std::move(*part));
  } else {
    const bool follow_up = !context.question.empty() && follows_up(message);
    draft.parts = parts_of(context, readings, follow_up);
    draft.context.question = follow_up ? context.question : message;
  }
  for (Draft::Part& part : draft.parts) settle(part, draft.entities, draft.context);
  return draft;
}

void Engine::settle(Part& part, const std::vector<Entity>& entities, Context& context) const {
  if (part.intent.empty()) return;
  if (std::ranges::find(options_.person_intents, part.intent) != options_.person_intents.end()) {
    part.action = Action::handover;
    part.why = "the customer asks for a person: " + part.why;
    return;
  }
  for (const Slot& slot : skills_.answers->slots(part.intent)) {
    const std::string& wanted = slot.entity.empty() ? slot.name : slot.entity;
    const auto entity = std::ranges::find(entities, wanted, &Entity::entity);
    if (entity != entities.end()) context.slots[slot.name] = entity->value;
  }
  answer(part, part.intent, context);
}

void Engine::answer(Part& part, const std::string& intent, Context& context) const {
  const Answers& answers = *skills_.answers;
  if (!answers.has(intent)) {
    part.why += fmt::format("; '{}' has no answer", intent);
    return;  // what is known may help
  }
  context.intent = intent;
  const std::vector<SlotQuestion> missing = answers.missing(intent, context.slots, context.language);
  if (missing.empty()) {
    part.action = Action::answer;
    part.reply = answers.fill(intent, context.slots, context.language);
    return;
  }
  part.action = Action::ask;
  part.reply = missing.front().text;
  part.why += fmt::format("; '{}' is needed", missing.front().slot);
  context.asked_intent = intent;
  context.asked_slot = missing.front().slot;
}

// Knowledge where no intent answers, else a person.
void Engine::consult(Part& part, Response& response) const {
  Composed composed;
  if (has_knowledge()) {
    std::vector<Passage> passages =
        skills_.retrieve({.text = part.text, .vector = part.vector, .language = response.context.language});
    if (part.vector.empty()) part.vector = skills_.embed(std::span(&part.text, 1)).front();
    ComposeOptions options = options_.compose;
    options.min_score = std::max(options.min_score, skills_.quoted_from);
    composed = compose(part.vector, std::move(passages), skills_.embed, options);
    part.why += (part.why.empty() ? "" : "; ") + composed.why;
  }
  response.passages.insert(response.passages.end(), composed.passages.begin(), composed.passages.end());
  if (composed.text.empty()) return hand_over(part, composed, response);
  part.action = Action::retrieve;
  part.reply = composed.text + sources_of(composed.passages, composed.citations);
  part.confidence = composed.confidence;
  response.citations.insert(response.citations.end(), composed.citations.begin(), composed.citations.end());
}

void Engine::hand_over(const Part& part, const Composed& composed, Response& response) const {
  if (!response.handover) response.handover = Handover{};
  Handover& handover = *response.handover;
  handover.reason += (handover.reason.empty() ? "" : "; ") + part.why;
  const Answers& answers = *skills_.answers;
  const std::string& language = response.context.language;
  for (const IntentVerdict& verdict : part.verdicts) {
    if (!answers.has(verdict.intent) ||
        !answers.missing(verdict.intent, response.context.slots, language).empty())
      continue;
    handover.suggestions.push_back({.text = answers.fill(verdict.intent, response.context.slots, language),
                                    .from = "intent:" + verdict.intent,
                                    .score = verdict.probability});
  }
  for (const Passage& passage : composed.passages)
    handover.suggestions.push_back(
        {.text = passage.text, .from = "passage:" + passage.id, .score = passage.score});
  std::ranges::stable_sort(handover.suggestions, std::ranges::greater(), &Suggestion::score);
  if (handover.suggestions.size() > options_.suggestions) handover.suggestions.resize(options_.suggestions);
}

Choice Engine::choice_of(const Part& part) const {
  Choice choice{.text = part.text, .candidates = {}, .chosen = {}, .reason = part.why};
  const bool by_intent =
      !part.intent.empty() && (part.action == Action::answer || part.action == Action::ask);
  choice.chosen = by_intent ? part.intent : choice_name(*part.action);
  const auto add = [&](const std::string& id, double score) {
    if (std::ranges::find(choice.candidates, id, &store::Candidate::id) != choice.candidates.end()) return;
    const bool chosen = id == choice.chosen;
    choice.candidates.push_back(
        {.id = id, .score = score, .propensity = chosen ? 1.0 : 0.0, .position = chosen ? 0 : -1});
  };
  for (size_t i = 0; i < std::min(part.verdicts.size(), options_.candidates); ++i)
    add(part.verdicts[i].intent, part.verdicts[i].probability);
  add(choice.chosen, part.confidence);
  add(choice_name(Action::retrieve), 0.0);
  add(choice_name(Action::handover), 0.0);
  return choice;
}

Response Engine::finish(Draft draft) const {
  Response response;
  response.context = std::move(draft.context);
  response.entities = std::move(draft.entities);
  response.action = Action::answer;
  response.confidence = 1.0;
  std::string answers, questions;
  const auto append = [](std::string& text, const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : "\n") + more;
  };
  for (Draft::Part& part : draft.parts) {
    if (!part.action) {
      consult(part, response);
      if (!part.action) part.action = Action::handover;
    } else if (part.action == Action::handover) {
      hand_over(part, {}, response);
    }
    append(part.action == Action::ask ? questions : answers, part.reply);
    response.action = stronger(response.action, *part.action);
    response.confidence = std::min(response.confidence, part.confidence);
    response.why += (response.why.empty() ? "" : "; ") + part.why;
    response.choices.push_back(choice_of(part));
    response.intents.insert(response.intents.end(), part.verdicts.begin(), part.verdicts.end());
  }
  std::ranges::stable_partition(response.intents, &IntentVerdict::answer);
  response.text = std::move(answers);
  append(response.text, questions);
  if (response.handover) append(response.text, skills_.answers->handover(response.context.language));
  return response;
}

}  // namespace heed::apps::support
