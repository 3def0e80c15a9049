#pragma once

#include "tune/distillation.h"
#include "tune/model.h"

namespace heed::tune {

// Trains the K teachers of train.ensemble on a corpus, each as a Model of the same recipe in
// <run folder>/teachers/<i>, i from 1: with seed train.seed + i, on all training rows but the i-th of K
// stratified folds (train/folds.h; ensemble_folds = false: on all rows), stopped early by the same validation
// rows. All begin from the one pre-training of the run, where it has any: it reads no label. A teacher knows
// its own rows by heart and says nothing soft about them, so each answers for the fold that it has not seen.
// Those that have finished are not trained again, one that has begun goes on. Of `options` the teachers take
// over what is not about this one model. A training that is asked to stop gives no teachers.
Teaching train_ensemble(const train::Recipe& recipe, const train::Corpus& corpus, const FitOptions& options,
                        train::ProgressBar& progress);

}  // namespace heed::tune
