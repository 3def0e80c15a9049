#include "infer/classifier.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "infer/alignment.h"
#include "infer/encoder.h"
#include "infer/heads/classification.h"
#include "infer/ngrams.h"
#include "infer/single_thread.h"
#include "infer/text_encoder.h"

namespace heed::infer {
namespace {

constexpr int64_t kBatchTokens = 4096;

const ModelDirectory& require_heads(const ModelDirectory& directory) {
  if (!directory.config.classification_heads.empty()) return directory;
  throw Error(ErrorCode::invalid_argument, directory.path.string() +
                                               ": expected a model with a classification head, found " +
                                               to_string(directory.config.architecture) + " without one");
}

std::span<const float> row_of(const Matrix& matrix, int64_t row) {
  return {matrix.row(row), static_cast<size_t>(matrix.cols)};
}

std::vector<LabelScore> rank_labels(const ClassificationHead& head, std::span<const float> logits) {
  if (!std::all_of(logits.begin(), logits.end(), [](float value) { return std::isfinite(value); })) {
    throw Error(ErrorCode::corrupt_data,
                "head '" + head.config().name +
                    "': expected finite logits, found others; check the weights with heed "
                    "model verify");
  }
  const std::vector<double> probabilities = head.probabilities(logits);
  std::vector<LabelScore> scores;
  for (size_t i = 0; i < probabilities.size(); ++i)
    scores.push_back({head.config().labels[i], probabilities[i]});
  std::stable_sort(scores.begin(), scores.end(),
                   [](const LabelScore& a, const LabelScore& b) { return a.probability > b.probability; });
  return scores;
}

}  // namespace

struct Classifier::Impl {
  explicit Impl(const ModelDirectory& directory)
      : config(require_heads(directory).config),
        text(directory),
        ngrams(Weights(directory.weights), config),
        encoder(Weights(directory.weights), config) {
    for (const HeadConfig& head : config.classification_heads) {
      heads.emplace_back(Weights(directory.weights) / "heads" / head.name, head, config);
    }
  }

  // Appends a text to a batch; its pieces, </s> last.
  std::vector<std::string> add(std::span<const int32_t> ids, PackedTexts& batch) const;
  void classify_batch(const PackedTexts& texts, const ClassifyOptions& options,
                      std::span<ClassificationResult> results) const;
  // The n-grams' part of a text's last head result.
  void add_votes(const ClassificationHead& head, ClassificationResult& result) const;
  HeadEvidence evidence(const ClassificationRows& rows, int64_t row,
                        std::span<const std::string> pieces) const;

  ModelConfig config;
  TextEncoder text;
  NgramFinder ngrams;
  Encoder encoder;
  std::vector<ClassificationHead> heads;
};

std::vector<std::string> Classifier::Impl::add(std::span<const int32_t> ids, PackedTexts& batch) const {
  batch.add(ids, config.max_length);
  const auto kept = static_cast<size_t>(batch.length(batch.sequences.size() - 1) - 1);
  std::vector<std::string> pieces = text.pieces(ids.first(kept));
  ngrams.add_to(batch, std::span(pieces).first(kept));
  return pieces;
}

void Classifier::Impl::classify_batch(const PackedTexts& texts, const ClassifyOptions& options,
                                      std::span<ClassificationResult> results) const {
  const Matrix encoded = encoder.forward(texts);
  int64_t longest = 0;
  for (size_t i = 0; i < results.size(); ++i) longest = std::max(longest, texts.length(i));
  for (const ClassificationHead& head : heads) {
    attention::Tap tap{.top = longest, .keys = {}, .weights = {}, .entropy = {}};
    const ClassificationRows rows = head.rows(encoded, texts, &tap);
    for (size_t i = 0; i < results.size(); ++i) {
      const auto row = static_cast<int64_t>(i);
      results[i].heads.push_back(
          {.head = head.config().name,
           .labels = rank_labels(head, row_of(rows.logits, row)),
           .attention = mean_attention(tap, config.pool_heads(), row, 1, texts.length(i))[0],
           .ngrams = {},
           .evidence = {}});
      if (options.votes && !head.ngrams().empty()) add_votes(head, results[i]);
      if (options.evidence) results[i].heads.back().evidence = evidence(rows, row, results[i].pieces);
    }
  }
}

void Classifier::Impl::add_votes(const ClassificationHead& head, ClassificationResult& result) const {
  HeadResult& last = result.heads.back();
  const std::vector<std::string>& labels = head.config().labels;
  const auto best = std::ranges::find(labels, last.labels.front().label) - labels.begin();
  const auto pieces = std::span(result.pieces).first(result.pieces.size() - 1);  // without </s>
  if (!pieces.empty())
    last.ngrams = ngrams.votes_by_piece(pieces, head.ngrams(), static_cast<int64_t>(labels.size()), best);
  last.ngrams.push_back(0.0F);
}

HeadEvidence Classifier::Impl::evidence(const ClassificationRows& rows, int64_t row,
                                        std::span<const std::string> pieces) const {
  const auto copy = [&](const Matrix& from) {
    if (from.rows == 0) return std::vector<float>();
    const auto values = row_of(from, row);
    return std::vector<float>(values.begin(), values.end());
  };
  return {.logits = copy(rows.logits),
          .votes = copy(rows.votes),
          .pooled = copy(rows.pooled),
          .unseen = ngrams.unseen_share(pieces.first(pieces.size() - 1))};
}

Classifier::Classifier(const ModelDirectory& directory) {
  const SingleThread single;
  impl_ = std::make_unique<Impl>(directory);
}
Classifier::~Classifier() = default;
Classifier::Classifier(Classifier&&) noexcept = default;

std::vector<ClassificationResult> Classifier::classify(std::span<const std::string> texts,
                                                       const ClassifyOptions& options) const {
  const SingleThread single;
  std::vector<ClassificationResult> results(texts.size());
  size_t begin = 0;
  PackedTexts batch;
  for (size_t i = 0; i < texts.size(); ++i) {
    results[i].pieces = impl_->add(impl_->text.encode(texts[i]), batch);
    if (static_cast<int64_t>(batch.ids.size()) < kBatchTokens && i + 1 < texts.size()) continue;
    impl_->classify_batch(batch, options, std::span(results).subspan(begin, i + 1 - begin));
    begin = i + 1;
    batch = {};
  }
  return results;
}

std::vector<TextVector> Classifier::embed(std::span<const std::string> texts,
                                          const EmbedOptions& options) const {
  const SingleThread single;
  const auto add = [&](size_t i, PackedTexts& batch) {
    return impl_->add(impl_->text.encode(texts[i]), batch);
  };
  return text_vectors(impl_->encoder, texts.size(), add, options);
}

std::vector<std::vector<float>> Classifier::logits(std::span<const int32_t> ids) const {
  check_ids(ids, impl_->config.source_vocabulary, "ids");
  const SingleThread single;
  PackedTexts text;
  impl_->add(ids, text);
  const Matrix encoded = impl_->encoder.forward(text);
  std::vector<std::vector<float>> logits;
  for (const ClassificationHead& head : impl_->heads) {
    const Matrix of_head = head.rows(encoded, text).logits;
    logits.emplace_back(of_head.values.begin(), of_head.values.end());
  }
  return logits;
}

}  // namespace heed::infer
