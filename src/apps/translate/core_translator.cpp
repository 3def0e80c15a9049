#include "apps/translate/core_translator.h"

#include <optional>
#include <string_view>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "apps/translate/placeholder_check.h"
#include "apps/translate/protect.h"
#include "apps/translate/stand_in.h"
#include "base/error.h"

namespace heed::apps {
namespace {

constexpr int kStutter = 4;

using Translations = std::map<Core, CoreTranslation>;

std::vector<Core> unsolved(const Translations& translations) {
  std::vector<Core> cores;
  for (const auto& [core, translation] : translations) {
    if (translation.text.empty()) cores.push_back(core);
  }
  return cores;
}

// A small model that is out of its depth repeats a character without end.
bool stutters(std::string_view text) {
  UChar32 before = 0;
  int run = 1;
  for (int32_t i = 0, size = static_cast<int32_t>(text.size()); i < size;) {
    UChar32 c;
    U8_NEXT(text.data(), i, size, c);
    run = c == before ? run + 1 : 1;
    if (run >= kStutter && c > 0 && u_isalpha(c)) return true;
    before = c;
  }
  return false;
}

std::string find_problem(const Core& core, std::string_view translation) {
  std::string problem = placeholder_problem(core.text, translation, core.printf_format);
  if (!problem.empty()) return problem;
  if (!has_words(translation)) return "lost every word";
  return stutters(translation) && !stutters(core.text) ? "repeated one character" : "";
}

// The first candidate that can be used; else what is wrong with the first.
CoreTranslation choose(const Core& core, const Candidates& candidates, std::string_view asked,
                       std::optional<StandIn> kind, char marker) {
  CoreTranslation result{"", "the model gave no translation"};
  for (const std::string& candidate : candidates) {
    std::string text = tidy_core(candidate, asked, marker);
    if (text.empty()) continue;
    if (kind) text = put_back_placeholders(text, core.text, *kind, core.printf_format);
    std::string problem = find_problem(core, text);
    if (problem.empty()) return {std::move(text), ""};
    if (&candidate == &candidates.front()) result.problem = std::move(problem);
  }
  return result;
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
  const std::vector<Candidates> answers = translate(texts);
  if (answers.size() != texts.size()) {
    throw Error(ErrorCode::internal, "translate: expected " + std::to_string(texts.size()) +
                                         " answers, found " + std::to_string(answers.size()));
  }
  for (size_t i = 0; i < cores.size(); ++i) {
    CoreTranslation result = choose(cores[i], answers[i], texts[i], kind, marker);
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
