#pragma once

#include <CLI/CLI.hpp>

namespace heed::apps::digest {

void add_digest_command(CLI::App& program);

}  // namespace heed::apps::digest
