#pragma once

#include <vector>

#include "train/examples.h"
#include "train/network.h"

namespace heed::tune {

// The texts of corpus.unlabelled of which the network is sure, with the labels it gives them, as training
// examples: each head's most likely label has at least `confidence`, by its fitted temperature
// (self-training: arXiv:1911.04252). Texts that are training rows already are left out.
std::vector<train::Example> label_texts(const train::Network& network, const train::Corpus& corpus,
                                        double confidence, int64_t batch_tokens);

}  // namespace heed::tune
