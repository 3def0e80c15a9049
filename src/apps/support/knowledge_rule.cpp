#include "apps/support/knowledge_rule.h"

#include "apps/support/logistic_json.h"
#include "base/error.h"

namespace heed::apps::support {
namespace {

constexpr double kNever = 2.0;  // no probability reaches it
constexpr const char* kCure = "heed support train";

}  // namespace

const std::vector<std::string>& fit_figure_names() {
  static const std::vector<std::string> kNames = {"words",   "words_lead", "covered", "shared",
                                                  "wording", "text",       "lead",    "meaning"};
  return kNames;
}

double KnowledgeRule::quoted_from() const { return threshold.value_or(kNever); }

KnowledgeRule KnowledgeRule::parse(const Json& json, const std::string& where) {
  if (const int64_t version = json_field<int64_t>(json, "version", where); version != 1) {
    throw Error(ErrorCode::unsupported, where + ": field 'version': expected 1, found " +
                                            std::to_string(version) +
                                            "; it was made by another version of heed support train");
  }
  if (json_field<Json>(json, "figures", where) != Json(fit_figure_names()))
    throw Error(ErrorCode::unsupported,
                where +
                    ": field 'figures': expected those of this version, found others; make it again with " +
                    kCure);
  return {.answers = parse_logistic(json, "answers", kFitFigures, where, kCure),
          .threshold = parse_threshold(json_field<Json>(json, "threshold", where),
                                       where + ": field 'threshold'", kCure),
          .wrong = json_field<double>(json, "wrong", where),
          .failure = json_field<double>(json, "failure", where),
          .questions = json_field<int64_t>(json, "questions", where)};
}

Json KnowledgeRule::to_json() const {
  return {{"version", 1},
          {"figures", fit_figure_names()},
          {"answers", support::to_json(answers)},
          {"threshold", support::to_json(threshold)},
          {"wrong", wrong},
          {"failure", failure},
          {"questions", questions}};
}

KnowledgeRule our_rule() {
  return {.answers = {.mean = {0.4218, -0.5054, 0.1304, 0.0703, 0.0496, 0.0499, -0.1162, 0},
                      .scale = {0.3359, 0.5245, 0.0956, 0.0712, 0.0528, 0.0444, 0.1359, 1},
                      .weights = {0.8469, 0.2382, -0.588, 0.1769, -0.1463, 0.279, 0.9852, 0},
                      .bias = -3.7123},
          .threshold = 0.9};
}

}  // namespace heed::apps::support
