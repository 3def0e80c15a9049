#pragma once

#include <cstdint>

#include "train/parameters.h"
#include "train/recipe.h"

// Where a training has come apart. Each throws Error{internal} with the step, what was found, where the good
// files are, and what to change; `step` is the one at work.
namespace heed::train {

// `loss`: nats a target token or text, finite and at most 10^4 (one that guesses blindly pays at most 14);
// `gradient_norm`: finite.
void check_training(const Recipe& recipe, int64_t step, double loss, double gradient_norm);

// Both finite.
void check_validation(const Recipe& recipe, int64_t step, double loss, double metric);

// Every weight finite: before weights are written over good ones.
void check_weights(const Recipe& recipe, int64_t step, const Parameters& parameters);

}  // namespace heed::train
