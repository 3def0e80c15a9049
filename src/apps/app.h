#pragma once

#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/route.h"

namespace heed::apps {

// What an application offers to the programs that mount it. They walk a list of these and know nothing else
// of an application; an application knows nothing of them.
struct Application {
  std::string_view name;
  std::string_view description;
  // Declares its sub-commands, options and examples. A callback writes results to standard output and throws
  // heed::Error.
  void (*add_commands)(CLI::App& program);
  // What it answers over HTTP.
  std::vector<Route> (*routes)();
};

}  // namespace heed::apps
