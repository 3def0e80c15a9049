#pragma once

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "infer/tiny_model.h"

namespace heed::test {

// The built `heed serve` as a child, over the tiny models of tests/infer/golden, on any port that is free.
class HeedServer {
 public:
  explicit HeedServer(const std::vector<std::string>& options = {}) {
    const std::filesystem::path golden = std::filesystem::path(HEED_SOURCE_DIR) / "tests/infer/golden";
    std::filesystem::create_directory(folder_ / "models");
    for (const char* name : {"classifier", "translator"})
      std::filesystem::copy(
          golden / name, folder_ / ("models/" + std::string(name)),
          std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
    start(options);
  }
  ~HeedServer() { stop(); }
  HeedServer(const HeedServer&) = delete;
  HeedServer& operator=(const HeedServer&) = delete;

  const std::string& url() const { return url_; }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  void start(const std::vector<std::string>& options) {
    std::vector<std::string> words = {HEED_BINARY, "serve",
                                      "--models",  (folder_ / "models").string(),
                                      "--store",   "sqlite:" + (folder_ / "events.sqlite").string(),
                                      "--port",    "0"};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> raw;
    for (std::string& word : words) raw.push_back(word.data());
    raw.push_back(nullptr);
    const std::string log = (folder_ / "log").string();
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(output, STDOUT_FILENO);
      ::dup2(output, STDERR_FILENO);
      ::execv(raw[0], raw.data());
      std::_Exit(127);
    }
    ::close(output);
    url_ = wait_for_url(log);
  }

  // At once, as when a machine loses power.
  void kill() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

  void stop() {
    if (child_ <= 0) return;
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

 private:
  std::string wait_for_url(const std::string& log) const {
    for (int step = 0; step < 3000; ++step) {
      const std::string text = read_file(log);
      const size_t begin = text.find("http://");
      if (begin != std::string::npos) {
        const size_t end = text.find(',', begin);
        if (end != std::string::npos) return text.substr(begin, end - begin);
      }
      if (::waitpid(child_, nullptr, WNOHANG) == child_)
        throw std::runtime_error("heed serve ended: " + text);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("heed serve did not start: " + read_file(log));
  }

  ScratchFolder folder_;
  std::string url_;
  pid_t child_ = -1;
};

}  // namespace heed::test
