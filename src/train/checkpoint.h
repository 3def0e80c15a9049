#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "train/optimiser.h"
#include "train/parameters.h"

namespace heed::train {

// What a validation found: train.metric of the weights at a step.
struct Validation {
  int64_t step = 0;
  double metric = 0.0;
};

// Where a run stands, beside its tensors. Everything random in a run (order, dropout) is a function of the
// recipe's seed and of these numbers, so nothing else need be kept for the next step to be the same, bit for
// bit.
struct TrainState {
  int64_t step = 0;      // optimiser steps done
  int64_t epoch = 0;     // from 0
  int64_t batch = 0;     // batches done in this epoch
  double seconds = 0.0;  // of training, sittings added up
  bool has_best = false;
  double best = 0.0;  // best validation metric so far
  int64_t best_step = 0;
  int64_t worse_validations = 0;        // since the best
  double rate_scale = 1.0;              // on the schedule's learning rate: what plateaus have left of it
  std::vector<Validation> validations;  // in order
  int64_t snapshots = 0;                // of train.snapshot_minutes, taken
  bool finished = false;
};

// What a checkpoint is made of: references to live objects, written from and read into.
struct CheckpointParts {
  const Parameters& parameters;
  const Optimiser& optimiser;
  const std::vector<torch::Tensor>& average;  // empty where weights are not averaged
};

// One safetensors file: weights, the optimiser's states under their names, averages; the TrainState and the
// optimiser's name in its metadata. Atomic: a crash or a full disk leaves the last good one. Throws io; where
// the checkpoint is another optimiser's, invalid_argument.
void save_checkpoint(const std::filesystem::path& path, const CheckpointParts& parts,
                     const TrainState& state);
TrainState load_checkpoint(const std::filesystem::path& path, const CheckpointParts& parts);

// The state alone.
TrainState read_state(const std::filesystem::path& path);

// Weights only, under their own names.
void save_weights(const std::filesystem::path& path, const Parameters& parameters);
void load_weights(const std::filesystem::path& path, const Parameters& parameters);

}  // namespace heed::train
