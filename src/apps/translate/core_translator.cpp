#include "apps/translate/core_translator.h"

#include <optional>

#include "apps/translate/placeholders.h"
#include "apps/translate/protect.h"
#include "base/error.h"

namespace heed::apps {
namespace {

using Translations = std::map<Core, CoreTranslation>;

std::vector<Core> unsolved(const Translations& translations) {
  std::vector<Core> cores;
  for (const auto& [core, translation] : translations) {
    if (translation.text.empty()) cores.push_back(core);
  }
  return cores;
}

CoreTranslation check(const Core& core, std::string text) {
  if (text.empty()) return {"", "the model gave an empty translation"};
  std::string problem = placeholder_problem(core.text, text, core.printf_format);
  if (!problem.empty()) return {"", std::move(problem)};
  return {std::move(text), ""};
}

// One round over what is unsolved. The problem of the first round is the one that is reported.
void try_round(Translations& translations, std::optional<StandIn> kind, char marker,
               const TranslateFunction& translate) {
  std::vector<Core> cores;
  std::vector<std::string> texts;
  for (const Core& core : unsolved(translations)) {
    std::string text = kind ? replace_placeholders(core.text, *kind, core.printf_format) : core.text;
    if (kind && text == core.text) continue;  // nothing new to try
    cores.push_back(core);
    texts.push_back(std::move(text));
  }
  if (texts.empty()) return;
  const std::vector<std::string> answers = translate(texts);
  if (answers.size() != texts.size()) {
    throw Error(ErrorCode::internal, "translate: expected " + std::to_string(texts.size()) +
                                         " translations, found " + std::to_string(answers.size()));
  }
  for (size_t i = 0; i < cores.size(); ++i) {
    std::string text = tidy_core(answers[i], texts[i], marker);
    if (kind) text = put_back_placeholders(text, cores[i].text, *kind, cores[i].printf_format);
    CoreTranslation result = check(cores[i], std::move(text));
    CoreTranslation& kept = translations[cores[i]];
    if (!kept.problem.empty() && result.text.empty()) continue;
    kept = std::move(result);
  }
}

}  // namespace

std::map<Core, CoreTranslation> translate_cores(std::span<const Core> cores, char accelerator_marker,
                                                const TranslateFunction& translate) {
  Translations translations;
  for (const Core& core : cores) translations[core];
  for (const std::optional<StandIn> kind : {std::optional<StandIn>{}, std::optional{StandIn::percent},
                                            std::optional{StandIn::dollar}, std::optional{StandIn::brace}}) {
    try_round(translations, kind, accelerator_marker, translate);
  }
  return translations;
}

}  // namespace heed::apps
