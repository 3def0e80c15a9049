#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "apps/support/answers.h"

namespace heed::apps::support {

// A part of a text that names something: an amount, a date, an account.
struct MarkedEntity {
  int64_t start = 0, end = 0;  // code points of the text, end excluded
  std::string entity = {};
  std::string value = {};  // what it stands for; "": the part itself
  std::string role = {};   // "from", "to"; "": none
};

// What a customer might write, and what they want by it.
struct LabelledText {
  std::string text;
  std::string intent;
  std::vector<MarkedEntity> entities = {};  // by start; none overlap
  bool marked = false;                      // whether its source marks entities: none means that it has none
  std::string language = {};                // "en", "zh"
  std::string where = {};                   // "nlu.yml:12", for messages
};

struct PastTurn {
  enum class From { customer, agent, bot };
  From from = From::customer;
  std::string text;
  int64_t ts = 0;  // microseconds UTC; 0: unknown
};

// A conversation that a company has had, turns in order of time.
struct PastConversation {
  std::string id;
  std::vector<PastTurn> turns;
  std::string where = {};
};

// A passage of knowledge: what is quoted where no template answers.
struct KnowledgeRow {
  std::string id = {}, title = {}, text = {};
  std::vector<std::string> questions = {};  // other words in which it was asked for
  std::string source = {}, language = {};
};

// Everything that was imported.
struct Dataset {
  std::vector<LabelledText> examples = {};
  Answers answers = {};
  std::vector<PastConversation> conversations = {};
  std::vector<KnowledgeRow> knowledge = {};
  std::map<std::string, std::string> synonyms = {};  // as written, lower case -> what it stands for
  std::vector<std::string> notes = {};               // what was left out and why, "FILE:LINE: …"

  std::vector<std::string> intents() const;  // of the examples, sorted
};

struct ReadDatasetOptions {
  std::string text_column = {}, intent_column = {};  // "": by their usual names
};

// Reads files, and folders of them with what lies below (hidden files left out, in order of name): .csv .tsv
// .jsonl(.gz) by their columns or keys, .yml .yaml (Rasa 3), .json (answers.json).
//
//   text, intent [, language] [, entities]     examples; entities as JSON: [{"start", "end", "entity"}]
//     (an empty field: without any; where a table has "[]" for that: not looked at)
//   question, answer | title, text             knowledge [, source] [, language] [, id]
//   conversation, from, text [, ts] | turns    past conversations (conversations_reader.h)
//
// Throws as the readers do: file, line, field, expected, found, cure. At the end answers are checked against
// their slots and against the intents of the examples, where there are any.
Dataset read_dataset(const std::vector<std::string>& paths, const ReadDatasetOptions& options = {});

// The part of the text that it marks.
std::string part_of(std::string_view text, const MarkedEntity& entity);

// Entities as training reads them: [{"start": 0, "end": 4, "entity": "account", "value": "…"}]; "" where
// there are none.
std::string entities_json(const std::vector<MarkedEntity>& entities);
// The reverse. Throws corrupt_data "WHERE: …" on another shape, places outside the text or overlaps.
std::vector<MarkedEntity> parse_entities(const std::string& field, const std::string& text,
                                         const std::string& where);

}  // namespace heed::apps::support
