#include "apps/support/dataset.h"

#include <algorithm>
#include <set>

#include "apps/support/conversations_reader.h"
#include "apps/support/question_pairs.h"
#include "apps/support/rasa_reader.h"
#include "apps/support/table_source.h"
#include "apps/support/write_dataset.h"
#include "apps/support/yaml_tree.h"
#include "base/error.h"
#include "base/files.h"
#include "data/gzip.h"
#include "data/place.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

constexpr uint64_t kMaxConversationsBytes = uint64_t{1} << 30;

// Byte offset of code point `number` of valid UTF-8.
size_t offset_of(std::string_view text, int64_t number) {
  size_t at = 0;
  for (; at < text.size() && number > 0; --number) {
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
  }
  return at;
}

std::string ending_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return ending == ".gz" ? ending_of(path.stem()) : ending;
}

bool is_readable_ending(const std::string& ending) {
  static const std::set<std::string> kEndings = {".csv", ".tsv",  ".jsonl", ".ndjson",
                                                 ".yml", ".yaml", ".json"};
  return kEndings.contains(ending);
}

bool is_hidden(const std::filesystem::path& path) { return path.filename().string().rfind('.', 0) == 0; }

// The files of a folder and of those below it, in order of name.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  auto walk = std::filesystem::recursive_directory_iterator(folder);
  for (const auto& entry : walk) {
    if (is_hidden(entry.path())) {
      if (entry.is_directory()) walk.disable_recursion_pending();
      continue;
    }
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Reads one file after the other into a data set.
class Collector {
 public:
  explicit Collector(const ReadDatasetOptions& options) : options_(options) {}

  // `asked`: named by the user, so that a file that says nothing to us is an error; else it is a note.
  void read(const std::filesystem::path& path, bool asked) {
    const std::string ending = ending_of(path);
    if (!is_readable_ending(ending)) {
      leave_out(path, asked, "expected .csv, .tsv, .jsonl, .yml or answers.json, found another ending");
    } else if (ending == ".yml" || ending == ".yaml") {
      read_yaml(path, asked);
    } else if (ending == ".json") {
      read_json(path, asked);
    } else {
      read_rows(path, ending);
    }
  }

  Dataset finish() && {
    rasa_.finish(dataset_);
    const QuestionPairs pairs = question_pairs(dataset_.conversations);
    for (KnowledgeRow& row : knowledge_of(pairs.pairs)) dataset_.knowledge.push_back(std::move(row));
    if (!dataset_.conversations.empty()) {
      dataset_.notes.push_back(std::to_string(dataset_.conversations.size()) + " conversations gave " +
                               std::to_string(pairs.pairs.size()) +
                               " questions with an answer; left out: " + std::to_string(pairs.too_short) +
                               " too short, " + std::to_string(pairs.private_ones) +
                               " with an address or a long number that may be one customer's own");
    }
    make_ids_unique();
    dataset_.answers.check();
    const std::vector<std::string> intents = dataset_.intents();
    if (!intents.empty()) dataset_.answers.check_intents(intents);
    return std::move(dataset_);
  }

 private:
  void leave_out(const std::filesystem::path& path, bool asked, const std::string& why) {
    if (asked) throw Error(ErrorCode::invalid_argument, path.string() + ": " + why);
    dataset_.notes.push_back(path.string() + ": left out: " + why);
  }

  // Two files of one name in different folders.
  void make_ids_unique() {
    std::set<std::string> ids;
    for (KnowledgeRow& row : dataset_.knowledge) {
      const std::string id = row.id;
      for (int number = 2; !ids.insert(row.id).second; ++number)
        row.id = id + " (" + std::to_string(number) + ")";
    }
  }

  void read_yaml(const std::filesystem::path& path, bool asked) {
    const YamlNode root = parse_yaml(read_file(path, kMaxYamlBytes), path.string());
    if (RasaProject::knows(root)) {
      rasa_.read(root, path.string());
    } else {
      leave_out(path, asked,
                "expected a part of a Rasa project (nlu, responses, intents, slots, rules), found none");
    }
  }

  void read_json(const std::filesystem::path& path, bool asked) {
    const Json json = read_json_file(path);
    if (json.is_object() && json.contains("answers")) {
      dataset_.answers.merge(Answers::load(path));
    } else if (path.filename() == kSynonymsFile) {
      for (const auto& [written, meant] : json.items()) {
        dataset_.synonyms[written] = json_field<std::string>(json, written, path.string());
      }
    } else {
      leave_out(path, asked,
                "expected answers.json with a key 'answers', found none; rows go into .jsonl or .csv");
    }
  }

  void read_rows(const std::filesystem::path& path, const std::string& ending) {
    if (ending == ".jsonl" || ending == ".ndjson") {
      std::string text = read_file(path, kMaxConversationsBytes);
      if (data::is_gzip(text)) text = data::gunzip(text, kMaxConversationsBytes, path.string());
      if (holds_conversations(text)) {
        for (auto& conversation : read_conversations(text, path.string())) {
          dataset_.conversations.push_back(std::move(conversation));
        }
        return;
      }
    }
    if (path.filename() == kPairsFile || path.filename() == kEntitiesFile)
      return;  // made of what else is in the folder
    add_table(data::read_table(path), options_.text_column, options_.intent_column, dataset_);
  }

  const ReadDatasetOptions& options_;
  Dataset dataset_;
  RasaProject rasa_;
};

[[noreturn]] void fail(const std::string& where, const std::string& found) {
  throw Error(
      ErrorCode::corrupt_data,
      where + R"(: expected entities as [{"start": 0, "end": 4, "entity": "account"}], found )" + found);
}

}  // namespace

