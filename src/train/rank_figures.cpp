#include "train/rank_figures.h"

#include <limits>

#include "metrics/ranking.h"
#include "train/products.h"
#include "train/sequences.h"

namespace heed::train {
namespace {

constexpr int64_t kTop = 10;

}  // namespace

std::vector<int64_t> next_item_ranks(const Network& network, const Split& split, int64_t batch_tokens) {
  const torch::NoGradGuard no_grad;
  DropoutPlan none;
  const torch::Tensor items = network.sequence()->items(none);
  const int64_t count = items.size(0);
  std::vector<int64_t> ranks;
  for (const auto& numbers : batches_in_order(split.examples, batch_tokens)) {
    const Batch batch = make_sequence_batch(split.examples, numbers);
    std::vector<int64_t> last;
    for (int64_t b = 0; b < batch.source.texts(); ++b) last.push_back(batch.source.begins[b + 1] - 1);
    const torch::Tensor hidden = network.encode_events(batch.source, items, none);
    const torch::Tensor scores =
        torch::matmul(hidden.index_select(0, torch::tensor(last, torch::kInt64)), items.t()).contiguous();
    for (size_t i = 0; i < numbers.size(); ++i) {
      const Example& example = split.examples[numbers[i]];
      const int32_t next = example.source.back();
      if (next == kUnknownItem) {
        ranks.push_back(count + 1);
        continue;
      }
      float* const own = scores.data_ptr<float>() + static_cast<int64_t>(i) * count;
      for (const int32_t item : example.seen) {
        if (item != next) own[item] = std::numeric_limits<float>::lowest();
      }
      ranks.push_back(metrics::rank_of({own, static_cast<size_t>(count)}, static_cast<size_t>(next)));
    }
  }
  return ranks;
}

std::map<std::string, double> rank_figures(const Network& network, const Split& split, int64_t batch_tokens) {
  const metrics::RankSummary summary =
      metrics::summarise_ranks(next_item_ranks(network, split, batch_tokens), kTop);
  return {{"hit_rate", summary.hit_rate}, {"ndcg", summary.ndcg}, {"mrr", summary.mrr}};
}

}  // namespace heed::train
