#include "apps/digest/mail_text.h"

#include <memory>
#include <optional>

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include "text/normalise.h"

namespace heed::apps::digest {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// "=?charset?B?text?=" at the front; empty where it is none. `size`: what it takes.
std::optional<std::string> encoded_word(std::string_view value, size_t& size) {
  if (!value.starts_with("=?")) return std::nullopt;
  const size_t charset_end = value.find('?', 2);
  if (charset_end == value.npos || charset_end + 2 >= value.size() || value[charset_end + 2] != '?')
    return std::nullopt;
  const size_t begin = charset_end + 3, end = value.find("?=", begin);
  if (end == value.npos) return std::nullopt;
  const std::string_view text = value.substr(begin, end - begin);
  const char how = value[charset_end + 1];
  size = end + 2;
  std::string charset(value.substr(2, charset_end - 2));
  charset = charset.substr(0, charset.find('*'));  // RFC 2231: a language behind it
  if (how == 'B' || how == 'b') return to_utf8(decode_base64(text), charset);
  if (how == 'Q' || how == 'q') return to_utf8(decode_quoted_printable(text, true), charset);
  return std::nullopt;
}

}  // namespace

std::string to_utf8(std::string_view bytes, const std::string& charset) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(
      ucnv_open(charset.empty() ? "UTF-8" : charset.c_str(), &status), &ucnv_close);
  std::string text;
  if (U_SUCCESS(status)) {
    const icu::UnicodeString wide(bytes.data(), static_cast<int32_t>(bytes.size()), converter.get(), status);
    if (U_SUCCESS(status)) return wide.toUTF8String(text);
  }
  for (const char c : bytes)
    text += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "\xEF\xBF\xBD";
  return text;
}

std::string decode_base64(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 26
                      : c >= '0' && c <= '9' ? c - '0' + 52
                      : c == '+'             ? 62
                      : c == '/'             ? 63
                                             : -1;
    if (c == '=') break;
    if (value < 0) continue;
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xFFFFFF;
    if (++count % 4 != 1) bytes += static_cast<char>(bits >> (count % 4 == 2 ? 4 : count % 4 == 3 ? 2 : 0));
  }
  return bytes;
}

std::string decode_quoted_printable(std::string_view text, bool is_header) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_header && text[i] == '_') {
      bytes += ' ';
    } else if (text[i] != '=') {
      bytes += text[i];
    } else if (text.substr(i + 1).starts_with("\r\n")) {
      i += 2;
    } else if (text.substr(i + 1).starts_with('\n')) {
      i += 1;
    } else if (i + 2 < text.size() && digit_of(text[i + 1]) >= 0 && digit_of(text[i + 2]) >= 0) {
      bytes += static_cast<char>(16 * digit_of(text[i + 1]) + digit_of(text[i + 2]));
      i += 2;
    } else {
      bytes += '=';
    }
  }
  return bytes;
}

std::string decode_header(std::string_view value) {
  std::string text;
  size_t plain_from = 0;  // of `text`: what stands between two encoded words is dropped where it is white
  for (size_t i = 0; i < value.size();) {
    size_t size = 0;
    const auto word = encoded_word(value.substr(i), size);
    if (!word) {
      text += value[i++];
      continue;
    }
    if (plain_from > 0 && text.find_first_not_of(" \t\r\n", plain_from) == text.npos) text.resize(plain_from);
    text += *word;
    plain_from = text.size();
    i += size;
  }
  return normalise(text, {.form = Normalisation::none});
}

}  // namespace heed::apps::digest
