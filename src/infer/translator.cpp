#include "infer/translator.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "infer/alignment.h"
#include "infer/beam_search.h"
#include "infer/single_thread.h"
#include "infer/text_encoder.h"
#include "model/verify.h"

namespace heed::infer {
namespace {

const ModelDirectory& require_decoder(const ModelDirectory& directory) {
  if (directory.config.decodes()) return directory;
  throw Error(ErrorCode::invalid_argument,
              directory.path.string() + ": expected a model that translates, found " +
                  to_string(directory.config.architecture) + "; use heed classify for it");
}

// Order of decoding: sentences of like length end at like steps.
std::vector<size_t> by_length(const std::vector<std::vector<int32_t>>& texts) {
  std::vector<size_t> order(texts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return texts[a].size() > texts[b].size(); });
  return order;
}

}  // namespace

struct Translator::Impl {
  explicit Impl(const ModelDirectory& directory)
      : config(require_decoder(directory).config),
        source_text(directory),
        target_tokenizer(open_tokenizer(directory, config.target_tokenizer, config.target_vocabulary)),
        encoder(Weights(directory.weights), config),
        decoder(Weights(directory.weights), config) {}

  std::vector<TranslationResult> translate(std::span<const std::string> lines,
                                           const TranslateOptions& options) const;
  void translate_batch(std::span<const size_t> batch, const std::vector<std::vector<int32_t>>& sources,
                       const TranslateOptions& options, std::vector<TranslationResult>& results) const;
  Translation finish(const Hypothesis& hypothesis, std::span<const int32_t> source, bool align) const;
  SearchLimits limits(int64_t source_length, const TranslateOptions& options) const;
  Matrix teacher_force(std::span<const int32_t> source, std::span<const int32_t> target,
                       attention::Tap* tap) const;

  ModelConfig config;
  TextEncoder source_text;
  Tokenizer target_tokenizer;
  Encoder encoder;
  Decoder decoder;
};

std::vector<TranslationResult> Translator::Impl::translate(std::span<const std::string> lines,
                                                           const TranslateOptions& options) const {
  std::vector<std::vector<int32_t>> sources;
  std::vector<TranslationResult> results(lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    sources.push_back(source_text.encode(lines[i]));
    results[i].source_pieces = source_text.pieces(sources[i]);
    if (sources[i].empty()) results[i].best.emplace_back();
  }
  const std::vector<size_t> order = by_length(sources);
  for (size_t begin = 0; begin < order.size() && !sources[order[begin]].empty();) {
    int64_t tokens = 0;
    size_t end = begin;
    while (end < order.size() && !sources[order[end]].empty()) {
      tokens += static_cast<int64_t>(sources[order[end]].size()) + 1;
      if (end > begin && tokens > options.batch_tokens) break;
      ++end;
    }
    translate_batch({order.data() + begin, end - begin}, sources, options, results);
    begin = end;
  }
  return results;
}

void Translator::Impl::translate_batch(std::span<const size_t> batch,
                                       const std::vector<std::vector<int32_t>>& sources,
                                       const TranslateOptions& options,
                                       std::vector<TranslationResult>& results) const {
  PackedTexts texts;
  std::vector<SearchLimits> search;
  for (const size_t i : batch) {
    texts.add(sources[i], config.max_length);
    search.push_back(limits(texts.sequences.back().query_count, options));
  }
  const auto found = beam_search(encoder, decoder, texts, search);
  for (size_t k = 0; k < batch.size(); ++k) {
    for (const Hypothesis& hypothesis : found[k]) {
      results[batch[k]].best.push_back(finish(hypothesis, sources[batch[k]], options.alignment));
    }
  }
}

SearchLimits Translator::Impl::limits(int64_t source_length, const TranslateOptions& options) const {
  const int64_t wanted = options.max_length > 0 ? options.max_length : 2 * source_length + 10;
  return {.beam = options.beam,
          .nbest = options.nbest,
          .length_penalty = options.length_penalty,
          .max_length = std::min(wanted, config.max_length)};
}

Translation Translator::Impl::finish(const Hypothesis& hypothesis, std::span<const int32_t> source,
                                     bool align) const {
  std::span<const int32_t> words = hypothesis.ids;
  if (!words.empty() && words.back() == Tokenizer::kEnd) words = words.first(words.size() - 1);
  Translation translation{
      .text = target_tokenizer.decode(words), .score = hypothesis.score, .pieces = {}, .alignment = {}};
  for (const int32_t id : hypothesis.ids) translation.pieces.push_back(target_tokenizer.piece(id));
  if (align) {
    attention::Tap tap{
        .top = static_cast<int64_t>(source.size()) + 1, .keys = {}, .weights = {}, .entropy = {}};
    const auto rows = static_cast<int64_t>(hypothesis.ids.size());
    // Row t predicts token t, so the last token is never an input.
    teacher_force(source, std::span(hypothesis.ids).first(hypothesis.ids.size() - 1), &tap);
    translation.alignment = mean_attention(tap, config.heads, 0, rows, tap.top);
  }
  return translation;
}

Matrix Translator::Impl::teacher_force(std::span<const int32_t> source, std::span<const int32_t> target,
                                       attention::Tap* tap) const {
  PackedTexts texts;
  texts.add(source, config.max_length);
  std::vector<int32_t> inputs = {Tokenizer::kBegin};
  inputs.insert(inputs.end(), target.begin(), target.end());
  inputs.resize(std::min(inputs.size(), static_cast<size_t>(config.max_length)));
  DecoderState state = decoder.start(encoder.forward(texts), texts.sequences, 1);
  const Segment segment = {.slot = 0,
                           .past = 0,
                           .count = static_cast<int64_t>(inputs.size()),
                           .source_begin = 0,
                           .source_count = texts.length(0)};
  return decoder.advance(state, inputs, {&segment, 1}, tap);
}

Translator::Translator(const ModelDirectory& directory) {
  const SingleThread single;
  impl_ = std::make_unique<Impl>(directory);
}
Translator::~Translator() = default;
Translator::Translator(Translator&&) noexcept = default;

std::vector<TranslationResult> Translator::translate(std::span<const std::string> lines,
                                                     const TranslateOptions& options) const {
  check_options(options);
  const SingleThread single;
  return impl_->translate(lines, options);
}

std::vector<float> Translator::logits(std::span<const int32_t> source,
                                      std::span<const int32_t> target) const {
  check_ids(source, impl_->config.source_vocabulary, "source");
  check_ids(target, impl_->config.target_vocabulary, "target");
  const SingleThread single;
  return impl_->teacher_force(source, target, nullptr).values;
}

}  // namespace heed::infer
