#include "tune/self_training.h"

#include <algorithm>
#include <set>

#include "metrics/calibration.h"
#include "train/trainer.h"

namespace heed::tune {
namespace {

// Texts that no training row has, with a label a head that is to be replaced.
train::Split new_texts(const train::Corpus& corpus, size_t heads) {
  std::set<std::vector<int32_t>> known;
  for (const train::Example& example : corpus.train.examples) known.insert(example.source);
  train::Split texts;
  for (const train::Example& example : corpus.unlabelled.examples) {
    if (!known.insert(example.source).second) continue;
    texts.examples.push_back(example);
    texts.examples.back().labels.assign(heads, {0});
  }
  return texts;
}

}  // namespace

std::vector<train::Example> label_texts(const train::Network& network, const train::Corpus& corpus,
                                        double confidence, int64_t batch_tokens) {
  const auto& heads = network.config().classification_heads;
  train::Split texts = new_texts(corpus, heads.size());
  if (texts.examples.empty()) return {};
  std::vector<double> certain(texts.examples.size(), 1.0);  // of the least certain head
  for (size_t h = 0; h < heads.size(); ++h) {
    const torch::Tensor logits = train::head_logits(network, texts, h, batch_tokens);
    const auto classes = static_cast<int64_t>(heads[h].labels.size());
    const std::vector<float> all = metrics::softmax_rows(
        {logits.data_ptr<float>(), static_cast<size_t>(logits.numel())}, classes, heads[h].temperature);
    for (size_t i = 0; i < certain.size(); ++i) {
      const auto row = all.begin() + static_cast<std::ptrdiff_t>(i) * classes;
      const auto best = std::max_element(row, row + classes);
      certain[i] = std::min(certain[i], static_cast<double>(*best));
      texts.examples[i].labels[h] = {best - row};
    }
  }
  std::vector<train::Example> sure;
  for (size_t i = 0; i < certain.size(); ++i) {
    if (certain[i] >= confidence) sure.push_back(std::move(texts.examples[i]));
  }
  return sure;
}

}  // namespace heed::tune
