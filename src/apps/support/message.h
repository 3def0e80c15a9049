#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "infer/classifier.h"

// What a message becomes: what a model reads in it, what is decided, what is said.
namespace heed::apps::support {

enum class Sender { customer, heed, agent };
enum class Action { answer, ask, retrieve, handover };
enum class Priority { normal, urgent };

std::string_view to_string(Sender sender);
std::string_view to_string(Action action);
std::string_view to_string(Priority priority);

// What a decision rule says of one intent of a text.
struct IntentVerdict {
  std::string intent{};
  double probability = 0.0;
  double threshold = 1.0;  // from which on it is answered
  bool answer = false;
  std::string why{};
};

// A piece of a text that names something, places in code points.
struct Entity {
  std::string entity{}, value{};
  int64_t start = 0, end = 0;
  double confidence = 0.0;
};

struct PassageSentence {
  std::string text{};  // as the passage has it, without the white space behind it
  int64_t start = 0, end = 0;
  double weight = 0.0;  // its share of the question's attention over all sentences
};

// A piece of the company's own knowledge.
struct Passage {
  std::string id{}, title{}, source{}, text{};
  double score = 0.0;
  std::vector<PassageSentence> sentences = {};
};

// Code points [start, end) of a passage's text that an answer repeats.
struct Citation {
  std::string passage{};
  int64_t start = 0, end = 0;
};

// What a person may answer with; `from`: "intent:NAME" or "passage:ID".
struct Suggestion {
  std::string text{}, from{};
  double score = 0.0;
};

struct Handover {
  std::string reason{}, summary{};
  std::vector<Suggestion> suggestions{};
};

// What the model reads in one text: a message or a part of it.
struct Reading {
  std::string text{};
  infer::HeadResult intent{};         // all labels, most likely first
  std::vector<std::string> pieces{};  // of the tokenizer, </s> last
  std::vector<float> vector = {};     // of length 1, or empty where the model gave none
  std::vector<Entity> entities = {};  // empty where it has no tagger
};

Json to_json(const IntentVerdict& verdict);  // {"intent", "probability", "threshold", "answered"}
Json to_json(const Entity& entity);
Json to_json(const Passage& passage);
Json to_json(const Citation& citation);
Json to_json(const Suggestion& suggestion);

template <class T>
Json list_json(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace heed::apps::support
