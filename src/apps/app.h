#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/route.h"
#include "base/settings.h"

namespace heed::apps {

// A figure for /metrics; its name there is heed_APPLICATION_NAME.
struct Metric {
  std::string name;
  std::string help;
  std::string kind = "gauge";                               // or "counter"
  std::vector<std::pair<std::string, double>> values = {};  // by labels: action="answer", or ""
};

// An application as one server runs it, where it needs more than routes: settings, state, workers.
class MountedApplication {
 public:
  virtual ~MountedApplication() = default;
  // Binds the keys of [apps.NAME] to variables of its own; `prefix` is "apps.NAME.". Before routes().
  virtual void add_settings(Settings& settings, const std::string& prefix) = 0;
  // Called once; handlers run between start() and the end of the server. What is only described is never
  // started.
  virtual std::vector<Route> routes() = 0;
  // All that `services` lends is there, and outlives this; settings have been read. Begins workers. Throws
  // what is wrong, and the server does not start.
  virtual void start(Services& services) = 0;
  // Ends workers, and replies to what still waits for its own; nothing is asked of it any more.
  virtual void stop() = 0;
  // Drops what memory holds of a person, after the store has deleted it.
  virtual void forget(const std::string& tenant, const std::string& subject) = 0;
  virtual std::vector<Metric> metrics() const = 0;
  // The market that this application runs for all, from start() to stop(); null: none.
  virtual economy::MinuteMarket* minutes() { return nullptr; }
};

// What an application offers to the programs that mount it. They walk a list of these and know nothing else
// of an application; an application knows nothing of them.
struct Application {
  std::string_view name;
  std::string_view description;
  // Declares its sub-commands, options and examples. A callback writes results to standard output and throws
  // heed::Error.
  void (*add_commands)(CLI::App& program);
  // What it answers over HTTP by models alone; null: nothing.
  std::vector<Route> (*routes)() = nullptr;
  // The rest of what it answers, with settings and state of its own; null: it has none.
  std::unique_ptr<MountedApplication> (*mount)() = nullptr;
};

}  // namespace heed::apps
