#include <algorithm>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/support/data_report.h"
#include "data/place.h"

namespace heed::apps::support {
namespace {

constexpr size_t kTextBytes = 90;

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

// Writes a kind of problem: a heading, some cases, how many are not shown, what to do.
class Section {
 public:
  Section(std::string& text, const std::string& heading, size_t count, size_t most)
      : text_(text), left_(count), room_(most) {
    text_ += "\n" + bold(heading) + "\n";
  }
  // False where no room is left.
  bool add(const std::string& line) {
    if (room_ == 0) return false;
    --room_;
    --left_;
    text_ += "  " + line + "\n";
    return true;
  }
  void close(const std::string& cure) {
    if (left_ > 0) text_ += fmt::format("  … and {} more (--all shows them)\n", left_);
    text_ += dim("  -> " + cure) + "\n";
  }

 private:
  std::string& text_;
  size_t left_, room_;
};

std::string place_of(const LabelledText& example) {
  return fmt::format("{}: {} {}", example.where, example.intent, data::shown(example.text, kTextBytes));
}

std::string counted(const std::map<std::string, int64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  return text;
}

std::string summary(const DataReport& report, const Dataset& dataset) {
  std::string text = fmt::format("{} examples of {} intents", dataset.examples.size(), report.intents.size());
  if (!report.languages.empty()) text += "; languages: " + counted(report.languages);
  text += "\n";
  if (!report.intents.empty()) {
    const auto by_count = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto [least, most] = std::minmax_element(report.intents.begin(), report.intents.end(), by_count);
    text += fmt::format("examples an intent: {} ({}) to {} ({}), the largest {} times the median\n",
                        least->second, least->first, most->second, most->first, fixed(report.imbalance(), 1));
  }
  if (!report.entities.empty()) text += "entities: " + counted(report.entities) + "\n";
  if (!dataset.answers.empty())
    text += fmt::format("answers: to {} intents\n", dataset.answers.intents().size());
  if (!dataset.knowledge.empty()) text += fmt::format("knowledge: {} passages\n", dataset.knowledge.size());
  if (report.duplicates > 0)
    text += fmt::format("said twice: {} examples equal one of their intent\n", report.duplicates);
  if (report.accuracy) {
    text += fmt::format(
        "a linear model that has not seen an example gets {} right (macro-F1 {}); training is to beat that\n",
        percent(*report.accuracy), percent(*report.macro_f1));
  }
  return text;
}

void add_contradictions(std::string& text, const DataReport& report, const Dataset& dataset, size_t most) {
  if (report.contradictions.empty()) return;
  Section section(
      text, fmt::format("Contradictory labels: {} texts have several intents", report.contradictions.size()),
      report.contradictions.size(), most);
  for (const auto& each : report.contradictions) {
    std::string line = data::shown(each.text, kTextBytes) + ":";
    for (const size_t i : each.examples) {
      line += fmt::format(" {} ({})", dataset.examples[i].intent, dataset.examples[i].where);
    }
    if (!section.add(line)) break;
  }
  section.close("no model can be right on all of these: keep one label of each text");
}

void add_mislabelled(std::string& text, const DataReport& report, const Dataset& dataset, size_t most) {
  if (report.mislabelled.empty()) return;
  Section section(
      text,
      fmt::format("Likely mislabelled: {} examples look like another intent", report.mislabelled.size()),
      report.mislabelled.size(), most);
  for (const auto& each : report.mislabelled) {
    if (!section.add(fmt::format("{}; looks like {} ({} to {})", place_of(dataset.examples[each.example]),
                                 each.looks_like, fixed(each.predicted_probability, 2),
                                 fixed(each.given_probability, 2)))) {
      break;
    }
  }
  section.close("read them, the surest come first: mend the label, or keep it where it is right");
}

void add_near(std::string& text, const DataReport& report, const Dataset& dataset, size_t most) {
  if (report.near.empty()) return;
  Section section(text, fmt::format("Near-duplicates across intents: {} pairs", report.near.size()),
                  report.near.size(), most);
  for (const auto& each : report.near) {
    if (!section.add(fmt::format("{} like {}", place_of(dataset.examples[each.first]),
                                 place_of(dataset.examples[each.second])))) {
      break;
    }
  }
  section.close(
      "one of the two labels is often wrong; where both are right, these words decide, so give more such "
      "pairs");
}

void add_confusions(std::string& text, const DataReport& report, size_t most) {
  if (report.confusions.empty()) return;
  Section section(text, "Intents that are taken for each other", report.confusions.size(), most);
  for (const auto& each : report.confusions) {
    if (!section.add(fmt::format("{} and {}: {} examples, {}", each.first, each.second, each.count,
                                 percent(each.share))))
      break;
  }
  section.close("where the answer is the same, make them one intent; else add examples that tell them apart");
}

void add_intents(std::string& text, const DataReport& report, size_t most) {
  if (!report.small.empty()) {
    Section section(text, fmt::format("Small intents: {}", report.small.size()), report.small.size(), most);
    for (const std::string& intent : report.small) {
      if (!section.add(fmt::format("{}: {} examples", intent, report.intents.at(intent)))) break;
    }
    section.close("ten different wordings are a start; or answer them from knowledge instead");
  }
  if (!report.one_language.empty()) {
    Section section(text, "Intents without examples in a language", report.one_language.size(), most);
    for (const auto& [intent, language] : report.one_language) {
      if (!section.add(intent + ": none in " + language)) break;
    }
    section.close("customers will ask in it: add examples, or expect these to be handed over");
  }
  if (!report.unanswered.empty()) {
    Section section(text, fmt::format("Intents without an answer: {}", report.unanswered.size()),
                    report.unanswered.size(), most);
    for (const std::string& intent : report.unanswered) {
      if (!section.add(intent)) break;
    }
    section.close("they are looked up in the knowledge, then handed over; answers.json holds the templates");
  }
}

void add_unmarked(std::string& text, const DataReport& report, const Dataset& dataset, size_t most) {
  if (report.unmarked.empty()) return;
  Section section(text, "Entities marked in some examples only", report.unmarked.size(), most);
  for (const auto& each : report.unmarked) {
    if (!section.add(fmt::format("{} is {} {} times, and bare in {}, the first {}", data::shown(each.part),
                                 each.entity, each.marked, each.bare.size(),
                                 place_of(dataset.examples[each.bare[0]])))) {
      break;
    }
  }
  section.close("mark all or none: a tagger learns the bare ones as no entity");
}

Json example_json(const LabelledText& example) {
  return {{"where", example.where}, {"intent", example.intent}, {"text", example.text}};
}

}  // namespace

std::string to_text(const DataReport& report, const Dataset& dataset, size_t most) {
  std::string text = summary(report, dataset);
  add_contradictions(text, report, dataset, most);
  add_mislabelled(text, report, dataset, most);
  add_near(text, report, dataset, most);
  add_confusions(text, report, most);
  add_intents(text, report, most);
  add_unmarked(text, report, dataset, most);
  if (!dataset.notes.empty()) {
    Section section(text, "Left out", dataset.notes.size(), most);
    for (const std::string& note : dataset.notes) {
      if (!section.add(note)) break;
    }
    section.close("nothing to do where that was meant");
  }
  return text;
}

Json to_json(const DataReport& report, const Dataset& dataset) {
  Json json{{"examples", dataset.examples.size()},
            {"intents", report.intents},
            {"languages", report.languages},
            {"entities", report.entities},
            {"answers", dataset.answers.intents().size()},
            {"knowledge", dataset.knowledge.size()},
            {"duplicates", report.duplicates},
            {"imbalance", report.imbalance()},
            {"small", report.small},
            {"unanswered", report.unanswered}};
  if (report.accuracy)
    json["cross_validated"] = {{"accuracy", *report.accuracy}, {"macro_f1", *report.macro_f1}};
  json["contradictions"] = Json::array();
  for (const auto& each : report.contradictions) {
    Json& item = json["contradictions"].emplace_back(Json{{"text", each.text}, {"examples", Json::array()}});
    for (const size_t i : each.examples) item["examples"].push_back(example_json(dataset.examples[i]));
  }
  json["mislabelled"] = Json::array();
  for (const auto& each : report.mislabelled) {
    Json item = example_json(dataset.examples[each.example]);
    item["looks_like"] = each.looks_like;
    item["probability"] = rounded(each.predicted_probability);
    item["given_probability"] = rounded(each.given_probability);
    json["mislabelled"].push_back(std::move(item));
  }
  json["near_duplicates"] = Json::array();
  for (const auto& each : report.near) {
    json["near_duplicates"].push_back(
        {{"similarity", rounded(each.similarity)},
         {"examples",
          {example_json(dataset.examples[each.first]), example_json(dataset.examples[each.second])}}});
  }
  json["confusions"] = Json::array();
  for (const auto& each : report.confusions) {
    json["confusions"].push_back(
        {{"intents", {each.first, each.second}}, {"count", each.count}, {"share", rounded(each.share)}});
  }
  json["one_language"] = Json::array();
  for (const auto& [intent, language] : report.one_language) {
    json["one_language"].push_back({{"intent", intent}, {"lacks", language}});
  }
  json["unmarked"] = Json::array();
  for (const auto& each : report.unmarked) {
    Json& item = json["unmarked"].emplace_back(
        Json{{"part", each.part}, {"entity", each.entity}, {"marked", each.marked}, {"bare", Json::array()}});
    for (const size_t i : each.bare) item["bare"].push_back(example_json(dataset.examples[i]));
  }
  json["notes"] = dataset.notes;
  return json;
}

}  // namespace heed::apps::support
