#include "infer/sentence_search.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "text/tokenizer.h"

namespace heed::infer {
namespace {

struct Candidate {
  double log_probability;
  int32_t token;
  size_t parent;
};

std::vector<Candidate> best_candidates(std::span<const SentenceSearch::Live> live,
                                       std::span<const std::vector<ScoredToken>> tokens, int64_t count) {
  std::vector<Candidate> all;
  for (size_t parent = 0; parent < live.size(); ++parent) {
    for (const ScoredToken& token : tokens[parent]) {
      all.push_back({live[parent].log_probability + token.log_probability, token.id, parent});
    }
  }
  std::sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(-a.log_probability, a.token, a.parent) <
           std::tuple(-b.log_probability, b.token, b.parent);
  });
  all.resize(std::min(all.size(), static_cast<size_t>(count)));
  return all;
}

std::vector<int32_t> append(std::vector<int32_t> ids, int32_t token) {
  ids.push_back(token);
  return ids;
}

}  // namespace

SentenceSearch::SentenceSearch(const SearchLimits& limits) : limits_(limits), live_(1) {}

double SentenceSearch::score(double log_probability, int64_t length) const {
  return log_probability / std::pow((5.0 + static_cast<double>(length)) / 6.0, limits_.length_penalty);
}

void SentenceSearch::end(std::vector<int32_t> ids, double log_probability) {
  const double value = score(log_probability, static_cast<int64_t>(ids.size()));
  const auto place = std::upper_bound(ended_.begin(), ended_.end(), value,
                                      [](double a, const Hypothesis& b) { return a > b.score; });
  ended_.insert(place, {std::move(ids), value});
}

// A continuation only loses probability, and is divided by at most the penalty of the greatest length.
bool SentenceSearch::settled() const {
  if (static_cast<int64_t>(ended_.size()) < limits_.nbest) return false;
  const double last = ended_[static_cast<size_t>(limits_.nbest) - 1].score;
  return std::all_of(live_.begin(), live_.end(), [&](const Live& hypothesis) {
    return score(hypothesis.log_probability, limits_.max_length) <= last;
  });
}

// The first child of a parent stays in its slot; the others take slots that nothing lives in any more.
std::vector<SentenceSearch::Move> SentenceSearch::place_children(std::vector<Live>& children) const {
  std::vector<bool> taken(static_cast<size_t>(limits_.beam), false);
  std::vector<Live*> homeless;
  for (Live& child : children) {
    if (taken[child.slot]) homeless.push_back(&child);
    taken[child.slot] = true;
  }
  std::vector<Move> moves;
  int64_t free = 0;
  for (Live* child : homeless) {
    while (taken[free]) ++free;
    taken[free] = true;
    moves.push_back({.from = child->slot, .to = free});
    child->slot = free;
  }
  return moves;
}

std::vector<SentenceSearch::Move> SentenceSearch::extend(std::span<const std::vector<ScoredToken>> tokens) {
  std::vector<Live> children;
  for (const Candidate& candidate : best_candidates(live_, tokens, candidates())) {
    const Live& parent = live_[candidate.parent];
    std::vector<int32_t> ids = append(parent.ids, candidate.token);
    const bool full = static_cast<int64_t>(ids.size()) >= limits_.max_length;
    if (candidate.token == Tokenizer::kEnd || full) {
      end(std::move(ids), candidate.log_probability);
    } else {
      children.push_back({std::move(ids), candidate.log_probability, parent.slot});
    }
  }
  const std::vector<Move> moves = place_children(children);
  live_ = std::move(children);
  if (settled()) live_.clear();
  return moves;
}

std::vector<Hypothesis> SentenceSearch::best() const {
  const auto count = std::min(ended_.size(), static_cast<size_t>(limits_.nbest));
  return {ended_.begin(), ended_.begin() + static_cast<int64_t>(count)};
}

}  // namespace heed::infer
