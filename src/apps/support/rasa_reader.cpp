#include "apps/support/rasa_reader.h"

#include <algorithm>
#include <array>
#include <functional>

#include "apps/support/rasa_text.h"
#include "base/nearest.h"
#include "data/place.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

using Kind = YamlNode::Kind;

// Parts that say something to us, and those of a Rasa project that do not.
const std::vector<std::string>& read_parts() {
  static const std::vector<std::string> kParts = {"nlu", "responses", "intents", "slots", "rules", "stories"};
  return kParts;
}
const std::vector<std::string>& other_parts() {
  static const std::vector<std::string> kParts = {
      "version",  "entities", "forms",    "actions",  "e2e_actions",  "session_config", "config",
      "language", "recipe",   "pipeline", "policies", "assistant_id", "imports",        "importers"};
  return kParts;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string place(const std::string& file, int64_t line) { return file + ":" + std::to_string(line); }

void expect(const YamlNode& node, Kind kind, const std::string& what, const std::string& file) {
  if (node.kind == kind) return;
  data::fail_at(file, node.line,
                "expected " + std::string(to_string(kind)) + " " + what + ", found " +
                    std::string(to_string(node.kind)));
}

void check_keys(const YamlNode& map, const std::vector<std::string>& known, const std::string& what,
                const std::string& file) {
  for (size_t i = 0; i < map.keys.size(); ++i) {
    if (holds(known, map.keys[i])) continue;
    data::fail_at(file, map.key_lines[i],
                  "unknown key '" + map.keys[i] + "' " + what + did_you_mean(map.keys[i], known) +
                      "; known: " + data::listed(known));
  }
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// What follows "- " on each line of a block, and the line it stands on.
using TakeLine = std::function<void(std::string_view text, int64_t line)>;

void for_each_line(const YamlNode& block, const std::string& file, const TakeLine& take) {
  int64_t line = block.line;
  std::string_view rest = block.text;
  const bool is_block = block.text.find('\n') != std::string::npos;
  while (!rest.empty()) {
    if (is_block) ++line;
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view item = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (item.empty() || item == "-") continue;
    if (item.substr(0, 2) != "- ") {
      data::fail_at(file, line, "expected an example '- text', found " + data::shown(item));
    }
    take(trim(item.substr(2)), line);
  }
}

// "examples: |", or a list of texts or of {text: …}.
void for_each_example(const YamlNode& examples, const std::string& file, const TakeLine& take) {
  if (examples.kind == Kind::null) return;
  if (examples.kind == Kind::text) {
    for_each_line(examples, file, take);
    return;
  }
  expect(examples, Kind::list, "of examples, or a block '|'", file);
  for (const YamlNode& item : examples.items) {
    const YamlNode* text = item.kind == Kind::map ? item.find("text") : &item;
    if (!text) data::fail_at(file, item.line, "an example without 'text'");
    expect(*text, Kind::text, "as example", file);
    if (const std::string_view one = trim(text->text); !one.empty()) take(one, text->line);
  }
}

// An intent of a domain is a name, or a name with options.
std::string name_of(const YamlNode& item, const std::string& file) {
  if (item.kind == Kind::map && item.keys.size() == 1) return item.keys[0];
  expect(item, Kind::text, "as name", file);
  return item.text;
}

std::string entity_of(const YamlNode& slot) {
  const YamlNode* mappings = slot.find("mappings");
  if (!mappings) return "";
  for (const YamlNode& mapping : mappings->items) {
    const YamlNode* entity = mapping.find("entity");
    if (entity && entity->kind == Kind::text) return entity->text;
  }
  return "";
}

// What a step of a rule or story names, "" where it is another kind of step.
std::string step_text(const YamlNode& step, std::string_view key) {
  const YamlNode* value = step.find(key);
  return value && value->kind == Kind::text ? value->text : "";
}

std::string file_of(const std::string& where) { return where.substr(0, where.rfind(':')); }

// Those with an entity: whoever wrote them looked for entities in every example.
std::vector<std::string> marking_files(const std::vector<LabelledText>& examples) {
  std::vector<std::string> files;
  for (const LabelledText& example : examples) {
    const std::string file = file_of(example.where);
    if (!example.entities.empty() && !holds(files, file)) files.push_back(file);
  }
  return files;
}

bool ends_with_slot(const std::string& name, const std::string& slot) {
  const std::string ask = "utter_ask_";
  if (name.rfind(ask, 0) != 0) return false;
  const std::string rest = name.substr(ask.size());
  return rest == slot || (rest.size() > slot.size() + 1 && rest.ends_with("_" + slot));
}

}  // namespace

bool RasaProject::knows(const YamlNode& root) {
  return std::any_of(root.keys.begin(), root.keys.end(),
                     [](const std::string& key) { return holds(read_parts(), key); });
}

void RasaProject::read(const YamlNode& root, const std::string& file) {
  expect(root, Kind::map, "of Rasa's parts (nlu, responses, …)", file);
  std::vector<std::string> known = read_parts();
  known.insert(known.end(), other_parts().begin(), other_parts().end());
  check_keys(root, known, "at the top", file);
  if (const YamlNode* version = root.find("version")) {
    if (version->text.rfind("3", 0) != 0 && version->text.rfind("2", 0) != 0) {
      data::fail_at(file, version->line, "expected version \"3.1\", found " + data::shown(version->text));
    }
  }
  const auto part = [&](const char* name, Kind kind, auto read) {
    const YamlNode* node = root.find(name);
    if (!node || node->kind == Kind::null) return;
    expect(*node, kind, std::string("under '") + name + "'", file);
    read(*node);
  };
  part("nlu", Kind::list, [&](const YamlNode& node) { read_nlu(node, file); });
  part("responses", Kind::map, [&](const YamlNode& node) { read_responses(node, file); });
  part("intents", Kind::list, [&](const YamlNode& node) { read_intents(node, file); });
  part("slots", Kind::map, [&](const YamlNode& node) { read_slots(node, file); });
  part("rules", Kind::list, [&](const YamlNode& node) { read_paths(node, rules_, file); });
  part("stories", Kind::list, [&](const YamlNode& node) { read_paths(node, stories_, file); });
}

void RasaProject::read_nlu(const YamlNode& list, const std::string& file) {
  static const std::vector<std::string> kKeys = {"intent", "synonym",  "regex",
                                                 "lookup", "examples", "metadata"};
  static const YamlNode kNone;
  for (const YamlNode& item : list.items) {
    expect(item, Kind::map, "with 'intent' and 'examples'", file);
    check_keys(item, kKeys, "under 'nlu'", file);
    const YamlNode* examples = item.find("examples");
    if (!examples) examples = &kNone;
    if (const YamlNode* intent = item.find("intent")) {
      expect(*intent, Kind::text, "as intent", file);
      for_each_example(*examples, file, [&](std::string_view text, int64_t line) {
        RasaText parsed = parse_rasa_text(text, place(file, line));
        examples_.push_back({.text = parsed.text,
                             .intent = intent->text,
                             .entities = parsed.entities,
                             .language = language_of(parsed.text, "en"),
                             .where = place(file, line)});
      });
    } else if (const YamlNode* synonym = item.find("synonym")) {
      expect(*synonym, Kind::text, "as synonym", file);
      for_each_example(*examples, file, [&](std::string_view text, int64_t) {
        synonyms_.try_emplace(normalise(text, {.lowercase = true}), synonym->text);
      });
    } else if (item.find("regex") || item.find("lookup")) {
      const char* kind = item.find("regex") ? "regex" : "lookup";
      notes_.push_back(place(file, item.line) + ": the " + kind + " '" + item.find(kind)->text +
                       "' is not read: entities are learned from the examples");
    } else {
      data::fail_at(file, item.line,
                    "expected 'intent', 'synonym', 'regex' or 'lookup' beside 'examples', found none");
    }
  }
}

void RasaProject::read_responses(const YamlNode& map, const std::string& file) {
  for (size_t i = 0; i < map.keys.size(); ++i) {
    const YamlNode& list = map.items[i];
    Response response{map.keys[i], {}, place(file, map.key_lines[i])};
    expect(list, Kind::list, "of texts under '" + response.name + "'", file);
    for (const YamlNode& item : list.items) {
      const YamlNode* text = item.kind == Kind::map ? item.find("text") : &item;
      if (!text || text->kind != Kind::text) continue;
      response.texts.push_back({std::string(trim(text->text)), place(file, text->line)});
    }
    if (const Response* before = find(response.name)) {
      data::fail_at(file, map.key_lines[i],
                    "the response '" + response.name + "' stands twice, first in " + before->where);
    }
    if (response.texts.empty())
      notes_.push_back(response.where + ": '" + response.name + "' has no text: left out");
    responses_.push_back(std::move(response));
  }
}

void RasaProject::read_intents(const YamlNode& list, const std::string& file) {
  for (const YamlNode& item : list.items) intents_.push_back({name_of(item, file), place(file, item.line)});
}

void RasaProject::read_slots(const YamlNode& map, const std::string& file) {
  for (size_t i = 0; i < map.keys.size(); ++i) {
    const YamlNode& slot = map.items[i];
    if (slot.kind != Kind::null) expect(slot, Kind::map, "under the slot '" + map.keys[i] + "'", file);
    slots_.push_back({.name = map.keys[i],
                      .required = false,
                      .entity = entity_of(slot),
                      .where = place(file, map.key_lines[i])});
  }
}

void RasaProject::read_paths(const YamlNode& list, std::vector<Link>& links, const std::string& file) {
  for (const YamlNode& path : list.items) {
    expect(path, Kind::map, "with 'steps'", file);
    const YamlNode* steps = path.find("steps");
    if (!steps) continue;
    std::string intent;
    for (const YamlNode& step : steps->items) {
      if (const std::string said = step_text(step, "intent"); !said.empty()) intent = said;
      const std::string action = step_text(step, "action");
      if (intent.empty() || action.rfind("utter_", 0) != 0) continue;
      links.push_back({intent, action});
      intent.clear();
    }
  }
}

const RasaProject::Response* RasaProject::find(const std::string& name) const {
  const auto found = std::find_if(responses_.begin(), responses_.end(),
                                  [&](const Response& response) { return response.name == name; });
  return found == responses_.end() ? nullptr : &*found;
}

void RasaProject::answer_intents(Dataset& dataset, std::vector<std::string>& used) const {
  Answers answers;
  const auto answer = [&](const std::string& intent, const std::string& name) {
    const Response* response = find(name);
    if (!response || response->texts.empty() || answers.has(intent)) return;
    for (const PlacedText& text : response->texts)
      answers.add_answer(intent, language_of(text.text, "en"), text);
    used.push_back(name);
  };
  for (const Link& link : rules_) answer(link.intent, link.response);
  for (const Link& link : stories_) answer(link.intent, link.response);
  std::vector<std::string> names;
  for (const LabelledText& example : examples_) {
    if (names.empty() || names.back() != example.intent) names.push_back(example.intent);
  }
  for (const std::string& intent : names) answer(intent, "utter_" + intent);
  for (const char* name : {"utter_default", "utter_fallback", "utter_please_rephrase"}) {
    const Response* response = find(name);
    if (!response) continue;
    for (const PlacedText& text : response->texts) answers.add_fallback(language_of(text.text, "en"), text);
    used.emplace_back(name);
  }
  dataset.answers.merge(answers);
}

void RasaProject::declare_slots(Dataset& dataset, std::vector<std::string>& used) const {
  for (Slot slot : slots_) {
    for (const Response& response : responses_) {
      if (!ends_with_slot(response.name, slot.name)) continue;
      for (const PlacedText& text : response.texts) add_text(slot.ask, language_of(text.text, "en"), text);
      used.push_back(response.name);
    }
    dataset.answers.add_shared_slot(std::move(slot));
  }
}

void RasaProject::note_unused(Dataset& dataset, const std::vector<std::string>& used) const {
  for (const Response& response : responses_) {
    if (response.texts.empty() || holds(used, response.name)) continue;
    dataset.notes.push_back(response.where + ": '" + response.name + "' answers no intent: left out");
  }
  std::vector<std::string> exampled, declared;
  for (const LabelledText& example : examples_) {
    if (exampled.empty() || exampled.back() != example.intent) exampled.push_back(example.intent);
  }
  const auto same = [](const std::string& name, const std::string& other) {
    return name == other || other.rfind(name + "/", 0) == 0;  // "faq" declares "faq/hours"
  };
  for (const Place& intent : intents_) {
    declared.push_back(intent.name);
    if (std::any_of(exampled.begin(), exampled.end(),
                    [&](const auto& name) { return same(intent.name, name); }))
      continue;
    dataset.notes.push_back(intent.where + ": the intent '" + intent.name + "' has no examples: left out" +
                            did_you_mean(intent.name, exampled));
  }
  if (intents_.empty()) return;
  std::sort(exampled.begin(), exampled.end());
  exampled.erase(std::unique(exampled.begin(), exampled.end()), exampled.end());
  for (const std::string& name : exampled) {
    if (std::any_of(declared.begin(), declared.end(), [&](const auto& intent) { return same(intent, name); }))
      continue;
    dataset.notes.push_back("the intent '" + name + "' has examples, yet no domain declares it" +
                            did_you_mean(name, declared));
  }
}

void RasaProject::finish(Dataset& dataset) const {
  std::vector<std::string> used;
  answer_intents(dataset, used);
  declare_slots(dataset, used);
  dataset.notes.insert(dataset.notes.end(), notes_.begin(), notes_.end());
  note_unused(dataset, used);
  const std::vector<std::string> marking = marking_files(examples_);
  for (LabelledText example : examples_) {
    example.marked = holds(marking, file_of(example.where));
    for (MarkedEntity& entity : example.entities) {
      const std::string said = entity.value.empty() ? part_of(example.text, entity) : entity.value;
      const auto synonym = synonyms_.find(normalise(said, {.lowercase = true}));
      if (synonym != synonyms_.end()) entity.value = synonym->second;
    }
    dataset.examples.push_back(std::move(example));
  }
  dataset.synonyms.insert(synonyms_.begin(), synonyms_.end());
}

}  // namespace heed::apps::support