std::vector<std::string> Dataset::intents() const {
  std::set<std::string> names;
  for (const LabelledText& example : examples) names.insert(example.intent);
  return {names.begin(), names.end()};
}

Dataset read_dataset(const std::vector<std::string>& paths, const ReadDatasetOptions& options) {
  Collector collector(options);
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      collector.read(path, true);
      continue;
    }
    for (const std::filesystem::path& file : files_below(path)) collector.read(file, false);
  }
  return std::move(collector).finish();
}

std::string part_of(std::string_view text, const MarkedEntity& entity) {
  const size_t begin = offset_of(text, entity.start);
  return std::string(text.substr(begin, offset_of(text, entity.end) - begin));
}

std::string entities_json(const std::vector<MarkedEntity>& entities) {
  if (entities.empty()) return "";
  Json json = Json::array();
  for (const MarkedEntity& entity : entities) {
    Json& item =
        json.emplace_back(Json{{"start", entity.start}, {"end", entity.end}, {"entity", entity.entity}});
    if (!entity.value.empty()) item["value"] = entity.value;
    if (!entity.role.empty()) item["role"] = entity.role;
  }
  return json.dump();
}

std::vector<MarkedEntity> parse_entities(const std::string& field, const std::string& text,
                                         const std::string& where) {
  std::vector<MarkedEntity> entities;
  if (field.empty()) return entities;
  const Json json = parse_json(field, where, 4, "or leave the field empty");
  if (!json.is_array()) fail(where, std::string("a JSON ") + json.type_name());
  const int64_t length = count_characters(text);
  for (const Json& item : json) {
    if (!item.is_object()) fail(where, std::string("a JSON ") + item.type_name() + " in it");
    MarkedEntity entity{json_field<int64_t>(item, "start", where), json_field<int64_t>(item, "end", where),
                        json_field<std::string>(item, "entity", where),
                        json_field<std::string>(item, "value", where, ""),
                        json_field<std::string>(item, "role", where, "")};
    if (entity.start < 0 || entity.start >= entity.end || entity.end > length) {
      fail(where, "the place " + std::to_string(entity.start) + " to " + std::to_string(entity.end) +
                      " of a text of " + std::to_string(length) + " characters");
    }
    entities.push_back(std::move(entity));
  }
  std::ranges::sort(entities, {}, &MarkedEntity::start);
  for (size_t i = 1; i < entities.size(); ++i) {
    if (entities[i].start < entities[i - 1].end) fail(where, "two that overlap");
  }
  return entities;
}

}  // namespace heed::apps::support
