#include "train/heads/sequence.h"

#include <cmath>
#include <vector>

#include "base/random.h"
#include "train/functions.h"

namespace heed::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Row r of the result [R, D] is the sum of values[i] * table[buckets[i]] over the n-grams i of row r. As
// NgramTable, but of every item at once, whose gradient is as dense as the table.
struct WordSums : torch::autograd::Function<WordSums> {
  static Tensor forward(AutogradContext* ctx, const Tensor& table, const Tensor& buckets,
                        const Tensor& values, const Tensor& begins) {
    const Tensor sums = torch::zeros({begins.size(0), table.size(1)});
    const int64_t dim = table.size(1);
    for_each(buckets, values, begins, [&](int64_t row, int64_t bucket, float value) {
      const float* const from = table.data_ptr<float>() + bucket * dim;
      float* const to = sums.data_ptr<float>() + row * dim;
      for (int64_t d = 0; d < dim; ++d) to[d] += value * from[d];
    });
    ctx->save_for_backward({buckets, values, begins});
    ctx->saved_data["rows"] = table.size(0);
    return sums;
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    const tensor_list saved = ctx->get_saved_variables();
    const Tensor d_sums = gradients[0].contiguous();
    const int64_t dim = d_sums.size(1);
    const Tensor d_table = torch::zeros({ctx->saved_data["rows"].toInt(), dim});
    for_each(saved[0], saved[1], saved[2], [&](int64_t row, int64_t bucket, float value) {
      const float* const from = d_sums.data_ptr<float>() + row * dim;
      float* const to = d_table.data_ptr<float>() + bucket * dim;
      for (int64_t d = 0; d < dim; ++d) to[d] += value * from[d];
    });
    return {d_table, Tensor(), Tensor(), Tensor()};
  }

 private:
  template <class Visit>
  static void for_each(const Tensor& buckets, const Tensor& values, const Tensor& begins, Visit visit) {
    const int64_t rows = begins.size(0), count = buckets.size(0);
    const int64_t* const begin = begins.data_ptr<int64_t>();
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t end = row + 1 < rows ? begin[row + 1] : count;
      for (int64_t i = begin[row]; i < end; ++i) {
        const float value = values.data_ptr<float>()[i];
        if (value != 0.0F) visit(row, buckets.data_ptr<int64_t>()[i], value);
      }
    }
  }
};

// 1 or, with this rate, 0; [count, 1].
Tensor keep_rows(int64_t count, double rate, uint64_t seed) {
  Random random(seed);
  std::vector<float> kept(static_cast<size_t>(count));
  for (float& value : kept) value = random.uniform() < rate ? 0.0F : 1.0F;
  return torch::tensor(kept).reshape({count, 1});
}

}  // namespace

SequenceHead::SequenceHead(const Parameters& parameters, const ModelConfig& config)
    : identities_(parameters.at("embedding.weight")),
      kinds_(parameters.at("heads." + config.sequence->name + ".kinds.weight")),
      gaps_(parameters.find("heads." + config.sequence->name + ".gaps.weight")),
      table_(parameters.find("ngrams.embedding")),
      scale_(std::sqrt(static_cast<double>(config.dim))) {}

Tensor SequenceHead::items(DropoutPlan& plan) const {
  if (!words_) return identities_;
  const Tensor own = plan.identity_rate > 0.0
                         ? identities_ * keep_rows(identities_.size(0), plan.identity_rate, plan.next())
                         : identities_;
  return own + WordSums::apply(table_, words_->buckets, dropout(words_->values, plan.ngram_rate, plan.next()),
                               words_->begins);
}

Tensor SequenceHead::embed(const PackedTexts& events, const Tensor& items) const {
  Tensor x = torch::embedding(items, events.ids) * scale_ + torch::embedding(kinds_, events.kinds);
  return gaps_.defined() ? x + torch::embedding(gaps_, events.gaps) : x;
}

Tensor sampled_loss(const Tensor& hidden, const Tensor& items, const Tensor& next,
                    const SampledLoss& options) {
  Random random(options.seed);
  std::vector<int64_t> drawn(static_cast<size_t>(options.negatives));
  for (int64_t& item : drawn) item = static_cast<int64_t>(random.below(static_cast<uint64_t>(items.size(0))));
  const Tensor negatives = torch::tensor(drawn, torch::kInt64);
  const auto count = static_cast<double>(options.negatives);
  const double alpha = std::min(1.0, count / static_cast<double>(items.size(0) - 1));
  const double beta = alpha * (options.calibration * (1.0 - 1.0 / alpha) + 1.0 / alpha);
  const Tensor wanted = (hidden * torch::embedding(items, next)).sum(1);
  const Tensor others = hidden.matmul(torch::embedding(items, negatives).t());
  const Tensor apart = next.unsqueeze(1).ne(negatives.unsqueeze(0));
  const Tensor losses = beta * torch::softplus(-wanted) + (torch::softplus(others) * apart).sum(1);
  return losses.mean() / (count + 1.0);
}

}  // namespace heed::train
