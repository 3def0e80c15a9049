#include "apps/console.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

#include "base/error.h"

namespace heed::apps {
namespace {

[[noreturn]] void fail_output() {
  throw Error(ErrorCode::io, std::string("standard output: cannot write: ") + std::strerror(errno));
}

std::string styled(std::string_view text, const char* code) {
  if (!output_is_terminal() || text.empty()) return std::string(text);
  return std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail_output();
}

void flush_output() {
  if (std::fflush(stdout) != 0) fail_output();
}

void print_report(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

bool output_is_terminal() {
  static const bool terminal = [] {
    const char* no_color = std::getenv("NO_COLOR");
    return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
  }();
  return terminal;
}

std::string bold(std::string_view text) { return styled(text, "1"); }
std::string dim(std::string_view text) { return styled(text, "2"); }

std::string fixed(double value, int decimals) {
  char buffer[64];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
  return error == std::errc() ? std::string(buffer, end) : std::to_string(value);
}

}  // namespace heed::apps
