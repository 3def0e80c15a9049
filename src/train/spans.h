#pragma once

#include <string>
#include <vector>

#include "train/examples.h"

// Entities in texts, for a tagging head. A column holds them as JSON, [{"start", "end", "entity"}], in code
// points of the text as it is given; "value" may stand beside them; an empty field is a text without any.
namespace heed::train {

// The entities of the training rows, sorted. Throws invalid_argument, with file and line, on spans that are
// not as above, lie outside the text or overlap, and where there is no span at all.
std::vector<std::string> learn_entities(const Recipe& recipe, const data::Table& table);

// A tag a token (TaggingConfig) for each row of the sets that have spans: a token belongs to the span that
// its characters lie in, or the first that they touch. Throws as learn_entities, and on an entity that the
// training rows have not. Does nothing without a tagging head.
void number_spans(const Recipe& recipe, const ModelConfig& config, const Tokenizer& tokenizer, Split& split);

}  // namespace heed::train
