#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "train/examples.h"

// What teachers said, kept in the run folder (docs/formats.md, "Run files"), so that a resumed run learns
// from the same answers and needs no teacher. The readers return false where there is no such file, and throw
// invalid_argument where it is of other data than `fingerprint` (corpus_fingerprint) names, corrupt_data
// where it does not fit.
namespace heed::tune {

// The soft labels of every split.
void keep_soft_labels(const std::filesystem::path& folder, const train::Corpus& corpus, uint64_t fingerprint);
bool read_soft_labels(const std::filesystem::path& folder, uint64_t fingerprint, train::Corpus& corpus);

// A translation a training row.
void keep_targets(const std::filesystem::path& folder, const std::vector<std::string>& targets,
                  uint64_t fingerprint);
bool read_targets(const std::filesystem::path& folder, uint64_t fingerprint, size_t rows,
                  std::vector<std::string>& targets);

bool answers_are_kept(const std::filesystem::path& folder);

}  // namespace heed::tune
