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
//
// Hypotheses are a tree: each is its last token, which knows the one before it. A token's row in the
// decoder's memory is needed as long as a live hypothesis goes through it.
class SentenceSearch {
 public:
  struct Live {
    int32_t node = 0;
    double log_probability = 0.0;
  };

  explicit SentenceSearch(const SearchLimits& limits);

  bool done() const { return live_.empty(); }
  std::span<const Live> live() const { return live_; }
  int64_t length() const { return length_; }  // of each live hypothesis, in tokens after <s>
  int32_t token(const Live& hypothesis) const { return nodes_[static_cast<size_t>(hypothesis.node)].token; }
  std::vector<int32_t> ids(const Live& hypothesis) const { return ids_of(hypothesis.node); }

  // Where the decoder remembers a live hypothesis's last token.
  void set_row(const Live& hypothesis, int32_t row) {
    nodes_[static_cast<size_t>(hypothesis.node)].row = row;
  }
  // Appends the rows of all its tokens, <s> first.
  void append_rows(const Live& hypothesis, std::vector<int32_t>& rows) const;

  // Candidates that extend() needs for each live hypothesis.
  int64_t candidates() const { return limits_.beam - static_cast<int64_t>(ended_.size()); }

  // One step: `tokens[i]` are the likeliest continuations of live()[i]. Ties go to the lower token, then to
  // the better parent.
  void extend(std::span<const std::span<const ScoredToken>> tokens);
  // The rows that the last extend() left without a live hypothesis: at the end, all that remained.
  std::span<const int32_t> released() const { return released_; }

  // At most nbest, best first; a tie goes to the one that ended first.
  std::vector<Hypothesis> best() const;

 private:
  struct Node {
    int32_t token;
    int32_t parent;  // of <s>: -1
    int32_t row;
    int32_t live;  // continuations that a live hypothesis goes through
  };
  struct Ended {
    int32_t node;
    double score;
  };
  struct Candidate {
    double log_probability;
    int32_t token;
    size_t parent;
  };

  double score(double log_probability, int64_t length) const;
  bool settled() const;
  void end(int32_t node, double log_probability);
  void rank_candidates(std::span<const std::span<const ScoredToken>> tokens);
  std::vector<int32_t> ids_of(int32_t node) const;
  Node& node(int32_t number) { return nodes_[static_cast<size_t>(number)]; }
  void release(int32_t number);

  SearchLimits limits_;
  int64_t length_ = 0;
  std::vector<Node> nodes_;
  std::vector<Live> live_, children_;
  std::vector<Candidate> candidates_;
  std::vector<Ended> ended_;  // best first
  std::vector<int32_t> released_;
};

}  // namespace heed::infer
