#pragma once

#include <cstdlib>
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

inline void redirect(int stream, const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags, 0600);
  if (file < 0 || ::dup2(file, stream) < 0) std::_Exit(126);
}

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

  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    redirect(STDIN_FILENO, (folder / "input").string(), O_RDONLY);
    redirect(STDOUT_FILENO, file, O_WRONLY | O_CREAT | O_TRUNC);
    redirect(STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC);
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
