#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "infer/tiny_model.h"

namespace heed::test {

// Whether resident_kb() tells what the program itself keeps.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCountsMemory = false;
#else
constexpr bool kCountsMemory = true;
#endif

// `heed serve` as a process of its own, on a free port, ready for requests; killed at the end where it still
// runs.
class HeedProcess {
 public:
  HeedProcess(const std::filesystem::path& models, const std::vector<std::string>& options = {});
  ~HeedProcess();
  HeedProcess(const HeedProcess&) = delete;
  HeedProcess& operator=(const HeedProcess&) = delete;

  uint16_t port() const { return port_; }
  std::string log() const;  // standard error so far
  void signal(int number) const;
  int wait();                   // exit status, or 128 + signal
  int64_t resident_kb() const;  // VmRSS

 private:
  ScratchFolder folder_;
  pid_t process_ = -1;
  uint16_t port_ = 0;
};

}  // namespace heed::test
