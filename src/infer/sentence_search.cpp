#include "infer/sentence_search.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "text/tokenizer.h"

namespace heed::infer {

SentenceSearch::SentenceSearch(const SearchLimits& limits)
    : limits_(limits), nodes_{{Tokenizer::kBegin, -1, -1, 0}}, live_(1) {
  const auto beam = static_cast<size_t>(limits.beam);
  constexpr size_t kFew = 64;  // steps and candidates: most sentences need no more, the others' vectors grow
  nodes_.reserve(1 + beam * std::min(static_cast<size_t>(limits.max_length), kFew));
  candidates_.reserve(std::min(beam * beam, kFew));
  for (auto* hypotheses : {&live_, &children_}) hypotheses->reserve(beam);
  ended_.reserve(beam);
  released_.reserve(beam);
}

double SentenceSearch::score(double log_probability, int64_t length) const {
  return log_probability / std::pow((5.0 + static_cast<double>(length)) / 6.0, limits_.length_penalty);
}

void SentenceSearch::append_rows(const Live& hypothesis, std::vector<int32_t>& rows) const {
  const size_t begin = rows.size();
  rows.resize(begin + static_cast<size_t>(length_) + 1);
  auto place = rows.end();
  for (int32_t node = hypothesis.node; node >= 0; node = nodes_[static_cast<size_t>(node)].parent)
    *--place = nodes_[static_cast<size_t>(node)].row;
}

std::vector<int32_t> SentenceSearch::ids_of(int32_t node) const {
  std::vector<int32_t> ids;
  for (; node > 0; node = nodes_[static_cast<size_t>(node)].parent)
    ids.push_back(nodes_[static_cast<size_t>(node)].token);
  std::reverse(ids.begin(), ids.end());
  return ids;
}

void SentenceSearch::end(int32_t node, double log_probability) {
  const double value = score(log_probability, length_);
  const auto place = std::upper_bound(ended_.begin(), ended_.end(), value,
                                      [](double a, const Ended& b) { return a > b.score; });
  ended_.insert(place, {node, value});
}

// A continuation only loses probability, and is divided by at most the penalty of the greatest length.
bool SentenceSearch::settled() const {
  if (static_cast<int64_t>(ended_.size()) < limits_.nbest) return false;
  const double last = ended_[static_cast<size_t>(limits_.nbest) - 1].score;
  return std::all_of(live_.begin(), live_.end(), [&](const Live& hypothesis) {
    return score(hypothesis.log_probability, limits_.max_length) <= last;
  });
}

void SentenceSearch::rank_candidates(std::span<const std::span<const ScoredToken>> tokens) {
  candidates_.clear();
  for (size_t parent = 0; parent < live_.size(); ++parent) {
    for (const ScoredToken& token : tokens[parent])
      candidates_.push_back({live_[parent].log_probability + token.log_probability, token.id, parent});
  }
  const auto order = [](const Candidate& candidate) {
    return std::tuple(-candidate.log_probability, candidate.token, candidate.parent);
  };
  std::ranges::sort(candidates_, {}, order);
  candidates_.resize(std::min(candidates_.size(), static_cast<size_t>(candidates())));
}

void SentenceSearch::extend(std::span<const std::span<const ScoredToken>> tokens) {
  rank_candidates(tokens);
  ++length_;
  children_.clear();
  for (const Candidate& candidate : candidates_) {
    const auto number = static_cast<int32_t>(nodes_.size());
    const int32_t parent = live_[candidate.parent].node;
    nodes_.push_back({candidate.token, parent, -1, 0});
    if (candidate.token == Tokenizer::kEnd || length_ >= limits_.max_length) {
      end(number, candidate.log_probability);
    } else {
      children_.push_back({number, candidate.log_probability});
      ++node(parent).live;
    }
  }
  std::swap(live_, children_);
  released_.clear();
  for (const Live& before : children_) release(before.node);
  if (!settled()) return;
  for (const Live& hypothesis : live_) release(hypothesis.node);
  live_.clear();
}

// A token that no live hypothesis goes through any more, and those before it.
void SentenceSearch::release(int32_t number) {
  while (number >= 0 && node(number).live == 0) {
    if (node(number).row >= 0) released_.push_back(node(number).row);
    number = node(number).parent;
    if (number >= 0) --node(number).live;
  }
}

std::vector<Hypothesis> SentenceSearch::best() const {
  std::vector<Hypothesis> best;
  for (const Ended& ended : ended_) {
    if (static_cast<int64_t>(best.size()) == limits_.nbest) break;
    best.push_back({ids_of(ended.node), ended.score});
  }
  return best;
}

}  // namespace heed::infer
