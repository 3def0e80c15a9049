#include "train/pair_figures.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "metrics/calibration.h"
#include "metrics/temperature.h"
#include "metrics/vote_weights.h"
#include "train/labels.h"

namespace heed::train {
namespace {

constexpr size_t kQuestions = 2000;

double f1_of(int64_t hits, int64_t found, int64_t wanted) {
  return found + wanted == 0 ? 0.0 : 2.0 * static_cast<double>(hits) / static_cast<double>(found + wanted);
}

double best_f1(std::span<const float> logits, const std::vector<uint8_t>& labels) {
  std::vector<size_t> order(labels.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return logits[a] > logits[b]; });
  const auto wanted = std::accumulate(labels.begin(), labels.end(), int64_t{0});
  double best = 0.0;
  int64_t hits = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    hits += labels[order[i]];
    const bool ties = i + 1 < order.size() && logits[order[i + 1]] == logits[order[i]];
    if (!ties) best = std::max(best, f1_of(hits, static_cast<int64_t>(i) + 1, wanted));
  }
  return best;
}

struct Ranks {
  double reciprocal = 0.0, first = 0.0;
};

Ranks rank_seconds(const PairScores& scores) {
  std::vector<int64_t> asked;
  for (size_t i = 0; i < scores.given_labels.size() && asked.size() < kQuestions; ++i) {
    if (scores.given_labels[i] != 0) asked.push_back(static_cast<int64_t>(i));
  }
  Ranks ranks;
  if (asked.empty()) return ranks;
  const torch::Tensor cosines =
      torch::mm(scores.first.index_select(0, torch::tensor(asked, torch::kInt64)), scores.second.t())
          .contiguous();
  const auto rows = cosines.accessor<float, 2>();
  for (size_t i = 0; i < asked.size(); ++i) {
    const int64_t own = asked[i];
    int64_t rank = 1;
    for (int64_t j = 0; j < scores.second.size(0); ++j) {
      const bool rival = scores.second_groups[j] != scores.first_groups[own];
      if (rival && rows[static_cast<int64_t>(i)][j] >= rows[static_cast<int64_t>(i)][own]) ++rank;
    }
    ranks.reciprocal += 1.0 / static_cast<double>(rank);
    ranks.first += rank == 1 ? 1.0 : 0.0;
  }
  ranks.reciprocal /= static_cast<double>(asked.size());
  ranks.first /= static_cast<double>(asked.size());
  return ranks;
}

}  // namespace

PairScores score_pairs(const Network& network, const Split& split, int64_t batch_tokens) {
  const torch::NoGradGuard no_grad;
  std::vector<std::vector<torch::Tensor>> votes;
  std::vector<torch::Tensor> first, second;
  PairScores scores;
  for (const auto& numbers : batches_in_order(split.examples, batch_tokens)) {
    const Batch batch = make_batch(split.examples, numbers, network.config());
    const PackedPairs& pairs = batch.pairs;
    if (pairs.pairs() == 0) continue;
    DropoutPlan none;
    const torch::Tensor encoded = network.encode(batch.source, none);
    const torch::Tensor vectors = network.matching()->vectors(encoded, batch.source, none);
    const auto own = network.matching()->votes(encoded, batch.source, vectors, pairs, none);
    votes.resize(own.size());
    for (size_t v = 0; v < own.size(); ++v) votes[v].push_back(own[v]);
    for (int64_t p = 0; p < pairs.pairs(); ++p) {
      const uint8_t label = pairs.labels[p].item<float>() > 0.5F ? 1 : 0;
      scores.labels.push_back(label);
      if (p >= pairs.given) continue;
      scores.given_labels.push_back(label);
      scores.first_groups.push_back(pairs.first_groups[p].item<int64_t>());
      scores.second_groups.push_back(pairs.second_groups[p].item<int64_t>());
      first.push_back(vectors[pairs.first[p]]);
      second.push_back(vectors[pairs.second[p]]);
    }
  }
  for (const auto& branch : votes) scores.votes.push_back(torch::cat(branch).contiguous());
  if (first.empty()) return scores;
  scores.first = torch::stack(first);
  scores.second = torch::stack(second);
  return scores;
}

std::map<std::string, double> pair_figures(const PairScores& scores, const MatchingConfig& config) {
  if (scores.votes.empty()) return {};
  const torch::Tensor sum = sum_votes(scores.votes).contiguous();
  const std::span<const float> logits = floats(sum);
  std::vector<float> two;  // logits of 0 and 1
  std::vector<int32_t> truth;
  int64_t hits = 0, found = 0, right = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    const bool same = logits[i] > 0.0F, wanted = scores.labels[i] != 0;
    found += same ? 1 : 0;
    hits += same && wanted ? 1 : 0;
    right += same == wanted ? 1 : 0;
    two.insert(two.end(), {0.0F, logits[i]});
    truth.push_back(wanted ? 1 : 0);
  }
  const int64_t wanted = std::accumulate(truth.begin(), truth.end(), int64_t{0});
  const auto probabilities = metrics::softmax_rows(two, 2, config.temperature);
  const Ranks ranks = rank_seconds(scores);
  return {{"accuracy", static_cast<double>(right) / static_cast<double>(truth.size())},
          {"f1", f1_of(hits, found, wanted)},
          {"best_f1", best_f1(logits, scores.labels)},
          {"calibration_error", metrics::expected_calibration_error(probabilities, truth, 2)},
          {"mrr", ranks.reciprocal},
          {"recall_at_1", ranks.first}};
}

std::vector<double> fit_pair_factors(const PairScores& scores) {
  std::vector<torch::Tensor> two;
  std::vector<std::span<const float>> votes;
  for (const torch::Tensor& vote : scores.votes)
    two.push_back(torch::stack({torch::zeros_like(vote), vote}, 1).contiguous());
  for (const torch::Tensor& vote : two) votes.push_back(floats(vote));
  const std::vector<int32_t> truth(scores.labels.begin(), scores.labels.end());
  return metrics::fit_vote_weights(votes, truth, 2);
}

double fit_pair_temperature(const PairScores& scores, const std::vector<double>& factors) {
  torch::Tensor sum = torch::zeros_like(scores.votes[0]);
  for (size_t v = 0; v < factors.size(); ++v) sum = sum + scores.votes[v] * factors[v];
  return metrics::fit_sigmoid_temperature(floats(sum), scores.labels);
}

}  // namespace heed::train
