#pragma once

#include "base/json.h"
#include "infer/translator.h"

namespace heed::apps {

// What the best translation looked at: {"source", "target": pieces, "weights": of each target piece its
// shares on the source pieces}.
Json attention_json(const infer::TranslationResult& result);

}  // namespace heed::apps
