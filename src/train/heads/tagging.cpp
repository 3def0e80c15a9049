#include "train/heads/tagging.h"

#include <algorithm>

namespace heed::train {

using torch::Tensor;

namespace {

constexpr float kForbidden = -1e4F;  // its exponential is 0, and a sum of some is still far from infinity

}  // namespace

ConditionalField::ConditionalField(Tensor begin, Tensor end, Tensor transitions, int64_t entities)
    : begin_(std::move(begin)), end_(std::move(end)), transitions_(std::move(transitions)) {
  const int64_t tags = 1 + 2 * entities;
  begin_forbidden_ = torch::zeros({tags}, begin_.options().requires_grad(false));
  forbidden_ = torch::zeros({tags, tags}, begin_.options().requires_grad(false));
  for (int64_t within = 2; within < tags; within += 2) {
    begin_forbidden_[within] = kForbidden;
    for (int64_t before = 0; before < tags; ++before) {
      if (before != within && before != within - 1) forbidden_[before][within] = kForbidden;
    }
  }
}

Tensor ConditionalField::negative_log_likelihood(const Tensor& scores, const Tensor& tags) const {
  const int64_t count = scores.size(0);
  const Tensor transitions = transitions_ + forbidden_;
  Tensor alpha =
      begin_ + begin_forbidden_ + scores[0];  // log of the sum over all rows up to here, by last tag
  for (int64_t t = 1; t < count; ++t)
    alpha = torch::logsumexp(alpha.unsqueeze(1) + transitions, 0) + scores[t];
  const Tensor all = torch::logsumexp(alpha + end_, 0);
  Tensor own = scores.gather(1, tags.unsqueeze(1)).sum() + begin_[tags[0].item<int64_t>()] +
               end_[tags[count - 1].item<int64_t>()];
  if (count > 1) {
    own = own + transitions_.reshape({-1})
                    .index_select(0, tags.slice(0, 0, count - 1) * transitions_.size(1) + tags.slice(0, 1))
                    .sum();
  }
  return all - own;
}

std::vector<int64_t> ConditionalField::best(const Tensor& scores) const {
  const torch::NoGradGuard no_grad;
  const int64_t count = scores.size(0);
  if (count == 0) return {};
  const Tensor transitions = transitions_ + forbidden_;
  Tensor best = begin_ + begin_forbidden_ + scores[0];
  std::vector<Tensor> from;
  for (int64_t t = 1; t < count; ++t) {
    const auto [values, before] = (best.unsqueeze(1) + transitions).max(0);
    best = values + scores[t];
    from.push_back(before);
  }
  std::vector<int64_t> tags = {(best + end_).argmax().item<int64_t>()};
  for (size_t t = from.size(); t > 0; --t) tags.push_back(from[t - 1][tags.back()].item<int64_t>());
  std::ranges::reverse(tags);
  return tags;
}

TaggingHead::TaggingHead(const Parameters& parameters, const ModelConfig& config)
    : output_(parameters, "heads." + config.tagging->name + ".output"),
      field_(parameters.at("heads." + config.tagging->name + ".begin"),
             parameters.at("heads." + config.tagging->name + ".end"),
             parameters.at("heads." + config.tagging->name + ".transitions"),
             static_cast<int64_t>(config.tagging->entities.size())) {}

Tensor TaggingHead::scores(const Tensor& encoded, DropoutPlan& plan) const {
  return output_(dropout(encoded, plan.rate, plan.next()));
}

Tensor TaggingHead::losses(const Tensor& scores, const Batch& batch) const {
  std::vector<Tensor> losses;
  for (const auto& [text, tags] : batch.tags) {
    const int64_t begin = batch.source.begins[text];
    losses.push_back(field_.negative_log_likelihood(scores.slice(0, begin, begin + tags.size(0)), tags));
  }
  return torch::stack(losses);
}

}  // namespace heed::train
