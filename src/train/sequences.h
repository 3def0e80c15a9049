#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/batches.h"
#include "train/examples.h"

// Histories as training data: an example a stretch of a person's events, whose tokens are items.
namespace heed::train {

// A recipe's events (data/interactions.h) as a corpus: vocabulary and kinds of events are those of the
// training events. A history is cut from its end into stretches of model.max_length events and the one before
// them; of one person at most kMostStretches, the latest. Of validation (which knows the training events) and
// test (which knows both) the first held-out event of each person is guessed; one whose item is no training
// item counts as missed. Throws with file, line and cure; invalid_argument where a held-out event leaks into
// training (data/interaction_split.h), unless data.drop_leaked, which drops such training events.
Corpus load_sequences(const Recipe& recipe, const std::map<std::string, std::string>& tokenizer_bytes);

constexpr int64_t kMostStretches = 64;
constexpr int32_t kUnknownItem = -1;  // Example::source's last where it is no training item

// make_batch of such examples.
Batch make_sequence_batch(const std::vector<Example>& examples, const std::vector<int64_t>& numbers);

}  // namespace heed::train
