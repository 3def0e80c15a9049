#pragma once

#include <cstdint>
#include <vector>

#include "train/examples.h"

namespace heed::train {

// The fold, 0 to folds - 1, of each example. Folds are of like size and have like shares of each label (of an
// example's first one). Equal texts stand in one fold: what a model learned in one must not be asked of it in
// another. Where there are fewer different texts than folds, the last folds are empty. A pure function of the
// examples and the seed.
std::vector<int64_t> stratified_folds(const std::vector<Example>& examples, int64_t folds, uint64_t seed);

}  // namespace heed::train
