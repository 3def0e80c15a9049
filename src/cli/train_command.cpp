#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/error.h"
#include "cli/commands.h"

namespace heed::cli {
namespace {

std::filesystem::path find_trainer() {
  std::error_code problem;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", problem);
  if (problem) throw Error(ErrorCode::io, "/proc/self/exe: cannot read: " + problem.message());
  const std::filesystem::path trainer = self.parent_path() / "heed-train";
  if (!std::filesystem::exists(trainer, problem)) {
    throw Error(ErrorCode::unsupported,
                trainer.string() +
                    ": this build has no training (built with -DHEED_TRAINING=OFF); configure "
                    "with -DHEED_TRAINING=ON where LibTorch is installed, and build heed-train");
  }
  return trainer;
}

// Does not return: this process becomes heed-train, for the job `job` ("": training).
void become_trainer(const std::string& job, std::vector<std::string> arguments) {
  const std::string trainer = find_trainer().string();
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
