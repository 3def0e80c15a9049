#include "apps/translate/protect.h"

#include <optional>

#include "apps/translate/accelerator.h"
#include "apps/translate/peel.h"
#include "apps/translate/placeholders.h"
#include "text/normalise.h"

namespace heed::apps {
namespace {

// Line ends, tabs and the other control characters end a segment.
bool is_break(char c) { return static_cast<unsigned char>(c) < 0x20; }

Segment make_segment(std::string_view text, bool printf_format) {
  const Range core = peel(text, printf_format);
  return {std::string(text.substr(0, core.begin)), std::string(core.in(text)),
          std::string(text.substr(core.end))};
}

}  // namespace

bool has_words(std::string_view text) {
  std::string outside;  // of placeholders
  size_t copied = 0;
  for (const Placeholder& one : find_placeholders(text)) {
    outside += text.substr(copied, one.begin - copied);
    copied = one.begin + one.length;
  }
  outside += text.substr(copied);
  return !dominant_script(outside).empty();
}

Protected protect(std::string_view message, char accelerator_marker, bool printf_format) {
  Protected result;
  if (take_accelerator(message, accelerator_marker)) result.marker = accelerator_marker;
  for (size_t begin = 0; begin < message.size();) {
    size_t end = begin;
    while (end < message.size() && !is_break(message[end])) ++end;
    const std::string_view piece = message.substr(begin, end - begin);
    const std::optional<Accelerator> accelerator = take_accelerator(piece, accelerator_marker);
    Segment segment = make_segment(accelerator ? std::string_view(accelerator->plain) : piece, printf_format);
    if (accelerator) segment.key = accelerator->key;
    begin = end;
    while (end < message.size() && is_break(message[end])) ++end;
    segment.after += message.substr(begin, end - begin);
    result.segments.push_back(std::move(segment));
    begin = end;
  }
  return result;
}

std::string tidy_core(std::string_view translated, std::string_view core, char accelerator_marker) {
  const std::string text = remove_accelerators(translated, core, accelerator_marker);
  return std::string(trim(text, {0, text.size()}).in(text));
}

std::string restore(const Protected& message, const std::vector<std::string>& cores) {
  std::string result;
  for (size_t i = 0; i < message.segments.size(); ++i) {
    const Segment& segment = message.segments[i];
    result += segment.before;
    result += segment.key == 0 ? cores[i] : put_accelerator(cores[i], message.marker, segment.key);
    result += segment.after;
  }
  return result;
}

}  // namespace heed::apps
