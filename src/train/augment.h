#pragma once

#include <cstdint>

#include "base/random.h"
#include "train/examples.h"

namespace heed::train {

// Training examples changed anew each epoch, so that a network does not learn texts by heart: train.augment.
// What an example becomes is a pure function of the recipe's seed, the epoch and the example's number. Only
// its source (and that of its other text) is changed, in this order, and its n-grams are found again (not a
// fitted linear branch's votes, which stay those of the text as it was):
// - spelling: of a word of two or more letters one is left out, doubled or exchanged with the next; where
//   script runs on without spaces (text/script.h), characters are exchanged with the next. The text between
//   two spaces is cut into tokens again; where it has an unknown one it stays as it is.
// - drop: tokens are left out, never all of them.
// - swap: tokens change places with the next one, each at most once.
// - mask: tokens become, one half of them <unk>, the other any token of the vocabulary.
// No more tokens than model.max_length has room for remain.
class Augmenter {
 public:
  // Both must outlive it.
  Augmenter(const Recipe::Train& train, const Corpus& corpus) : train_(train), corpus_(corpus) {}

  // Of the training rows: example `number` as an epoch sees it.
  Example operator()(int64_t number, int64_t epoch) const;

 private:
  void change_text(Example& text, Random& random) const;
  std::vector<int32_t> change(std::vector<int32_t> ids, Random& random) const;

  const Recipe::Train& train_;
  const Corpus& corpus_;
};

}  // namespace heed::train
