#pragma once

#include <cstdint>
#include <string>

#include "model/model_directory.h"
#include "text/tokenizer.h"

namespace heed {

// The tokenizer tokenizers/<file>, checked to have exactly `vocabulary` pieces. Throws corrupt_data.
Tokenizer open_tokenizer(const ModelDirectory& directory, const std::string& file, int64_t vocabulary);

struct VerifiedModel {
  int64_t weights = 0;     // without the scales of I8
  int64_t parameters = 0;  // numbers in them
  uint64_t bytes = 0;      // of the whole version on the disk
};

// What open_model leaves out because it takes time: every weight is finite, and the tokenizers load and fit
// the embeddings. Throws corrupt_data naming the file and the first bad number.
VerifiedModel verify_model(const ModelDirectory& directory);

// Numbers that its weights hold, scales of I8 apart.
int64_t count_parameters(const ModelDirectory& model);

// Bytes of all regular files under `folder`.
uint64_t folder_bytes(const std::filesystem::path& folder);

}  // namespace heed
