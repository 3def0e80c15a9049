#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <unistd.h>

#include "apps/trainer.h"
#include "base/error.h"
#include "cli/commands.h"

namespace heed::cli {
namespace {

// Does not return: this process becomes heed-train, for the job `job` ("": training).
void become_trainer(const std::string& job, std::vector<std::string> arguments) {
  const std::string trainer = apps::find_trainer().string();
  if (!job.empty()) arguments.insert(arguments.begin(), job);
  arguments.insert(arguments.begin(), trainer);
  std::vector<char*> raw;
  for (std::string& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  ::execv(trainer.c_str(), raw.data());
  throw Error(ErrorCode::io, trainer + ": cannot run: " + std::strerror(errno));
}

// Everything after the command, --help included, is for heed-train, which declares the options.
void add_job(CLI::App& app, const std::string& command_name, const std::string& what,
             const std::string& job) {
  CLI::App* command = app.add_subcommand(command_name, what);
  command->set_help_flag();
  command->prefix_command();
  command->callback([command, job] { become_trainer(job, command->remaining()); });
}

}  // namespace

void add_train_command(CLI::App& app) { add_job(app, "train", "Train a model by a recipe", ""); }

void add_prune_command(CLI::App& app) {
  add_job(app, "prune", "Make a smaller model: fewer layers, heads, units or pieces, trained again", "prune");
}

}  // namespace heed::cli
