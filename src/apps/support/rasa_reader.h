#pragma once

#include <string>
#include <utility>
#include <vector>

#include "apps/support/dataset.h"
#include "apps/support/yaml_tree.h"

namespace heed::apps::support {

// What the files of a Rasa 3 project (or 2) say: examples in one, responses in another, what follows what in
// a third. They are put together when all are read.
class RasaProject {
 public:
  // Whether a YAML file has a part that training looks at (nlu, responses, slots, rules, …).
  static bool knows(const YamlNode& root);

  // Takes a file in. Throws corrupt_data "FILE:LINE: …": a key that is none (with the nearest), a part of
  // another shape, a broken mark, a version that is not 3 or 2.
  void read(const YamlNode& root, const std::string& file);

  // Adds examples, synonyms and answers. An intent is answered by the response that follows it in a rule,
  // else in a story, else by the response of its name (utter_greet of greet, utter_faq/hours of faq/hours). A
  // slot is asked for by utter_ask_SLOT. What training does not use stands in the notes.
  void finish(Dataset& dataset) const;

 private:
  struct Response {
    std::string name;
    std::vector<PlacedText> texts;
    std::string where;
  };
  struct Place {
    std::string name, where;
  };
  struct Link {
    std::string intent, response;
  };

  void read_nlu(const YamlNode& list, const std::string& file);
  void read_responses(const YamlNode& map, const std::string& file);
  void read_intents(const YamlNode& list, const std::string& file);
  void read_slots(const YamlNode& map, const std::string& file);
  void read_paths(const YamlNode& list, std::vector<Link>& links, const std::string& file);
  const Response* find(const std::string& name) const;
  // The response to each intent, and the names of those that answer one.
  void answer_intents(Dataset& dataset, std::vector<std::string>& used) const;
  void declare_slots(Dataset& dataset, std::vector<std::string>& used) const;
  void note_unused(Dataset& dataset, const std::vector<std::string>& used) const;

  std::vector<LabelledText> examples_;
  std::vector<Response> responses_;
  std::vector<Place> intents_;  // of the domain
  std::vector<Slot> slots_;
  std::vector<Link> rules_, stories_;
  std::map<std::string, std::string> synonyms_;
  std::vector<std::string> notes_;
};

}  // namespace heed::apps::support
