#include "base/utf8.h"

#include <cstdint>

namespace heed {
namespace {

// Length of the UTF-8 sequence that begins at `at`, or 0 where it is broken. The Unicode Standard, table 3-7.
size_t sequence_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  if (first < 0xE0) return continues(1) ? 2 : 0;
  const uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high || !continues(2)) return 0;
  if (first < 0xF0) return 3;
  return continues(3) ? 4 : 0;
}

std::string escaped(char byte) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto value = static_cast<uint8_t>(byte);
  return {'\\', 'x', kDigits[value >> 4], kDigits[value & 15]};
}

}  // namespace

size_t find_invalid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = sequence_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string printable_utf8(std::string_view text, size_t max_bytes) {
  std::string printable;
  for (size_t at = 0; at < text.size();) {
    const size_t length = sequence_length(text, at);
    const bool keep = length > 0 && text[at] != '\0';
    const std::string piece = keep ? std::string(text.substr(at, length)) : escaped(text[at]);
    if (printable.size() + piece.size() > max_bytes) break;
    printable += piece;
    at += keep ? length : 1;
  }
  return printable;
}

}  // namespace heed
