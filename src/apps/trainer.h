#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heed::apps {

// heed-train, beside this program. Throws unsupported, with the cure, where this build has none.
std::filesystem::path find_trainer();

// Runs heed-train with these arguments as a child and waits for it; what it prints is seen as it comes.
// Ctrl-C and SIGTERM are passed on, so that it saves a checkpoint. Throws io where it cannot be run,
// cancelled where a signal ended it, and internal where it failed: its own message has been printed.
void run_trainer(const std::vector<std::string>& arguments);

}  // namespace heed::apps
