#include "apps/support/answers.h"

#include <algorithm>
#include <utility>

#include "apps/support/template.h"
#include "base/error.h"
#include "base/files.h"
#include "base/nearest.h"
#include "data/place.h"

namespace heed::apps::support {
namespace {

constexpr uint64_t kMaxFileBytes = uint64_t{16} << 20;

[[noreturn]] void fail(const std::string& where, const std::string& problem) {
  throw Error(ErrorCode::corrupt_data, where + ": " + problem);
}

const Slot* find_slot_in(const std::vector<Slot>& slots, std::string_view name) {
  const auto found =
      std::find_if(slots.begin(), slots.end(), [&](const Slot& slot) { return slot.name == name; });
  return found == slots.end() ? nullptr : &*found;
}

const LanguageTexts& own_handover() {
  static const LanguageTexts kTexts = {
      {"en", {{"I am passing you to a colleague, who will answer you here."}}},
      {"zh", {{"我正在为您转接同事，稍后会在这里回复您。"}}}};
  return kTexts;
}

const LanguageTexts& own_fallback() {
  static const LanguageTexts kTexts = {
      {"en", {{"I am sorry, I did not understand that. Could you put it another way?"}}},
      {"zh", {{"抱歉，我没有理解您的意思。您可以换个说法吗？"}}}};
  return kTexts;
}

std::string first_text(const LanguageTexts& own, const LanguageTexts& ours, std::string_view language) {
  return texts_in(own.empty() ? ours : own, language).front().text;
}

bool is_chinese(std::string_view language) { return language.substr(0, language.find('-')) == "zh"; }

std::string question_text(const Slot& slot, std::string_view language) {
  if (!slot.ask.empty()) return texts_in(slot.ask, language).front().text;
  return is_chinese(language) ? "请告诉我：" + slot.name + "？" : "Please tell me: " + slot.name + "?";
}

void check_keys(const Json& json, const std::vector<std::string>& known, const std::string& where,
                const std::string& field) {
  if (!json.is_object()) fail(where, "field '" + field + "': expected an object, found " + json.type_name());
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    fail(where, "field '" + field + "': unknown key '" + key + "'" + did_you_mean(key, known) +
                    "; known: " + data::listed(known));
  }
}

std::vector<Slot> read_slots(const Json& json, const std::string& where, const std::string& field) {
  if (!json.is_object()) fail(where, "field '" + field + "': expected an object, found " + json.type_name());
  std::vector<Slot> slots;
  for (const auto& [name, value] : json.items()) {
    const std::string inner = field + "." + name;
    check_keys(value, {"required", "entity", "ask"}, where, inner);
    if (split_template("{" + name + "}", where + ": field '" + inner + "'").size() != 1) {
      fail(where, "field '" + inner + "': a slot's name has no braces");
    }
    Slot slot{name, json_field<bool>(value, "required", where + ": " + inner, true),
              json_field<std::string>(value, "entity", where + ": " + inner, "")};
    if (value.contains("ask")) slot.ask = read_language_texts(value["ask"], where, inner + ".ask");
    slot.where = where + ": field '" + inner + "'";
    slots.push_back(std::move(slot));
  }
  return slots;
}

Json slots_json(const std::vector<Slot>& slots) {
  Json json = Json::object();
  for (const Slot& slot : slots) {
    Json& entry = json[slot.name] = Json{{"required", slot.required}};
    if (!slot.entity.empty()) entry["entity"] = slot.entity;
    if (!slot.ask.empty()) entry["ask"] = language_texts_json(slot.ask);
  }
  return json;
}

bool can_fill(const std::vector<TemplatePart>& parts, const Slots& slots) {
  return std::all_of(parts.begin(), parts.end(),
                     [&](const TemplatePart& part) { return !part.is_slot || slots.contains(part.text); });
}

// The line of `source` that holds `text` as a JSON string; 0 where none does.
int64_t line_of(std::string_view source, const std::string& text) {
  const size_t at = source.find(Json(text).dump());
  return at == std::string_view::npos
             ? 0
             : 1 + std::count(source.begin(), source.begin() + static_cast<long>(at), '\n');
}

}  // namespace

Answers Answers::load(const std::filesystem::path& path) {
  const std::string source = read_file(path, kMaxFileBytes);
  const std::string name = path.string();
  Answers answers = read(parse_json(source, name), name);
  for (IntentAnswers& intent : answers.answers_) {
    for (auto& [language, texts] : intent.texts) {
      for (PlacedText& text : texts) {
        if (const int64_t line = line_of(source, text.text)) {
          text.where.replace(0, name.size(), name + ":" + std::to_string(line));
        }
      }
    }
  }
  answers.check();
  return answers;
}

