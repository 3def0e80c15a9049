#include "infer/classifier.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "infer/alignment.h"
#include "infer/arena.h"
#include "infer/encoder.h"
#include "infer/heads/classification.h"
#include "infer/heads/matching.h"
#include "infer/heads/tagging.h"
#include "infer/ngrams.h"
#include "infer/single_thread.h"
#include "infer/text_encoder.h"
#include "infer/working_memory.h"

namespace heed::infer {
namespace {

constexpr int64_t kBatchTokens = 4096;

const ModelDirectory& require_heads(const ModelDirectory& directory) {
  if (directory.config.has_heads() && !directory.config.sequence) return directory;
  throw Error(ErrorCode::invalid_argument,
              directory.path.string() + ": expected a model with a head that reads texts, found " +
                  (directory.config.sequence ? "a sequence of items; ask it with heed recommend"
                                             : to_string(directory.config.architecture) + " without one"));
}

std::span<const float> row_of(const Matrix& matrix, int64_t row) {
  return {matrix.row(row), static_cast<size_t>(matrix.cols)};
}

void require_finite(std::span<const float> logits, const std::string& head) {
  if (std::all_of(logits.begin(), logits.end(), [](float value) { return std::isfinite(value); })) return;
  throw Error(ErrorCode::corrupt_data, "head '" + head +
                                           "': expected finite logits, found others; check the weights with "
                                           "heed model verify");
}

std::vector<LabelScore> rank_labels(const ClassificationHead& head, std::span<const float> logits) {
  require_finite(logits, head.config().name);
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
    if (config.matching)
      matching.emplace(Weights(directory.weights) / "heads" / config.matching->name, config);
    if (config.tagging) tagging.emplace(Weights(directory.weights) / "heads" / config.tagging->name, config);
  }

  // Appends a text to a batch; its pieces, </s> last.
  std::vector<std::string> add(std::span<const int32_t> ids, PackedTexts& batch) const;
  // `lines` are the batch's texts as they were given, `results` what they have come to so far.
  void classify_batch(const PackedTexts& texts, std::span<const std::string> lines,
                      const ClassifyOptions& options, std::span<ClassificationResult> results) const;
  void match_batch(const PackedTexts& texts, std::vector<PairResult>& results) const;
  const MatchingHead& require_matching() const;
  // The n-grams' part of a text's last head result.
  void add_votes(const ClassificationHead& head, ClassificationResult& result) const;
  HeadEvidence evidence(const PooledRows& rows, int64_t row, std::span<const std::string> pieces) const;

