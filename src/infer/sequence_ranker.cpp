#include "infer/sequence_ranker.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "infer/alignment.h"
#include "infer/arena.h"
#include "infer/heads/sequence.h"
#include "infer/single_thread.h"
#include "infer/transformer.h"
#include "infer/working_memory.h"
#include "kernels/positions.h"
#include "text/normalise.h"
#include "text/tokenizer.h"

namespace heed::infer {
namespace {

const ModelDirectory& require_sequence(const ModelDirectory& directory) {
  if (directory.config.sequence) return directory;
  throw Error(ErrorCode::invalid_argument,
              directory.path.string() +
                  ": expected a model with a head of kind sequence, found none; make one "
                  "with heed recommend train");
}

std::vector<float> position_table(const ModelDirectory& directory) {
  const ModelConfig& config = directory.config;
  if (config.positions == "sinusoidal") return kernels::sinusoid_table(config.max_length, config.dim);
  return (Weights(directory.weights) / "positions").find("weight");
}

}  // namespace

struct SequenceRanker::Impl {
  explicit Impl(const ModelDirectory& directory)
      : config(require_sequence(directory).config),
        head(Weights(directory.weights), config),
        positions(position_table(directory)),
        stack(Weights(directory.weights) / "encoder", config) {
    const std::string& file = config.source_tokenizer;
    if (config.reads_text())
      tokenizer =
          Tokenizer::from_bytes(directory.tokenizer(file), (directory.path / "tokenizers" / file).string());
    const SequenceConfig& sequence = *config.sequence;
    for (size_t i = 0; i < sequence.items.size(); ++i)
      rows.emplace(sequence.items[i], static_cast<int64_t>(i));
  }

  std::vector<std::string> pieces(const std::string& words) const {
    if (!tokenizer) return {};
    return tokenizer->pieces(
        normalise(words, NormaliseOptions{parse_normalisation(config.normalisation), config.lowercase}));
  }

  int64_t kept(const std::vector<SequenceEvent>& history) const {
    return std::min(static_cast<int64_t>(history.size()), config.max_length);
  }

  // Rows of the latest events of each history, one after another.
  Matrix embed(std::span<const std::vector<SequenceEvent>> histories,
               std::vector<attention::Sequence>& rows_of) const;

  ModelConfig config;
  SequenceHead head;
  std::vector<float> positions;  // [max_length, D], or empty
  TransformerEncoder stack;
  std::optional<Tokenizer> tokenizer;
  std::unordered_map<std::string_view, int64_t> rows;
};

Matrix SequenceRanker::Impl::embed(std::span<const std::vector<SequenceEvent>> histories,
                                   std::vector<attention::Sequence>& rows_of) const {
  int64_t count = 0;
  for (const auto& history : histories) {
    const int64_t own = kept(history);
    rows_of.push_back({.query_begin = count,
                       .query_count = own,
                       .key_begin = count,
                       .key_count = own,
                       .query_position = 0});
    count += own;
  }
  Matrix x(count, config.dim);
  float* to = x.values.data();
  for (const auto& history : histories) {
    const auto first = history.end() - static_cast<std::ptrdiff_t>(kept(history));
    for (auto event = first; event != history.end(); ++event, to += config.dim) {
      head.embed(event->item, event->kind, config.sequence->gap_bucket(event->gap_seconds), to);
      if (positions.empty()) continue;
      const float* const place = positions.data() + (event - first) * config.dim;
      for (int64_t d = 0; d < config.dim; ++d) to[d] += place[d];
    }
  }
  return x;
}

SequenceRanker::SequenceRanker(const ModelDirectory& directory) : impl_(std::make_unique<Impl>(directory)) {}
SequenceRanker::SequenceRanker(SequenceRanker&&) noexcept = default;
SequenceRanker::~SequenceRanker() = default;

int64_t SequenceRanker::dim() const { return impl_->config.dim; }
int64_t SequenceRanker::max_length() const { return impl_->config.max_length; }
const SequenceConfig& SequenceRanker::config() const { return *impl_->config.sequence; }

int64_t SequenceRanker::row(std::string_view item) const {
  const auto at = impl_->rows.find(item);
  return at == impl_->rows.end() ? -1 : at->second;
}

int64_t SequenceRanker::kind(std::string_view name) const {
  const auto& kinds = config().kinds;
  const auto at = std::ranges::find(kinds, name);
  return at == kinds.end() ? 0 : at - kinds.begin();
}

std::vector<float> SequenceRanker::item_vector(int64_t row, const std::string& words) const {
  return impl_->head.item(row, impl_->pieces(words));
}

std::vector<EncodedHistory> SequenceRanker::encode(std::span<const std::vector<SequenceEvent>> histories,
                                                   bool attention) const {
  const SingleThread single_thread;
  std::vector<attention::Sequence> rows;
  int64_t longest = 1, events = 0;
  for (const auto& history : histories) {
    if (history.empty())
      throw Error(ErrorCode::invalid_argument, "histories: expected at least one event in each, found none");
    longest = std::max(longest, impl_->kept(history));
    events += impl_->kept(history);
  }
  const Workspace workspace(encoding_bytes(impl_->config, events, static_cast<int64_t>(histories.size())));
  Matrix x = impl_->embed(histories, rows);
  attention::Tap tap{.top = longest};
  const Matrix encoded = impl_->stack.forward(std::move(x), rows, attention ? &tap : nullptr);
  std::vector<EncodedHistory> results;
  for (size_t i = 0; i < histories.size(); ++i) {
    const int64_t last = rows[i].query_begin + rows[i].query_count - 1;
    EncodedHistory result{.query = {encoded.row(last), encoded.row(last) + encoded.cols}, .attention = {}};
    if (!std::ranges::all_of(result.query, [](float value) { return std::isfinite(value); }))
      throw Error(
          ErrorCode::corrupt_data,
          "sequence: expected finite numbers, found others; check the weights with heed model verify");
    if (attention) {
      result.attention.assign(histories[i].size() - static_cast<size_t>(rows[i].query_count), 0.0F);
      const std::vector<float> shares =
          mean_attention(tap, impl_->config.heads, last, 1, rows[i].query_count)[0];
      result.attention.insert(result.attention.end(), shares.begin(), shares.end());
    }
    results.push_back(std::move(result));
  }
  return results;
}

PieceVotes SequenceRanker::word_votes(const std::string& words, std::span<const float> query) const {
  PieceVotes found{.pieces = impl_->pieces(words), .votes = {}};
  found.votes = impl_->head.votes_by_piece(found.pieces, query);
  return found;
}

}  // namespace heed::infer
