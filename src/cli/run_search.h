#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/run.h"

namespace heed::cli {

// The folder of the run that a person names: models/bank.run, models/bank/3/run, models/bank/3, or
// models/bank (the run of `current`, else the unfinished one). Throws not_found: what was expected and what
// stands there.
std::filesystem::path find_run(const std::string& name);

// Every run of a folder, of a model, or of a version, in the order of names, versions by number. An ended
// training's own folder is left out where the model that it wrote has the same run. A run that cannot be read
// is left out too, and its error appended to `problems`. Throws not_found where there is no such folder.
std::vector<Run> find_runs(const std::string& folder, std::vector<std::string>& problems);

}  // namespace heed::cli
