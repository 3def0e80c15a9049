#pragma once

#include <CLI/CLI.hpp>

namespace heed::apps::support {

// heed support fit: learns from held-out messages when a model may answer alone, and stores the rule with it.
void add_fit_command(CLI::App& support);

}  // namespace heed::apps::support
