#pragma once

#include <cstdint>
#include <vector>

#include "train/examples.h"

namespace heed::train {

struct LinearBranchOptions {
  double cost = 1.0;  // C of the machine, for texts of Euclidean length sqrt(2): what tf-idf of words and of
                      // characters, each of length 1, add up to
  bool balanced = false;  // a label's own texts weigh as balanced_class_weights says
  uint64_t seed = 1;      // of the folds
};

// A head's n-gram branch as linear support vector machines, a label against the others (LIBLINEAR, L2 loss),
// over Example::text_ngrams. Its decisions are divided by a temperature, fitted on the texts that each
// machine had not seen, so that they are logits.
struct LinearBranch {
  LinearWeights weights;
  // [examples][L]: what a machine says of a text that it has not seen: each of five stratified_folds is
  // judged by a machine of the other four; 0 where an example has no labels of the head. A network that
  // learns beside these votes learns what is still missing, where beside the machine's own votes on texts
  // that it knows by heart nothing would be.
  std::vector<std::vector<float>> votes;
};

// Of the examples that have labels of the head, their text_ngrams found. The same for the same examples and
// options.
LinearBranch fit_linear_branch(const std::vector<Example>& examples, size_t head, const HeadConfig& config,
                               int64_t buckets, const LinearBranchOptions& options);

// Where train.linear_branch is "svm": fits a branch of each head to the training rows, and puts it into
// corpus.linear (of a matching head, to pairs by their pair_ngrams, into corpus.pair_linear) and its votes
// into the training examples, in place of any that stand there.
void fit_linear_branches(const Recipe& recipe, Corpus& corpus);

// The branches again, learned from the training and the validation rows: for a model of which validation has
// already said all that was asked of it.
std::vector<LinearWeights> refit_linear_branches(const Recipe& recipe, const Corpus& corpus);

}  // namespace heed::train