  ModelConfig config;
  TextEncoder text;
  NgramFinder ngrams;
  Encoder encoder;
  std::vector<ClassificationHead> heads;
  std::optional<MatchingHead> matching;
  std::optional<TaggingHead> tagging;
};

std::vector<std::string> Classifier::Impl::add(std::span<const int32_t> ids, PackedTexts& batch) const {
  batch.add(ids, config.max_length);
  const auto kept = static_cast<size_t>(batch.length(batch.sequences.size() - 1) - 1);
  std::vector<std::string> pieces = text.pieces(ids.first(kept));
  ngrams.add_to(batch, std::span(pieces).first(kept));
  return pieces;
}

void Classifier::Impl::classify_batch(const PackedTexts& texts, std::span<const std::string> lines,
                                      const ClassifyOptions& options,
                                      std::span<ClassificationResult> results) const {
  const Workspace workspace(encoding_bytes(config, texts));
  const Matrix encoded = encoder.forward(texts);
  int64_t longest = 0;
  for (size_t i = 0; i < results.size(); ++i) longest = std::max(longest, texts.length(i));
  for (const ClassificationHead& head : heads) {
    attention::Tap tap{.top = longest, .keys = {}, .weights = {}, .entropy = {}};
    const PooledRows rows = head.rows(encoded, texts, &tap);
    for (size_t i = 0; i < results.size(); ++i) {
      const auto row = static_cast<int64_t>(i);
      results[i].heads.push_back(
          {.head = head.config().name,
           .labels = rank_labels(head, row_of(rows.outputs, row)),
           .attention = mean_attention(tap, config.pool_heads(), row, 1, texts.length(i))[0],
           .ngrams = {},
           .evidence = {}});
      if (options.votes && !head.ngrams().empty()) add_votes(head, results[i]);
      if (options.evidence) results[i].heads.back().evidence = evidence(rows, row, results[i].pieces);
    }
  }
  if (matching) {
    const Matrix vectors = matching->vectors(encoded, texts);
    for (size_t i = 0; i < results.size(); ++i) {
      const float* const row = vectors.row(static_cast<int64_t>(i));
      results[i].vector.assign(row, row + vectors.cols);
      require_finite(results[i].vector, config.matching->name);
    }
  }
  if (!tagging) return;
  const Matrix scores = tagging->scores(encoded);
  for (size_t i = 0; i < results.size(); ++i) {
    const auto pieces = std::span(results[i].pieces).first(results[i].pieces.size() - 1);  // without </s>
    results[i].entities = tagging->entities(lines[i], pieces, scores, texts.sequences[i].query_begin);
  }
}

void Classifier::Impl::match_batch(const PackedTexts& texts, std::vector<PairResult>& results) const {
  const Workspace workspace(encoding_bytes(config, texts));
  const Matrix encoded = encoder.forward(texts);
  const Matrix vectors = matching->vectors(encoded, texts);
  const std::vector<float> logits = matching->pair_logits(encoded, texts, vectors);
  require_finite(logits, config.matching->name);
  for (size_t p = 0; p < logits.size(); ++p) {
    const float *u = vectors.row(static_cast<int64_t>(2 * p)), *v = u + vectors.cols;
    double cosine = 0.0;
    for (int64_t e = 0; e < vectors.cols; ++e)
      cosine += static_cast<double>(u[e]) * static_cast<double>(v[e]);
    results.push_back({.probability = matching->probability(logits[p]), .cosine = cosine});
  }
}

const MatchingHead& Classifier::Impl::require_matching() const {
  if (matching) return *matching;
  throw Error(ErrorCode::invalid_argument,
              "match: expected a model with a head of kind matching, found none");
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

HeadEvidence Classifier::Impl::evidence(const PooledRows& rows, int64_t row,
                                        std::span<const std::string> pieces) const {
  const auto copy = [&](const Matrix& from) {
    if (from.rows == 0) return std::vector<float>();
    const auto values = row_of(from, row);
    return std::vector<float>(values.begin(), values.end());
  };
  return {.logits = copy(rows.outputs),
          .votes = copy(rows.votes),
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
    impl_->classify_batch(batch, texts.subspan(begin, i + 1 - begin), options,
                          std::span(results).subspan(begin, i + 1 - begin));
    begin = i + 1;
    batch = {};
  }
  return results;
}

std::vector<PairResult> Classifier::match(std::span<const TextPair> pairs) const {
  impl_->require_matching();
  const SingleThread single;
  std::vector<PairResult> results;
  PackedTexts batch;
  for (size_t p = 0; p < pairs.size(); ++p) {
    impl_->add(impl_->text.encode(pairs[p].first), batch);
    impl_->add(impl_->text.encode(pairs[p].second), batch);
    if (static_cast<int64_t>(batch.ids.size()) < kBatchTokens && p + 1 < pairs.size()) continue;
    impl_->match_batch(batch, results);
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
  return text_vectors(impl_->encoder, impl_->config, texts.size(), add, options);
}

std::vector<std::vector<float>> Classifier::logits(std::span<const int32_t> ids) const {
  check_ids(ids, impl_->config.source_vocabulary, "ids");
  const SingleThread single;
  PackedTexts text;
  impl_->add(ids, text);
  const Workspace workspace(encoding_bytes(impl_->config, text));
  const Matrix encoded = impl_->encoder.forward(text);
  std::vector<std::vector<float>> logits;
  for (const ClassificationHead& head : impl_->heads) {
    const Matrix of_head = head.rows(encoded, text).outputs;
    logits.emplace_back(of_head.values.begin(), of_head.values.end());
  }
  return logits;
}

float Classifier::pair_logit(std::span<const int32_t> first, std::span<const int32_t> second) const {
  const MatchingHead& head = impl_->require_matching();
  const SingleThread single;
  PackedTexts texts;
  for (const auto ids : {first, second}) {
    check_ids(ids, impl_->config.source_vocabulary, "ids");
    impl_->add(ids, texts);
  }
  const Workspace workspace(encoding_bytes(impl_->config, texts));
  const Matrix encoded = impl_->encoder.forward(texts);
  return head.pair_logits(encoded, texts, head.vectors(encoded, texts)).front();
}

std::vector<float> Classifier::tag_scores(std::span<const int32_t> ids) const {
  check_ids(ids, impl_->config.source_vocabulary, "ids");
  if (!impl_->tagging)
    throw Error(ErrorCode::invalid_argument,
                "tags: expected a model with a head of kind tagging, found none");
  const SingleThread single;
  PackedTexts text;
  impl_->add(ids, text);
  const Workspace workspace(encoding_bytes(impl_->config, text));
  const Matrix scores = impl_->tagging->scores(impl_->encoder.forward(text));
  return {scores.values.begin(), scores.values.end() - scores.cols};  // without </s>
}

}  // namespace heed::infer
