#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model_directory.h"

namespace heed::infer {

// Something a person did, as a model of sequences takes it in.
struct SequenceEvent {
  std::span<const float> item;  // its vector [D], which must outlive the call
  int64_t kind = 0;             // SequenceRanker::kind
  double gap_seconds = -1.0;    // since the event before; below 0: not known
};

struct EncodedHistory {
  std::vector<float> query;  // [D]: an item's score is its product with the item's vector
  std::vector<float>
      attention;  // a share an event (0 of those that are too long ago), or empty: not asked for
};

// What adds to an item's score: its words, by pieces.
struct PieceVotes {
  std::vector<std::string> pieces;
  std::vector<float> votes;
};

// A model with a head of kind sequence: histories in, what to look for among items' vectors out. Thread-safe.
class SequenceRanker {
 public:
  // Copies what it needs. Throws invalid_argument where the model has no such head.
  explicit SequenceRanker(const ModelDirectory& directory);
  SequenceRanker(SequenceRanker&&) noexcept;
  ~SequenceRanker();

  int64_t dim() const;
  int64_t max_length() const;  // events that are looked at, the latest
  const SequenceConfig& config() const;
  // The item's row among those of training, or -1.
  int64_t row(std::string_view item) const;
  // The kind's number; 0 for one that training never had.
  int64_t kind(std::string_view name) const;

  // [D] of an item of training (row >= 0) or a new one (-1), with these words. All 0 where it is new and has
  // no words that the model knows: nothing can be said of it.
  std::vector<float> item_vector(int64_t row, const std::string& words) const;

  // Each history in the order of time, not empty. A result does not depend on the others.
  std::vector<EncodedHistory> encode(std::span<const std::vector<SequenceEvent>> histories,
                                     bool attention = false) const;

  // How much each piece of the words adds to <query, vector of an item with them>.
  PieceVotes word_votes(const std::string& words, std::span<const float> query) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed::infer
