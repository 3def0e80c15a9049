#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace heed {

enum class ErrorCode {
  invalid_argument,
  not_found,
  corrupt_data,
  io,
  unsupported,
  unauthenticated,
  forbidden,
  too_large,
  overloaded,
  deadline_exceeded,
  unavailable,
  cancelled,
  internal,
};

// One row of the only table that maps a code to what a process and a server answer with.
struct ErrorInfo {
  ErrorCode code;
  std::string_view name;
  int exit_status;
  int http_status;
};

// The row of `code`.
const ErrorInfo& error_info(ErrorCode code);

// The one exception of the project. `what()` is one line: where (file, line, field), what was expected,
// what was found, and the cure. The library throws; only a `main` or a server prints.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace heed
