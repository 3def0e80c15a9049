#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infer/top_tokens.h"

namespace heed::infer {

struct Hypothesis {
  std::vector<int32_t> ids;  // </s> last when it was produced
  double score = 0.0;        // log probability / ((5 + length) / 6)^penalty
};

struct SearchLimits {
  int64_t beam = 4;
  int64_t nbest = 1;
  double length_penalty = 1.0;
  int64_t max_length = 0;  // tokens, </s> included
};

// The beam search of one sentence, apart from the network. A hypothesis that ends keeps its place in the
// beam, so the search goes on with fewer; beam 1 is greedy. It ends when no place is left, when `max_length`
// is reached (what is unfinished then counts as it is), or when no continuation can enter the n-best any
// more, which leaves the result the same.
class SentenceSearch {
 public:
  struct Live {
    std::vector<int32_t> ids;
    double log_probability = 0.0;
    int64_t slot = 0;  // in [0, beam), where the decoder keeps its memory
  };
  struct Move {  // the memory of slot `from` must be copied to slot `to`
    int64_t from = 0;
    int64_t to = 0;
  };

  explicit SentenceSearch(const SearchLimits& limits);

  bool done() const { return live_.empty(); }
  const std::vector<Live>& live() const { return live_; }
  // Candidates that extend() needs for each live hypothesis.
  int64_t candidates() const { return limits_.beam - static_cast<int64_t>(ended_.size()); }

  // One step: `tokens[i]` are the likeliest continuations of live()[i]. Ties go to the lower token, then to
  // the better parent.
  std::vector<Move> extend(std::span<const std::vector<ScoredToken>> tokens);

  // At most nbest, best first; a tie goes to the one that ended first.
  std::vector<Hypothesis> best() const;

 private:
  double score(double log_probability, int64_t length) const;
  bool settled() const;
  void end(std::vector<int32_t> ids, double log_probability);
  std::vector<Move> place_children(std::vector<Live>& children) const;

  SearchLimits limits_;
  std::vector<Live> live_;
  std::vector<Hypothesis> ended_;  // best first
};

}  // namespace heed::infer
