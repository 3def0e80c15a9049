#pragma once

#include <string>
#include <vector>

namespace heed::test {

struct Outcome {
  int status = -1;  // exit status, or 128 + signal
  std::string output;
  std::string error;
};

// Runs the built `heed` with these arguments and this standard input, in a shell's place.
Outcome run_heed(const std::vector<std::string>& arguments, const std::string& input = "");

// The same with standard output going to `file` ("/dev/full").
Outcome run_heed_into(const std::string& file, const std::vector<std::string>& arguments,
                      const std::string& input = "");

}  // namespace heed::test
