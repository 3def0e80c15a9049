#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "infer/translator.h"

namespace heed::apps {

enum class AlignmentStyle { none, hard, soft, show };

struct LineStyle {
  bool json = false;
  bool nbest = false;  // "line ||| text ||| score" in place of the text alone
  AlignmentStyle alignment = AlignmentStyle::none;
};

// What one source line gives, line ends included. Text is as Marian's: the translation, or for n-best lists
// "number ||| translation ||| score", with " ||| alignment" where asked; JSON is one object a line. `number`
// counts from 0.
std::string format_result(const infer::TranslationResult& result, const std::string& source, int64_t number,
                          const LineStyle& style);

}  // namespace heed::apps
