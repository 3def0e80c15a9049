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

// Does not return: this process becomes heed-train.
void become_trainer(std::vector<std::string> arguments) {
  const std::string trainer = find_trainer().string();
  arguments.insert(arguments.begin(), trainer);
  std::vector<char*> raw;
  for (std::string& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  ::execv(trainer.c_str(), raw.data());
  throw Error(ErrorCode::io, trainer + ": cannot run: " + std::strerror(errno));
}

}  // namespace

void add_train_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a model by a recipe");
  // Everything after `train`, --help included, is for heed-train: it declares the options and the recipe's
  // keys.
  command->set_help_flag();
  command->prefix_command();
  command->callback([command] { become_trainer(command->remaining()); });
}

}  // namespace heed::cli
