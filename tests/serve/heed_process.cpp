#include "serve/heed_process.h"

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "serve/test_client.h"

namespace heed::test {

HeedProcess::HeedProcess(const std::filesystem::path& models, const std::vector<std::string>& options) {
  std::vector<std::string> words = {HEED_PROGRAMS "/heed", "serve",  "--models",
                                    models.string(),       "--port", "0"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);
  const std::string log_file = (folder_ / "log").string();
  const int errors = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(errors, STDERR_FILENO);
    ::execv(raw[0], raw.data());
    std::_Exit(127);
  }
  ::close(errors);
  const std::string mark = "://127.0.0.1:";
  const bool ready = eventually([&] {
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) == process_) {
      process_ = -1;
      return true;
    }
    const std::string text = log();
    const size_t at = text.find(mark);
    if (at == std::string::npos || text.find('\n', at) == std::string::npos) return false;
    port_ = static_cast<uint16_t>(std::stoi(text.substr(at + mark.size())));
    return true;
  });
  if (!ready || port_ == 0) throw std::runtime_error("heed serve did not start: " + log());
}

HeedProcess::~HeedProcess() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

std::string HeedProcess::log() const { return read_file(folder_ / "log"); }

void HeedProcess::signal(int number) const { ::kill(process_, number); }

int HeedProcess::wait() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int64_t HeedProcess::resident_kb() const {
  const std::string status = read_file("/proc/" + std::to_string(process_) + "/status");
  const size_t at = status.find("VmRSS:");
  return at == std::string::npos ? 0 : std::stoll(status.substr(at + 6));
}

}  // namespace heed::test
