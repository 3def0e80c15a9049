#include "train/span_figures.h"

#include <algorithm>

#include "text/tag_spans.h"

namespace heed::train {

std::map<std::string, double> span_figures(const Network& network, const Split& split, int64_t batch_tokens) {
  const torch::NoGradGuard no_grad;
  int64_t hits = 0, found = 0, wanted = 0, texts = 0, right = 0;
  const auto count = [&](const Example& example, const std::vector<int64_t>& tags) {
    const auto truth = spans_of_tags(*example.tags);
    const auto answer = spans_of_tags(tags);
    int64_t own = 0;
    for (const TagSpan& span : answer) {
      const bool inexact =
          std::ranges::find(example.inexact_spans, span.begin) != example.inexact_spans.end();
      own += !inexact && std::ranges::find(truth, span) != truth.end() ? 1 : 0;
    }
    const auto cut = std::ranges::count(example.inexact_spans, int64_t{-1});
    const auto all = static_cast<int64_t>(truth.size()) + cut;
    hits += own;
    found += static_cast<int64_t>(answer.size());
    wanted += all;
    right += own == all && own == static_cast<int64_t>(answer.size()) ? 1 : 0;
    ++texts;
  };
  for (const auto& numbers : batches_in_order(split.examples, batch_tokens)) {
    const Batch batch = make_batch(split.examples, numbers, network.config());
    DropoutPlan none;
    torch::Tensor scores;
    for (size_t i = 0; i < numbers.size(); ++i) {
      const Example& example = split.examples[numbers[i]];
      if (!example.tags) continue;
      if (!scores.defined()) scores = network.tagging()->scores(network.encode(batch.source, none), none);
      const int64_t begin = batch.source.begins[i];
      const auto length = static_cast<int64_t>(example.tags->size());
      count(example, network.tagging()->field().best(scores.slice(0, begin, begin + length)));
    }
  }
  if (texts == 0) return {};
  const auto share = [](int64_t some, int64_t all) {
    return all == 0 ? 0.0 : static_cast<double>(some) / static_cast<double>(all);
  };
  return {{"precision", share(hits, found)},
          {"recall", share(hits, wanted)},
          {"f1", share(2 * hits, found + wanted)},
          {"accuracy", share(right, texts)}};
}

}  // namespace heed::train
