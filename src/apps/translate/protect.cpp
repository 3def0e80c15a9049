#include "apps/translate/protect.h"

#include <algorithm>
#include <optional>

#include "apps/translate/accelerator.h"
#include "apps/translate/placeholders.h"
#include "text/normalise.h"

namespace heed::apps {
namespace {

// Line ends, tabs and the other control characters end a segment.
bool is_break(char c) { return static_cast<unsigned char>(c) < 0x20; }

// Bytes of the last ellipsis or colon of `text`, 0 where it does not end in one. "::" belongs to a name.
size_t tail_length(std::string_view text) {
  if (text.ends_with("...") || text.ends_with("…")) return 3;
  if (text.ends_with("：")) return 3;
  return text.ends_with(":") && !text.ends_with("::") ? 1 : 0;
}

struct Range {
  size_t begin;
  size_t end;
};

// Without white space at both ends and without the tail.
Range trim(std::string_view text, Range range) {
  while (range.begin < range.end && text[range.begin] == ' ') ++range.begin;
  while (range.begin < range.end) {
    const size_t tail = tail_length(text.substr(range.begin, range.end - range.begin));
    if (tail == 0 && text[range.end - 1] != ' ') break;
    range.end -= std::max<size_t>(tail, 1);
  }
  return range;
}

// "<b class=…>" and "</b>".
bool is_pair(std::string_view opening, std::string_view closing) {
  if (!opening.starts_with("<") || !closing.starts_with("</")) return false;
  const std::string_view name = closing.substr(2, closing.size() - 3);
  return opening.substr(1).starts_with(name) &&
         (opening[name.size() + 1] == '>' || opening[name.size() + 1] == ' ');
}

// Takes what a model need not see from both ends of a text, placeholder by placeholder.
class Peeler {
 public:
  Peeler(std::string_view text, bool printf_format)
      : text_(text), placeholders_(find_placeholders(text, printf_format)), last_(placeholders_.size()) {
    range_ = trim(text_, {0, text_.size()});
    while (peel_pair() || peel_label() || peel_detail()) {
    }
  }

  Range range() const { return range_; }

 private:
  bool stands_first() const { return first_ < last_ && front().begin == range_.begin; }
  bool stands_last() const { return first_ < last_ && back().begin + back().length == range_.end; }
  const Placeholder& front() const { return placeholders_[first_]; }
  const Placeholder& back() const { return placeholders_[last_ - 1]; }

  bool peel_pair() {
    if (last_ - first_ < 2 || !stands_first() || !stands_last()) return false;
    if (!is_pair(front().in(text_), back().in(text_))) return false;
    range_ = trim(text_, {range_.begin + front().length, back().begin});
    ++first_;
    --last_;
    return true;
  }

  // "%s: not found": programs say so who is speaking.
  bool peel_label() {
    if (!stands_first()) return false;
    const size_t end = front().begin + front().length;
    if (!text_.substr(end, range_.end - end).starts_with(": ")) return false;
    range_ = trim(text_, {end + 2, range_.end});
    ++first_;
    return true;
  }

  // "cannot read: %s"
  bool peel_detail() {
    if (!stands_last()) return false;
    const size_t begin = back().begin;
    if (!text_.substr(range_.begin, begin - range_.begin).ends_with(": ")) return false;
    range_ = trim(text_, {range_.begin, begin});
    --last_;
    return true;
  }

  std::string_view text_;
  std::vector<Placeholder> placeholders_;
  size_t first_ = 0;
  size_t last_;
  Range range_{};
};

Segment make_segment(std::string_view text, bool printf_format) {
  const Range range = Peeler(text, printf_format).range();
  return {std::string(text.substr(0, range.begin)),
          std::string(text.substr(range.begin, range.end - range.begin)),
          std::string(text.substr(range.end))};
}

}  // namespace

bool Segment::translatable() const {
  std::string outside;  // of placeholders
  size_t copied = 0;
  for (const Placeholder& one : find_placeholders(core)) {
    outside += core.substr(copied, one.begin - copied);
    copied = one.begin + one.length;
  }
  return !dominant_script(outside + core.substr(copied)).empty();
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
  std::string text(translated);
  if (accelerator_marker != 0 && core.find(accelerator_marker) == std::string_view::npos) {
    text = remove_accelerators(text, accelerator_marker);
  }
  const Range range = trim(text, {0, text.size()});
  return text.substr(range.begin, range.end - range.begin);
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