Answers Answers::parse(const Json& json, const std::string& where) {
  Answers answers = read(json, where);
  answers.check();
  return answers;
}

Answers Answers::read(const Json& json, const std::string& where) {
  check_keys(json, {"version", "answers", "slots", "handover", "fallback"}, where, "(top)");
  if (const int64_t version = json_field<int64_t>(json, "version", where); version != 1) {
    fail(where,
         "field 'version': expected 1, found " + std::to_string(version) + "; written by a later heed?");
  }
  Answers answers;
  const Json intents = json_field<Json>(json, "answers", where);
  if (!intents.is_object())
    fail(where, std::string("field 'answers': expected an object, found ") + intents.type_name());
  for (const auto& [intent, value] : intents.items()) {
    const std::string field = "answers." + intent;
    check_keys(value, {"texts", "slots"}, where, field);
    IntentAnswers& entry = answers.intent_answers(intent);
    entry.texts =
        read_language_texts(json_field<Json>(value, "texts", where + ": " + field), where, field + ".texts");
    if (entry.texts.empty())
      fail(where, "field '" + field + ".texts': expected a language with a text, found none");
    if (value.contains("slots")) entry.slots = read_slots(value["slots"], where, field + ".slots");
  }
  if (json.contains("slots")) answers.shared_slots_ = read_slots(json["slots"], where, "slots");
  if (json.contains("handover")) answers.handover_ = read_language_texts(json["handover"], where, "handover");
  if (json.contains("fallback")) answers.fallback_ = read_language_texts(json["fallback"], where, "fallback");
  return answers;
}

bool Answers::has(std::string_view intent) const { return find(intent) != nullptr; }

std::vector<std::string> Answers::intents() const {
  std::vector<std::string> names;
  for (const IntentAnswers& intent : answers_) names.push_back(intent.name);
  return names;
}

const LanguageTexts& Answers::texts(std::string_view intent) const {
  static const LanguageTexts kNone;
  const IntentAnswers* answers = find(intent);
  return answers ? answers->texts : kNone;
}

std::vector<Slot> Answers::slots(std::string_view intent) const {
  const IntentAnswers* answers = find(intent);
  if (!answers) return {};
  std::vector<Slot> slots = answers->slots;
  for (const auto& [language, texts] : answers->texts) {
    for (const PlacedText& text : texts) {
      for (const std::string& name : template_slots(split_template(text.text, text.where))) {
        const Slot* slot = find_slot(*answers, name);
        if (slot && !find_slot_in(slots, name)) slots.push_back(*slot);
      }
    }
  }
  return slots;
}

std::vector<SlotQuestion> Answers::missing(std::string_view intent, const Slots& slots,
                                           std::string_view language) const {
  const IntentAnswers* answers = find(intent);
  if (!answers) return {};
  std::vector<SlotQuestion> questions;
  Slots known = slots;
  const auto ask = [&](const std::string& name) {
    const Slot* slot = find_slot(*answers, name);
    questions.push_back({name, question_text(slot ? *slot : Slot{name}, language)});
    known[name];
  };
  for (const Slot& slot : answers->slots) {
    if (slot.required && !known.contains(slot.name)) ask(slot.name);
  }
  const std::vector<PlacedText>& texts = texts_in(answers->texts, language);
  std::vector<std::vector<TemplatePart>> templates;
  for (const PlacedText& text : texts) templates.push_back(split_template(text.text, text.where));
  const bool fillable = std::any_of(templates.begin(), templates.end(),
                                    [&](const auto& parts) { return can_fill(parts, known); });
  if (fillable) return questions;
  for (const std::string& name : template_slots(templates.front())) {
    if (!known.contains(name)) ask(name);
  }
  return questions;
}

std::string Answers::fill(std::string_view intent, const Slots& slots, std::string_view language,
                          size_t variant) const {
  const IntentAnswers* answers = find(intent);
  if (!answers) {
    throw Error(ErrorCode::not_found,
                "intent '" + std::string(intent) + "' has no answer" + did_you_mean(intent, intents()));
  }
  std::vector<std::vector<TemplatePart>> usable;
  for (const PlacedText& text : texts_in(answers->texts, language)) {
    std::vector<TemplatePart> parts = split_template(text.text, text.where);
    if (can_fill(parts, slots)) usable.push_back(std::move(parts));
  }
  if (usable.empty()) {
    const std::vector<SlotQuestion> questions = missing(intent, slots, language);
    throw Error(ErrorCode::invalid_argument, "the answer to '" + std::string(intent) + "' needs the slot '" +
                                                 questions.front().slot +
                                                 "', which is not known; ask for it first");
  }
  std::string filled;
  for (const TemplatePart& part : usable[variant % usable.size()]) {
    filled += part.is_slot ? slots.at(part.text) : part.text;
  }
  return filled;
}

