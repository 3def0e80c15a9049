#pragma once

#include <optional>
#include <vector>

#include "train/batches.h"
#include "train/heads/classification.h"
#include "train/heads/matching.h"
#include "train/heads/sequence.h"
#include "train/heads/tagging.h"
#include "train/layers.h"
#include "train/parameters.h"
#include "train/stack.h"

namespace heed::train {

struct Loss {
  torch::Tensor mean;                    // differentiable
  double negative_log_likelihood = 0.0;  // summed over units, without smoothing, of one pass, unmixed
  int64_t correct = 0;                   // texts with tags are not looked at: that takes a search
  int64_t units = 0;  // target or masked tokens, or texts or pairs with labels of a head, added up over heads
};

// What a network is trained towards.
struct LossOptions {
  double smoothing = 0.0;                         // mass spread over all labels
  double q = 0.0;                                 // of a classification head's loss: see ClassLoss
  std::vector<double> head_weights = {};          // of each head's loss in the sum; empty: 1
  std::vector<torch::Tensor> class_weights = {};  // a head: see ClassLoss; empty: none
  double r_drop = 0.0;                            // above 0: two passes, see train/r_drop.h
  double mixup = 0.0;                             // above 0: pairs of texts mixed, see train/mixup.h
  double teacher_share = 0.0;                     // of the batch's soft labels; 0: they are not looked at
  double teacher_temperature = 1.0;
  double matching_weight = 1.0, contrast = 1.0;  // of the pairs' loss in the sum, and of contrast() within it
  double tagging_weight = 1.0;
  int64_t negatives = 0;  // sequence: above 0 sampled_loss, else a softmax over all items
  double negatives_calibration = 0.75;
};

// A model of any architecture over its parameters.
class Network {
 public:
  Network(const ModelConfig& config, uint64_t seed) : Network(config, Parameters(config, seed)) {}

  // The same weights in memory, with gradients of their own.
  Network replica() const;

  // tokens of a batch -> encoded rows [N, D]
  torch::Tensor encode(const PackedTexts& source, DropoutPlan& dropout) const;
  // -> rows [M, D] whose product with output_embedding() are the logits
  torch::Tensor decode(const PackedTexts& target, const torch::Tensor& memory, const PackedTexts& source,
                       DropoutPlan& dropout) const;
  const torch::Tensor& output_embedding() const { return output_embedding_; }
  const std::vector<ClassificationHead>& heads() const { return heads_; }
  const std::optional<MatchingHead>& matching() const { return matching_; }
  const std::optional<TaggingHead>& tagging() const { return tagging_; }
  const std::optional<SequenceHead>& sequence() const { return sequence_; }
  // Events of a batch -> encoded rows [N, D], given sequence()->items().
  torch::Tensor encode_events(const PackedTexts& events, const torch::Tensor& items,
                              DropoutPlan& dropout) const;

  // Of the masked tokens where the batch has some, else of the translation or the heads.
  Loss loss(const Batch& batch, const LossOptions& options, DropoutPlan dropout) const;

  const ModelConfig& config() const { return config_; }
  void weigh_votes(size_t head, const std::vector<double>& factors) { heads_[head].weigh_votes(factors); }
  void weigh_pair_votes(const std::vector<double>& factors) { matching_->weigh_votes(factors); }
  // Takes over the heads' fitted temperatures.
  void set_temperatures(const ModelConfig& fitted) {
    config_.classification_heads = fitted.classification_heads;
    config_.matching = fitted.matching;
  }
  // Takes over what is known from the data before training: how much each n-gram counts (text/ngrams.h), and
  // the linear branches where they are fitted apart, and the words of a sequence's items.
  void start_from(const Corpus& corpus);
  // Each head's linear branch.
  void set_linear_branches(const std::vector<LinearWeights>& branches);
  const Parameters& parameters() const { return parameters_; }

 private:
  Network(const ModelConfig& config, Parameters parameters);
  torch::Tensor embed(const torch::Tensor& table, const torch::Tensor& places, const PackedTexts& texts,
                      DropoutPlan& dropout) const;
  using Votes = std::vector<torch::Tensor>;
  // What the heads say of a batch, in one pass over the encoder.
  struct Answers {
    std::vector<Votes> votes;  // of a classification head
    torch::Tensor vectors;     // matching: of every text
    Votes pair_votes;
    torch::Tensor tag_scores;  // tagging: of every row
  };
  Answers answers(const Batch& batch, DropoutPlan& dropout) const;
  Loss masked_loss(const Batch& batch, const LossOptions& options, DropoutPlan& dropout) const;
  Loss translation_loss(const Batch& batch, const LossOptions& options, DropoutPlan& dropout) const;
  Loss heads_loss(const Batch& batch, const LossOptions& options, DropoutPlan& dropout) const;
  Loss sequence_loss(const Batch& batch, const LossOptions& options, DropoutPlan& dropout) const;
  // Each adds to `loss`; `passes` has one or, with R-Drop, two.
  using Passes = std::vector<Answers>;
  void add_classification(const Batch& batch, const Passes& passes, size_t head, const LossOptions& options,
                          DropoutPlan& dropout, Loss& loss) const;
  void add_matching(const Batch& batch, const Passes& passes, const LossOptions& options, Loss& loss) const;
  void add_tagging(const Batch& batch, const Passes& passes, const LossOptions& options, Loss& loss) const;

  ModelConfig config_;
  Parameters parameters_;
  torch::Tensor source_embedding_, target_embedding_, output_embedding_;
  torch::Tensor source_positions_, target_positions_;  // [max_length, D]; undefined: not added here
  NgramTable ngram_embedding_;
  std::unique_ptr<EncoderStack> encoder_;
  std::unique_ptr<DecoderStack> decoder_;  // none: the heads answer
  std::vector<ClassificationHead> heads_;
  std::optional<MatchingHead> matching_;
  std::optional<TaggingHead> tagging_;
  std::optional<SequenceHead> sequence_;
};

}  // namespace heed::train
