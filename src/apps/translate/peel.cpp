#include "apps/translate/peel.h"

#include <algorithm>
#include <vector>

#include "apps/translate/placeholders.h"

namespace heed::apps {
namespace {

// Bytes of the last ellipsis or colon of `text`, 0 where it does not end in one. "::" belongs to a name.
size_t tail_length(std::string_view text) {
  if (text.ends_with("...") || text.ends_with("…")) return 3;
  if (text.ends_with("：")) return 3;
  return text.ends_with(":") && !text.ends_with("::") ? 1 : 0;
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

}  // namespace

Range trim(std::string_view text, Range range) {
  while (range.begin < range.end && text[range.begin] == ' ') ++range.begin;
  while (range.begin < range.end) {
    const size_t tail = tail_length(text.substr(range.begin, range.end - range.begin));
    if (tail == 0 && text[range.end - 1] != ' ') break;
    range.end -= std::max<size_t>(tail, 1);
  }
  return range;
}

Range peel(std::string_view text, bool printf_format) { return Peeler(text, printf_format).range(); }

}  // namespace heed::apps
