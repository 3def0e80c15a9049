#include "apps/trainer.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace heed::apps {
namespace {

volatile std::sig_atomic_t child = 0;

void pass_on(int signal) {
  if (child > 0) ::kill(child, signal);
}

// Passes signals on while it lives.
class PassSignals {
 public:
  PassSignals() : interrupt_(std::signal(SIGINT, pass_on)), terminate_(std::signal(SIGTERM, pass_on)) {}
  ~PassSignals() {
    std::signal(SIGINT, interrupt_);
    std::signal(SIGTERM, terminate_);
    child = 0;
  }
  PassSignals(const PassSignals&) = delete;
  PassSignals& operator=(const PassSignals&) = delete;

 private:
  using Handler = void (*)(int);
  Handler interrupt_, terminate_;
};

}  // namespace

std::filesystem::path find_trainer() {
  std::error_code problem;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", problem);
  if (problem) throw Error(ErrorCode::io, "/proc/self/exe: cannot read: " + problem.message());
  std::filesystem::path trainer = self.parent_path() / "heed-train";
  if (!std::filesystem::exists(trainer, problem)) {
    throw Error(ErrorCode::unsupported,
                trainer.string() +
                    ": this build has no training (built with -DHEED_TRAINING=OFF); configure "
                    "with -DHEED_TRAINING=ON where LibTorch is installed, and build heed-train");
  }
  return trainer;
}

void run_trainer(const std::vector<std::string>& arguments) {
  const std::string trainer = find_trainer().string();
  std::vector<std::string> texts{trainer};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> raw;
  for (std::string& text : texts) raw.push_back(text.data());
  raw.push_back(nullptr);
  const PassSignals pass;
  pid_t process = 0;
  if (const int problem = ::posix_spawn(&process, trainer.c_str(), nullptr, nullptr, raw.data(), ::environ)) {
    throw Error(ErrorCode::io, trainer + ": cannot run: " + std::strerror(problem));
  }
  child = process;
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) throw Error(ErrorCode::io, trainer + ": cannot wait for it: " + std::strerror(errno));
  }
  if (WIFSIGNALED(status)) {
    throw Error(ErrorCode::cancelled, "training was ended by signal " + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    throw Error(ErrorCode::internal, "training failed with status " + std::to_string(WEXITSTATUS(status)) +
                                         "; the reason stands above");
  }
}

}  // namespace heed::apps
