#pragma once

#include <cstdint>
#include <memory>

#include <torch/torch.h>

#include "model/config.h"
#include "train/batches.h"
#include "train/layers.h"
#include "train/parameters.h"

namespace heed::train {

// What comes next (SASRec, arXiv:1808.09781, with what it has been taught since). An item's vector is what it
// is and what is said of it,
//   v_i = embedding_i + sum over the n-grams of its words of tf-idf * ngrams.embedding   (text/ngrams.h,
//   unit_text_ngrams)
// so that one never seen has a vector from its words. An event enters as
//   x_t = sqrt(D) v_(i_t) + kinds[kind_t] + gaps[bucket of the time since t - 1] + positions[t]
// and the score of item j after it is <encoded_t, v_j>, the encoder seeing events up to t alone.
class SequenceHead {
 public:
  // `scope`: heads.NAME.
  SequenceHead(const Parameters& parameters, const ModelConfig& config);

  // The n-grams of the items' words, a row an item, shared by the network's replicas; null: nothing is read.
  void set_words(std::shared_ptr<const PackedNgrams> words) { words_ = std::move(words); }
  const std::shared_ptr<const PackedNgrams>& words() const { return words_; }

  // v [I, D]. With plan.identity_rate some of them are their words alone, another choice each time.
  torch::Tensor items(DropoutPlan& plan) const;

  // x [N, D] of events before positions and dropout, given items().
  torch::Tensor embed(const PackedTexts& events, const torch::Tensor& items) const;

 private:
  torch::Tensor identities_, kinds_, gaps_, table_;
  std::shared_ptr<const PackedNgrams> words_;
  double scale_;
};

// gSASRec's loss (arXiv:2308.07192 eq. 11-13): a mean over rows of
//   (beta softplus(-s_next) + sum over negatives of softplus(s_negative)) / (negatives + 1),
//   beta = alpha (t (1 - 1 / alpha) + 1 / alpha), alpha = negatives / (items - 1)
// whose negatives are drawn evenly from all items, the same for every row of a batch; a row's own next item
// is none.
struct SampledLoss {
  int64_t negatives = 256;
  double calibration = 0.75;  // t
  uint64_t seed = 0;
};
torch::Tensor sampled_loss(const torch::Tensor& hidden, const torch::Tensor& items, const torch::Tensor& next,
                           const SampledLoss& options);

}  // namespace heed::train
