#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/support/language_texts.h"
#include "base/json.h"

namespace heed::apps::support {

// What is known for filling a template: slot -> value.
using Slots = std::map<std::string, std::string>;

// Something that an answer needs to know: "{account}".
struct Slot {
  std::string name;
  bool required = true;  // asked for before the intent is answered; else only where no template does without
  std::string entity = {};  // the entity that fills it; "": that of its own name
  LanguageTexts ask = {};   // empty: asked for by its name
  std::string where = {};   // of its declaration, for messages
};

// A slot that must be asked for, and how.
struct SlotQuestion {
  std::string slot;
  std::string text;  // in the language wanted
};

// What each intent is answered with: templates with `{slot}`, in one language or more. `{{` and `}}` are
// braces. Never changed while it is served, so any number of threads may ask it.
//
// answers.json: {"version": 1, "answers": {"INTENT": {"texts": {"en": ["..."], "zh": "..."}, "slots":
// {"NAME":
// {"required": true, "entity": "...", "ask": {"en": "...", "zh": "..."}}}}}, "slots": {...}, "handover":
// {"en": ...}, "fallback": {...}}. "slots" beside "answers" are declarations that every intent shares; an
// intent's own stand before them.
class Answers {
 public:
  // All throw corrupt_data, one line: where (file and line), field, expected, found, nearest name: a key that
  // is none, a brace that does not close, a template that names a slot declared nowhere.
  static Answers load(const std::filesystem::path& path);
  static Answers parse(const Json& json, const std::string& where);

  bool has(std::string_view intent) const;
  std::vector<std::string> intents() const;  // in the order read
  // The templates of an intent as they were read; none of an unknown one.
  const LanguageTexts& texts(std::string_view intent) const;
  // Of the intent, its own and the shared ones that its templates name; none of an unknown intent.
  std::vector<Slot> slots(std::string_view intent) const;

  // What to ask before `fill`: the intent's required slots that are not in `slots`, and where even then no
  // template can be filled, the other slots of the first one. Empty where the intent can be answered (or has
  // no answer).
  std::vector<SlotQuestion> missing(std::string_view intent, const Slots& slots,
                                    std::string_view language = "en") const;

  // A template of the intent in `language` (else: texts_in) with its slots filled: of those for which every
  // slot is known, number `variant` modulo their count. A value stands as it is: braces in it mean nothing.
  // Throws not_found where the intent has no answer, invalid_argument where a slot is missing.
  std::string fill(std::string_view intent, const Slots& slots, std::string_view language = "en",
                   size_t variant = 0) const;

  // What is said when a person takes over, and when nothing is known; ours in English and Chinese where the
  // file has none.
  std::string handover(std::string_view language) const;
  std::string fallback(std::string_view language) const;

  // For readers of other formats. `check` comes last, before the answers are used.
  void add_answer(const std::string& intent, const std::string& language, PlacedText text);
  void add_shared_slot(Slot slot);
  void add_slot(const std::string& intent, Slot slot);
  void add_fallback(const std::string& language, PlacedText text);
  // Adds what `other` has; where both declare a slot, this one's stands.
  void merge(const Answers& other);
  // Throws where a template is malformed or names a slot that is declared nowhere.
  void check() const;
  // Throws where an answer's intent is not one of `known`: those of the examples or of a model.
  void check_intents(std::span<const std::string> known) const;

  bool empty() const { return answers_.empty(); }
  Json to_json() const;

 private:
  struct IntentAnswers {
    std::string name;
    LanguageTexts texts;
    std::vector<Slot> slots;
  };
  static Answers read(const Json& json, const std::string& where);
  IntentAnswers& intent_answers(const std::string& name);
  const IntentAnswers* find(std::string_view intent) const;
  const Slot* find_slot(const IntentAnswers& answers, std::string_view name) const;
  std::vector<std::string> known_slots(const IntentAnswers& answers) const;

  std::vector<IntentAnswers> answers_;
  std::vector<Slot> shared_slots_;
  LanguageTexts handover_, fallback_;
};

}  // namespace heed::apps::support
