#pragma once

#include <vector>

#include "train/examples.h"

// Pairs of texts, for a matching head.
namespace heed::train {

// An example's own text and, where it is one of a pair, the other.
std::vector<const Example*> texts_of(const Example& example);

// Reads the other text of each row and whether it means the same, and numbers the groups of texts that do:
// two texts belong together where a pair says so, or where both belong to a third. Does nothing without a
// matching head. Throws invalid_argument, with file and line, where a text is empty or a label neither 1 nor
// 0.
void number_pairs(const Recipe& recipe, const ModelConfig& config, const Tokenizer& tokenizer, Split& split);

}  // namespace heed::train
