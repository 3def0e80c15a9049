#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/batches.h"
#include "train/examples.h"
#include "train/network.h"
#include "train/recipe.h"

namespace heed::train {

// What a Trainer trains towards: where its batches come from, and what measures the network.
class Task {
 public:
  virtual ~Task() = default;

  // Example numbers of each batch of an epoch.
  virtual std::vector<std::vector<int64_t>> plan(int64_t epoch) const = 0;
  // Of examples as an epoch sees them. `seed`: of whatever else is random in it.
  virtual Batch batch(const std::vector<int64_t>& numbers, int64_t epoch, uint64_t seed) const = 0;
  // Figures over what is held out, "loss" among them.
  virtual std::map<std::string, double> measure(const Network& network) const = 0;
  virtual LossOptions loss() const = 0;
  // The names of its lines in the history: while it trains, and of what it measures.
  virtual std::string train_split() const { return "train"; }
  virtual std::string valid_split() const { return "valid"; }
};

// The rows of a corpus, with their translations or labels. `recipe` and `corpus` must outlive it.
std::unique_ptr<Task> labelled_task(const Recipe& recipe, const Corpus& corpus);

}  // namespace heed::train
