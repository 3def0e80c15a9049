#pragma once

#include <CLI/CLI.hpp>

namespace heed::apps::support {

// Declares `heed support answer` and `heed support chat` below `support`.
void add_talk_commands(CLI::App& support);

}  // namespace heed::apps::support
