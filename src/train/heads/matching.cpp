#include "train/heads/matching.h"

#include <cmath>

#include "train/heads/classification.h"

namespace heed::train {

using torch::Tensor;

namespace {

constexpr double kLeastLength = 1e-6;  // a text of none stays near 0
const double kMaxScale = std::log(100.0);
constexpr double kNever = -1e9;

// Rows of the texts of pairs, the first's and the second's of each in turn.
struct PairRows {
  Tensor rows;                  // [M] int64, of the encoded ones
  std::vector<int64_t> begins;  // 2 P + 1
};

PairRows rows_of_pairs(const PackedTexts& texts, const PackedPairs& pairs) {
  PairRows of_pairs;
  std::vector<int64_t> rows;
  of_pairs.begins.push_back(0);
  const auto add = [&](int64_t text) {
    for (int64_t row = texts.begins[text]; row < texts.begins[text + 1]; ++row) rows.push_back(row);
    of_pairs.begins.push_back(static_cast<int64_t>(rows.size()));
  };
  for (size_t p = 0; p < pairs.first.size(); ++p) {
    add(pairs.first[p]);
    add(pairs.second[p]);
  }
  of_pairs.rows = torch::tensor(rows, torch::kInt64);
  return of_pairs;
}

// Each text's rows attend to those of its pair's other.
Sequences across(const std::vector<int64_t>& begins) {
  auto sequences = std::make_shared<std::vector<attention::Sequence>>();
  for (size_t text = 0; text + 1 < begins.size(); ++text) {
    const size_t other = text ^ 1U;
    sequences->push_back({.query_begin = begins[text],
                          .query_count = begins[text + 1] - begins[text],
                          .key_begin = begins[other],
                          .key_count = begins[other + 1] - begins[other],
                          .query_position = 0});
  }
  return sequences;
}

// Of rows [P, W] and [P, W]: two numbers each that do not tell which comes first.
std::vector<Tensor> symmetric(const Tensor& a, const Tensor& b) { return {a + b, (a - b).abs()}; }

}  // namespace

MatchingHead::MatchingHead(const Parameters& parameters, const ModelConfig& config)
    : heads_(config.pool_heads()),
      width_(static_cast<double>(config.matching->width)),
      tower_(parameters, "heads." + config.matching->name, config),
      scale_(parameters.at("heads." + config.matching->name + ".scale")),
      align_query_(parameters, "heads." + config.matching->name + ".align.query"),
      align_key_(parameters, "heads." + config.matching->name + ".align.key"),
      compare_(parameters, "heads." + config.matching->name + ".compare"),
      pool_(parameters, "heads." + config.matching->name + ".pair.pool", config),
      hidden_(parameters, "heads." + config.matching->name + ".pair.hidden"),
      output_(parameters, "heads." + config.matching->name + ".pair.output"),
      ngrams_{parameters.find("heads." + config.matching->name + ".pair.ngrams.weight")} {}

Tensor MatchingHead::vectors(const Tensor& encoded, const PackedTexts& texts, DropoutPlan& plan) const {
  const Tensor sum = sum_votes(tower_.branches(encoded, texts, {}, plan));
  return sum / sum.square().sum(1, true).sqrt().clamp_min(kLeastLength);
}

std::vector<Tensor> MatchingHead::votes(const Tensor& encoded, const PackedTexts& texts,
                                        const Tensor& vectors, const PackedPairs& pairs,
                                        DropoutPlan& plan) const {
  const PairRows of_pairs = rows_of_pairs(texts, pairs);
  const Tensor x = encoded.index_select(0, of_pairs.rows);
  const Tensor aligned = attend(align_query_(x), align_key_(x), x, {},
                                {.variant = {},
                                 .sequences = across(of_pairs.begins),
                                 .heads = heads_,
                                 .key_heads = heads_,
                                 .dropout = plan.attention_rate,
                                 .dropout_seed = plan.next()});
  const Tensor features = torch::cat({x, aligned, x - aligned, x * aligned}, 1);
  const Tensor compared = dropout(torch::relu(compare_(features)), plan.rate, plan.next());
  const Tensor pooled = pool_(compared, of_pairs.begins, plan);
  const int64_t count = pairs.pairs();
  const Tensor by_pair = pooled.reshape({count, 2, -1});
  std::vector<Tensor> parts = symmetric(by_pair.select(1, 0), by_pair.select(1, 1));
  const Tensor first = vectors.index_select(0, torch::tensor(pairs.first, torch::kInt64));
  const Tensor second = vectors.index_select(0, torch::tensor(pairs.second, torch::kInt64));
  parts.push_back((first - second).abs() * std::sqrt(width_));
  parts.push_back(first * second * width_);
  const Tensor inner = dropout(torch::relu(hidden_(torch::cat(parts, 1))), plan.rate, plan.next());
  std::vector<Tensor> votes = {output_(inner).squeeze(1)};
  if (pairs.linear_votes.defined()) {
    votes.push_back(pairs.linear_votes);
  } else if (ngrams_) {
    votes.push_back(ngrams_(pairs.ngrams, plan.ngram_rate, plan.next()).squeeze(1));
  }
  return votes;
}

void MatchingHead::weigh_votes(const std::vector<double>& factors) {
  const torch::NoGradGuard no_grad;
  output_.weight.mul_(factors[0]);
  output_.bias.mul_(factors[0]);
  if (ngrams_) ngrams_.table.mul_(factors[1]);
}

Tensor MatchingHead::contrast(const Tensor& vectors, const PackedPairs& pairs) const {
  const auto given = [&](const std::vector<int64_t>& numbers) {
    return torch::tensor(std::vector<int64_t>(numbers.begin(), numbers.begin() + pairs.given), torch::kInt64);
  };
  const Tensor same = pairs.labels.slice(0, 0, pairs.given).gt(0.5).nonzero().squeeze(1);
  if (same.size(0) == 0) return torch::zeros({});
  const Tensor first = vectors.index_select(0, given(pairs.first));
  const Tensor second = vectors.index_select(0, given(pairs.second));
  const Tensor group = pairs.first_groups.slice(0, 0, pairs.given).unsqueeze(1);
  const Tensor alike = group.eq(pairs.second_groups.slice(0, 0, pairs.given).unsqueeze(0));
  const Tensor left_out = alike.logical_and(torch::eye(pairs.given).eq(0));
  const Tensor logits =
      (torch::mm(first, second.t()) * scale_.clamp_max(kMaxScale).exp()).masked_fill(left_out, kNever);
  const auto choose = [&](const Tensor& rows) {
    return -torch::log_softmax(rows.index_select(0, same), 1).gather(1, same.unsqueeze(1)).mean();
  };
  return 0.5 * (choose(logits) + choose(logits.t()));
}

Tensor pair_loss(const std::vector<Tensor>& votes, const Tensor& labels, double smoothing) {
  const Tensor wanted = labels * (1.0 - smoothing) + 0.5 * smoothing;
  Tensor loss = torch::binary_cross_entropy_with_logits(sum_votes(votes), wanted);
  if (votes.size() == 1) return loss;
  for (const Tensor& vote : votes) loss = loss + 0.5 * torch::binary_cross_entropy_with_logits(vote, wanted);
  return loss;
}

}  // namespace heed::train
