#include "apps/support/message.h"

namespace heed::apps::support {

std::string_view to_string(Sender sender) {
  switch (sender) {
    case Sender::customer:
      return "customer";
    case Sender::heed:
      return "heed";
    case Sender::agent:
      return "agent";
  }
  return "heed";
}

std::string_view to_string(Action action) {
  switch (action) {
    case Action::answer:
      return "answer";
    case Action::ask:
      return "ask";
    case Action::retrieve:
      return "retrieve";
    case Action::handover:
      return "handover";
  }
  return "handover";
}

std::string_view to_string(Priority priority) { return priority == Priority::urgent ? "urgent" : "normal"; }

Json to_json(const IntentVerdict& verdict) {
  return {{"intent", verdict.intent},
          {"probability", rounded(verdict.probability)},
          {"threshold", rounded(verdict.threshold)},
          {"answered", verdict.answer}};
}

Json to_json(const Entity& entity) {
  return {{"entity", entity.entity},
          {"value", entity.value},
          {"start", entity.start},
          {"end", entity.end},
          {"confidence", rounded(entity.confidence)}};
}

Json to_json(const Passage& passage) {
  Json sentences = Json::array();
  for (const PassageSentence& sentence : passage.sentences)
    sentences.push_back({{"text", sentence.text},
                         {"start", sentence.start},
                         {"end", sentence.end},
                         {"weight", rounded(sentence.weight)}});
  return {{"id", passage.id},     {"title", passage.title},          {"source", passage.source},
          {"text", passage.text}, {"score", rounded(passage.score)}, {"sentences", std::move(sentences)}};
}

Json to_json(const Citation& citation) {
  return {{"passage", citation.passage}, {"start", citation.start}, {"end", citation.end}};
}

Json to_json(const Suggestion& suggestion) {
  return {{"text", suggestion.text}, {"from", suggestion.from}, {"score", rounded(suggestion.score)}};
}

}  // namespace heed::apps::support
