#include "infer/translation_loss.h"

#include <cstdint>
#include <vector>

#include "infer/text_encoder.h"
#include "kernels/cross_entropy.h"

namespace heed::infer {

double translation_loss(const ModelDirectory& model, const Translator& translator,
                        std::span<const std::string> sources, std::span<const std::string> targets) {
  const ModelConfig& config = model.config;
  const TextEncoder source_text(model), target_text(model, TextEncoder::Side::target);
  double sum = 0;
  int64_t tokens = 0;
  for (size_t i = 0; i < sources.size(); ++i) {
    std::vector<int32_t> target = target_text.encode(targets[i]);
    const std::vector<float> logits = translator.logits(source_text.encode(sources[i]), target);
    target.push_back(Tokenizer::kEnd);
    for (size_t t = 0; t < target.size(); ++t) {
      const float* row = logits.data() + t * static_cast<size_t>(config.target_vocabulary);
      sum += kernels::cross_entropy(row, config.target_vocabulary, target[t]).negative_log_likelihood;
    }
    tokens += static_cast<int64_t>(target.size());
  }
  return tokens == 0 ? 0 : sum / static_cast<double>(tokens);
}

}  // namespace heed::infer
