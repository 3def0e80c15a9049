#include "infer/working_memory.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "infer/beam_search.h"
#include "infer/output_table.h"
#include "infer/translator.h"

namespace heed::infer {
namespace {

// A buffer begins at a multiple of 64 bytes, and what is free lies in pieces.
constexpr int64_t kSpareBytes = 64 * 1024;

size_t to_bytes(int64_t floats) { return static_cast<size_t>(floats) * sizeof(float); }

int64_t memory_width(const ModelConfig& config) { return 2 * config.key_heads * config.head_width(); }

// Numbers a row of a stack of layers: its rows before and after, and the widest block between.
int64_t stack_width(const ModelConfig& config) {
  if (config.architecture == Architecture::recurrent_seq2seq) {
    // Rows, what an LSTM is told and says, both directions side by side; a step's gates and states; the
    // attention of the decoder.
    return 3 * config.dim + 6 * config.dim + 8 * config.dim + config.heads * config.head_width();
  }
  const int64_t query = config.heads * config.head_width();
  const int64_t attention = 2 * query + memory_width(config);
  const int64_t feed_forward = (config.gated() ? 3 : 1) * config.ffn_dim;
  return 3 * config.dim + std::max(attention, feed_forward);
}

// Of all heads, though one is asked after another: numbers a row of a text and numbers a text.
struct HeadWidths {
  int64_t row = 0, text = 0;
};
HeadWidths head_widths(const ModelConfig& config) {
  HeadWidths widths;
  for (const HeadConfig& head : config.classification_heads) {
    widths.row = std::max(widths.row, config.dim);
    widths.text += config.dim + 2 * static_cast<int64_t>(head.labels.size());
  }
  if (config.matching) {
    widths.row = 9 * config.dim;
    widths.text += 8 * config.dim + 4 * config.matching->width;
  }
  if (config.tagging) widths.row = std::max(widths.row, config.tagging->tags());
  return widths;
}

int64_t encoding_floats(const ModelConfig& config, int64_t rows, int64_t texts) {
  const HeadWidths heads = head_widths(config);
  const int64_t behind = rows * (config.dim + heads.row) + texts * heads.text;
  return std::max(rows * stack_width(config), behind);
}

// Of the memory of all layers.
int64_t state_floats(const ModelConfig& config, const StateRows& rows) {
  if (config.architecture == Architecture::recurrent_seq2seq)
    return rows.source * memory_width(config) + rows.target * config.decoder_layers * 2 * config.dim;
  return config.decoder_layers * memory_width(config) * (rows.source + rows.target);
}

}  // namespace

size_t encoding_bytes(const ModelConfig& config, int64_t rows, int64_t texts) {
  return to_bytes(encoding_floats(config, rows, texts)) + kSpareBytes;
}

StateRows state_rows(std::span<const SearchSize> sentences, int64_t batch) {
  const auto sum_of_largest = [&](const auto& size_of) {
    std::vector<int64_t> sizes;
    for (const SearchSize& sentence : sentences) sizes.push_back(size_of(sentence));
    std::ranges::sort(sizes, std::greater());
    int64_t sum = 0;
    for (size_t i = 0; i < std::min(sizes.size(), static_cast<size_t>(batch)); ++i) sum += sizes[i];
    return sum;
  };
  // A recurrence has a row before the first token.
  return {.source = sum_of_largest([](const SearchSize& sentence) { return sentence.source; }),
          .target = sum_of_largest(
              [](const SearchSize& sentence) { return 1 + sentence.beam * sentence.max_length; })};
}

size_t search_bytes(const ModelConfig& config, std::span<const SearchSize> sentences, int64_t batch) {
  int64_t longest = 0, all = 0, beam = 1;
  for (const SearchSize& sentence : sentences) {
    longest = std::max(longest, sentence.source);
    all += sentence.source;
    beam = std::max(beam, sentence.beam);
  }
  const auto count = static_cast<int64_t>(sentences.size());
  const int64_t hypotheses = beam * std::min(count, batch);
  const int64_t encoded = std::min(all, kEncodedTokens + longest);
  const int64_t passes =
      encoded * (stack_width(config) + config.dim + memory_width(config)) + count * 4 * config.dim;
  const int64_t logits = std::max(OutputTable::kRows * OutputTable::kBlock, beam * config.target_vocabulary);
  const int64_t steps = hypotheses * (stack_width(config) + config.dim) + logits;
  return to_bytes(state_floats(config, state_rows(sentences, batch)) + std::max(passes, steps)) + kSpareBytes;
}

size_t batch_bytes(const ModelConfig& config, int64_t tokens, int64_t beam, int64_t batch) {
  const int64_t others = tokens;
  tokens += config.max_length;
  const size_t encoding = encoding_bytes(config, tokens, tokens);
  if (!config.decodes()) return encoding;
  // The rows of a search grow with the sum of lengths, its passes with the longest: one is as long as can be,
  // the others are even.
  const auto sentence = [&](int64_t length) {
    length = std::min(length, config.max_length);
    return SearchSize{
        .source = length, .max_length = default_translation_length(length, config.max_length), .beam = beam};
  };
  std::vector<SearchSize> sentences(static_cast<size_t>(batch), sentence((others + batch - 1) / batch));
  sentences.push_back(sentence(config.max_length));
  return std::max(encoding, search_bytes(config, sentences, batch + 1));
}

}  // namespace heed::infer
