#pragma once

#include <map>
#include <string>

#include "train/network.h"

namespace heed::train {

// What a tagging head finds in the texts of a split that have spans: "precision", "recall" and "f1" over
// entities, right where entity, begin and end are; "accuracy", the share of texts with all of them right.
// Empty where there are no such texts.
std::map<std::string, double> span_figures(const Network& network, const Split& split, int64_t batch_tokens);

}  // namespace heed::train
