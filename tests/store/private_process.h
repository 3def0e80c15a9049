#pragma once

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// Another program as a child of this process, which it does not outlive. Started by root it runs as an
// unprivileged user: PostgreSQL refuses anything else.
class PrivateProcess {
 public:
  PrivateProcess() = default;
  // `words`: the program's path and its arguments; what it prints goes to `log`.
  PrivateProcess(const std::vector<std::string>& words, const std::filesystem::path& log) {
    const passwd* user = ::geteuid() == 0 ? unprivileged_user() : nullptr;
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const int output = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ > 0) {
      ::close(output);
      return;
    }
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    const bool is_demoted = !user || (::setgid(user->pw_gid) == 0 && ::setuid(user->pw_uid) == 0);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which would forget it
    if (!is_demoted || ::getppid() != parent || ::chdir("/") != 0) ::_exit(126);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ~PrivateProcess() { stop(SIGKILL); }
  PrivateProcess(PrivateProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  PrivateProcess& operator=(PrivateProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
  }

  // Waits for its end; its exit status, or -1 where a signal ended it.
  int wait() {
    if (pid_ <= 0) return -1;
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int stop(int signal) {
    if (pid_ > 0) ::kill(pid_, signal);
    return wait();
  }

  // Gives a folder to the user that the process runs as.
  static void hand_over(const std::filesystem::path& folder) {
    if (::geteuid() != 0) return;
    const passwd* user = unprivileged_user();
    if (::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::system_error(errno, std::generic_category(), "chown " + folder.string());
    }
  }

 private:
  static const passwd* unprivileged_user() {
    const passwd* user = ::getpwnam("postgres");
    return user ? user : ::getpwnam("nobody");
  }

  pid_t pid_ = -1;
};

// Asks every few milliseconds until `is_ready`, at most `seconds`; false where it never was.
template <class IsReady>
bool wait_until(const IsReady& is_ready, double seconds = 60) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!is_ready()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}
