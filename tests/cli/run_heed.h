#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "infer/tiny_model.h"

namespace heed::test {

struct Outcome {
  int status = -1;  // exit status, or 128 + signal
  std::string output;
  std::string error;
};

// A file opened before the fork, so that a failure is the test's own and names its reason.
class Stream {
 public:
  Stream(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) throw std::runtime_error(path + ": cannot open: " + std::strerror(errno));
  }
  ~Stream() { ::close(descriptor_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void become(int number) const {
    if (::dup2(descriptor_, number) < 0) std::_Exit(126);
  }

 private:
  int descriptor_;
};

// Runs the built `heed` with these arguments and this standard input; standard output goes to `file`
// ("/dev/full").
inline Outcome run_heed_into(const std::string& file, const std::vector<std::string>& arguments,
                             const std::string& input = "") {
  const ScratchFolder folder;
  write_file_atomically(folder / "input", input);
  const std::string errors = (folder / "error").string();
  std::vector<std::string> words = {HEED_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);

  const Stream in((folder / "input").string(), O_RDONLY);
  const Stream out(file, O_WRONLY | O_CREAT | O_TRUNC);
  const Stream err(errors, O_WRONLY | O_CREAT | O_TRUNC);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    in.become(STDIN_FILENO);
    out.become(STDOUT_FILENO);
    err.become(STDERR_FILENO);
    ::execv(raw[0], raw.data());
    std::_Exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  Outcome outcome;
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.error = read_file(errors);
  return outcome;
}

// The same, with standard output kept.
inline Outcome run_heed(const std::vector<std::string>& arguments, const std::string& input = "") {
  const ScratchFolder folder;
  const std::string output = (folder / "output").string();
  Outcome outcome = run_heed_into(output, arguments, input);
  outcome.output = read_file(output);
  return outcome;
}

}  // namespace heed::test