std::string Answers::handover(std::string_view language) const {
  return first_text(handover_, own_handover(), language);
}

std::string Answers::fallback(std::string_view language) const {
  return first_text(fallback_, own_fallback(), language);
}

void Answers::add_answer(const std::string& intent, const std::string& language, PlacedText text) {
  add_text(intent_answers(intent).texts, language, std::move(text));
}

void Answers::add_shared_slot(Slot slot) {
  if (!find_slot_in(shared_slots_, slot.name)) shared_slots_.push_back(std::move(slot));
}

void Answers::add_slot(const std::string& intent, Slot slot) {
  std::vector<Slot>& slots = intent_answers(intent).slots;
  if (!find_slot_in(slots, slot.name)) slots.push_back(std::move(slot));
}

void Answers::add_fallback(const std::string& language, PlacedText text) {
  add_text(fallback_, language, std::move(text));
}

void Answers::merge(const Answers& other) {
  for (const IntentAnswers& intent : other.answers_) {
    for (const auto& [language, texts] : intent.texts) {
      for (const PlacedText& text : texts) add_answer(intent.name, language, text);
    }
    for (const Slot& slot : intent.slots) add_slot(intent.name, slot);
  }
  for (const Slot& slot : other.shared_slots_) add_shared_slot(slot);
  if (handover_.empty()) handover_ = other.handover_;
  if (fallback_.empty()) fallback_ = other.fallback_;
}

void Answers::check() const {
  for (const IntentAnswers& answers : answers_) {
    for (const auto& [language, texts] : answers.texts) {
      for (const PlacedText& text : texts) {
        for (const std::string& name : template_slots(split_template(text.text, text.where))) {
          if (find_slot(answers, name)) continue;
          const std::vector<std::string> known = known_slots(answers);
          fail(text.where, "the answer to '" + answers.name + "' names the slot '" + name +
                               "', which is not declared" + did_you_mean(name, known) +
                               "; declared: " + (known.empty() ? "none" : data::listed(known)));
        }
      }
    }
  }
}

void Answers::check_intents(std::span<const std::string> known) const {
  for (const IntentAnswers& answers : answers_) {
    if (std::find(known.begin(), known.end(), answers.name) != known.end()) continue;
    const std::string where = answers.texts.empty() ? "answers" : answers.texts.front().second.front().where;
    fail(where, "an answer to the intent '" + answers.name + "', which no example has" +
                    did_you_mean(answers.name, known) + "; add examples of it or remove the answer");
  }
}

Json Answers::to_json() const {
  Json intents = Json::object();
  for (const IntentAnswers& answers : answers_) {
    if (answers.texts.empty()) continue;
    Json& entry = intents[answers.name] = Json{{"texts", language_texts_json(answers.texts)}};
    if (!answers.slots.empty()) entry["slots"] = slots_json(answers.slots);
  }
  Json json{{"version", 1}, {"answers", intents}};
  if (!shared_slots_.empty()) json["slots"] = slots_json(shared_slots_);
  if (!handover_.empty()) json["handover"] = language_texts_json(handover_);
  if (!fallback_.empty()) json["fallback"] = language_texts_json(fallback_);
  return json;
}

Answers::IntentAnswers& Answers::intent_answers(const std::string& name) {
  const auto found = std::find_if(answers_.begin(), answers_.end(),
                                  [&](const IntentAnswers& answers) { return answers.name == name; });
  if (found != answers_.end()) return *found;
  answers_.push_back({name, {}, {}});
  return answers_.back();
}

const Answers::IntentAnswers* Answers::find(std::string_view intent) const {
  for (const IntentAnswers& answers : answers_) {
    if (answers.name == intent && !answers.texts.empty()) return &answers;
  }
  return nullptr;
}

const Slot* Answers::find_slot(const IntentAnswers& answers, std::string_view name) const {
  const Slot* own = find_slot_in(answers.slots, name);
  return own ? own : find_slot_in(shared_slots_, name);
}

std::vector<std::string> Answers::known_slots(const IntentAnswers& answers) const {
  std::vector<std::string> names;
  for (const Slot& slot : answers.slots) names.push_back(slot.name);
  for (const Slot& slot : shared_slots_) {
    if (!find_slot_in(answers.slots, slot.name)) names.push_back(slot.name);
  }
  return names;
}

}  // namespace heed::apps::support
