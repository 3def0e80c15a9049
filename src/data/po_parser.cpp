#include <limits>

#include "data/lines.h"
#include "data/place.h"
#include "data/po_file.h"
#include "data/po_strings.h"
#include "text/normalise.h"

namespace heed::data {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\f\v");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\f\v") - begin + 1);
}

// "msgid", "msgstr[1]", … at the start of a line.
std::string_view keyword_of(std::string_view line) { return line.substr(0, line.find_first_of(" \t\"")); }

// Reads one line after another into entries; an entry ends where the next one's first line begins.
class PoParser {
 public:
  PoParser(std::string_view text, const std::string& where)
      : text_(text), where_(where), cursor_(text, where, std::numeric_limits<int64_t>::max()) {}

  PoFile parse() && {
    while (cursor_.next()) {
      offset_ = static_cast<size_t>(cursor_.line().data() - text_.data());
      if (offset_ == kByteOrderMark.size() && text_.starts_with(kByteOrderMark)) offset_ = 0;
      read_line(trimmed(cursor_.line()));
    }
    offset_ = text_.size();
    if (has_translation_) finish_entry();
    if (has_id_ || entry_.context)
      fail("expected msgid and msgstr before the entry's end, found the end of the file");
    file_.trailer = text_.substr(begin_);
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    fail_at(where_, cursor_.number(), problem + "; mend the catalogue there (msgfmt -c checks it)");
  }

  void read_line(std::string_view line) {
    if (line.empty()) return;
    const bool obsolete = line.starts_with("#~") && !line.starts_with("#~|");
    if (line[0] == '#' && !obsolete) return read_comment(line);
    if (obsolete) line = trimmed(line.substr(2));
    if (line.empty()) return;
    if (line[0] == '"') return read_continuation(line);
    read_keyword(line);
    entry_.obsolete = entry_.obsolete || obsolete;
  }

  void begin_line() {
    if (has_translation_) finish_entry();
    if (entry_.line == 0) entry_.line = cursor_.number();
  }

  void read_comment(std::string_view line) {
    begin_line();
    entry_.comments.emplace_back(line);
    if (!line.starts_with("#,")) return;
    line.remove_prefix(2);
    while (!line.empty()) {
      const size_t comma = line.find(',');
      const std::string_view flag = trimmed(line.substr(0, comma));
      if (!flag.empty()) entry_.flags.emplace_back(flag);
      line.remove_prefix(comma == line.npos ? line.size() : comma + 1);
    }
  }

  void read_keyword(std::string_view line) {
    const std::string_view keyword = keyword_of(line);
    if (keyword == "msgctxt" || keyword == "msgid") begin_line();
    open_ = target_of(keyword);
    read_continuation(line.substr(keyword.size()));
  }

  // Where the strings of `keyword` go. Checks the order of an entry's parts.
  std::string* target_of(std::string_view keyword) {
    if (keyword == "msgctxt" && !entry_.context && !has_id_) return &entry_.context.emplace();
    if (keyword == "msgid" && !has_id_) {
      has_id_ = true;
      return &entry_.id;
    }
    if (keyword == "msgid_plural" && has_id_ && !has_plural_ && !has_translation_) {
      has_plural_ = true;
      return &entry_.plural_id;
    }
    if (has_plural_ && entry_.plural_id.empty()) fail("expected a text for msgid_plural, found an empty one");
    if (has_id_ && keyword == expected_translation()) {
      has_translation_ = true;
      return &entry_.translations.emplace_back();
    }
    fail("expected " + std::string(has_id_ ? expected_translation() : "msgid") + ", found " + shown(keyword));
  }

  std::string expected_translation() const {
    if (has_plural_) return "msgstr[" + std::to_string(entry_.translations.size()) + "]";
    return has_translation_ ? "the next entry" : "msgstr";
  }

  void read_continuation(std::string_view line) {
    if (open_ == nullptr) fail("expected msgid, found a string before any");
    std::string problem;
    *open_ += read_po_strings(line, problem);
    if (!problem.empty()) fail(problem);
    if (open_->find('\0') != open_->npos) fail("expected text, found an escape that gives a NUL byte");
    if (line.find('\\') != line.npos && find_invalid_utf8(*open_) != std::string::npos) {
      fail("expected UTF-8, found an escape that breaks it");
    }
  }

  void finish_entry() {
    entry_.raw = text_.substr(begin_, offset_ - begin_);
    file_.entries.push_back(std::move(entry_));
    entry_ = {};
    begin_ = offset_;
    open_ = nullptr;
    has_id_ = has_plural_ = has_translation_ = false;
  }

  std::string_view text_;
  const std::string& where_;
  LineCursor cursor_;
  PoFile file_;
  PoEntry entry_;
  std::string* open_ = nullptr;  // the string that a continuation line belongs to
  bool has_id_ = false, has_plural_ = false, has_translation_ = false;
  size_t begin_ = 0;   // of the entry
  size_t offset_ = 0;  // of the line
};

}  // namespace

PoFile parse_po(std::string_view text, const std::string& where) {
  if (text.empty())
    fail_at(where, 1, "expected a catalogue, found an empty file; check that this is the right one");
  check_text(text, where);
  return PoParser(text, where).parse();
}

}  // namespace heed::data
