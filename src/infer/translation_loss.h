#pragma once

#include <span>
#include <string>

#include "infer/translator.h"
#include "model/model_directory.h"

namespace heed::infer {

// How well a model foretells given translations: the mean over their tokens, </s> included, of
// -log p(token | source, the tokens before it), in nats; what training reports as the loss of a translation.
// Line i of `targets` belongs to line i of `sources`; both are normalised, cut into pieces and cut to the
// model's length as in training. `translator` is the one of `model`. No lines: 0.
double translation_loss(const ModelDirectory& model, const Translator& translator,
                        std::span<const std::string> sources, std::span<const std::string> targets);

}  // namespace heed::infer
