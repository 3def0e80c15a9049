#include "apps/digest/mbox.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/digest/mail_text.h"
#include "apps/event_time.h"
#include "base/error.h"
#include "text/normalise.h"

namespace heed::apps::digest {
namespace {

constexpr size_t kMostMessages = 20'000, kMostParts = 100;
constexpr int kMostNesting = 8;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// The next line without its end, off the front.
std::string_view next_line(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Where messages begin.
std::vector<size_t> begins_of(std::string_view bytes) {
  std::vector<size_t> begins;
  std::string_view rest = bytes;
  bool is_free = true;  // the line before is empty, or there is none
  while (!rest.empty() && begins.size() <= kMostMessages) {
    const size_t at = bytes.size() - rest.size();
    const std::string_view line = next_line(rest);
    if (is_free && line.starts_with("From ")) begins.push_back(at);
    is_free = line.empty();
  }
  return begins;
}

struct Part {
  std::vector<std::pair<std::string, std::string>> headers;
  bool has_body = false;  // the empty line behind the headers is there
  std::string_view body;

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return "";
  }
};

Part split_part(std::string_view text) {
  Part part;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.empty()) {
      part.has_body = true;
      part.body = text;
      break;
    }
    if ((line.front() == ' ' || line.front() == '\t') && !part.headers.empty()) {
      part.headers.back().second += line;
    } else if (const size_t colon = line.find(':'); colon != line.npos) {
      part.headers.emplace_back(lower(line.substr(0, colon)), line.substr(colon + 1));
    }
  }
  return part;
}

// Of "text/html; charset=\"utf-8\"".
std::string parameter(const std::string& value, const std::string& name) {
  const size_t at = lower(value).find(name + "=");
  if (at == value.npos) return "";
  std::string_view rest = std::string_view(value).substr(at + name.size() + 1);
  if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
  return std::string(rest.substr(0, rest.find_first_of("; \t")));
}

// What a person reads of a message, and whether its parts end.
struct Body {
  std::optional<std::string> plain, html;
  bool is_cut = false;
  size_t parts = 0;
};

void read_part(const Part& part, int depth, Body& body);

void read_parts(std::string_view text, const std::string& boundary, int depth, Body& body) {
  const std::string open = "--" + boundary, close = open + "--";
  size_t begin = text.npos;
  const std::string_view whole = text;
  while (!text.empty()) {
    const size_t at = whole.size() - text.size();
    const std::string_view line = next_line(text);
    const bool ends = line == close;
    if (line != open && !ends) continue;
    if (begin != whole.npos) read_part(split_part(whole.substr(begin, at - begin)), depth + 1, body);
    if (ends) return;
    begin = whole.size() - text.size();
  }
  body.is_cut = true;
  if (begin != whole.npos) read_part(split_part(whole.substr(begin)), depth + 1, body);
}

void read_part(const Part& part, int depth, Body& body) {
  if (depth > kMostNesting || ++body.parts > kMostParts) return;
  const std::string type = part.header("content-type");
  const std::string kind = lower(normalise(type.substr(0, type.find(';')), {}));
  if (kind.starts_with("multipart/")) {
    const std::string boundary = parameter(type, "boundary");
    if (!boundary.empty()) read_parts(part.body, boundary, depth, body);
    return;
  }
  const bool is_html = kind == "text/html";
  if (!is_html && !kind.empty() && kind != "text/plain") return;
  std::optional<std::string>& slot = is_html ? body.html : body.plain;
  if (slot) return;
  const std::string encoding = lower(normalise(part.header("content-transfer-encoding"), {}));
  const std::string bytes = encoding == "base64"             ? decode_base64(part.body)
                            : encoding == "quoted-printable" ? decode_quoted_printable(part.body)
                                                             : std::string(part.body);
  const std::string text = to_utf8(bytes, parameter(type, "charset"));
  slot = is_html ? text_of_html(text) : normalise(text, {.form = Normalisation::none});
}

std::string cut(std::string text, size_t most) {
  if (text.size() > most) text.resize(utf8_prefix(text, most));
  return text;
}

}  // namespace

Mailbox parse_mbox(std::string_view bytes, const std::string& source, int64_t now_us) {
  const std::vector<size_t> begins = begins_of(bytes);
  if (begins.empty() || begins.front() != 0)
    throw Error(ErrorCode::corrupt_data,
                source + ": expected a mail folder (mbox), found no line 'From …' at its beginning");
  Mailbox mailbox;
  for (size_t k = 0; k < begins.size() && k < kMostMessages; ++k) {
    const size_t end = k + 1 < begins.size() ? begins[k + 1] : bytes.size();
    std::string_view text = bytes.substr(begins[k], end - begins[k]);
    next_line(text);
    const Part message = split_part(text);
    const bool is_last = k + 1 == begins.size();
    if (!message.has_body) {
      if (is_last)
        mailbox.problem = fmt::format(
            "{}: message {}: expected its headers and an empty line, found the end "
            "of the file: it is cut; the {} before are read",
            source, k + 1, mailbox.items.size());
      continue;
    }
    Body body;
    read_part(message, 0, body);
    if (is_last && body.is_cut)
      mailbox.problem = fmt::format(
          "{}: message {}: expected the end of its parts, found the end of the "
          "file: it is cut; what is there of it is read",
          source, k + 1);
    Item item = {
        .source = source,
        .title = cut(decode_header(message.header("subject")), kMostEntryText),
        .text = cut(body.plain ? *body.plain : body.html.value_or(""), kMostEntryText),
        .author = cut(decode_header(message.header("from")), kMostEntryName),
        .ts_us = std::min(parse_time(normalise(message.header("date"), {})).value_or(now_us), now_us)};
    if (item.title.empty() && item.text.empty()) continue;
    const std::string id = message.header("message-id");
    item.id = entry_id(source, id.empty() ? whole_text(item) : id);
    mailbox.items.push_back(std::move(item));
  }
  return mailbox;
}

}  // namespace heed::apps::digest
