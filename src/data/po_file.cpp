#include "data/po_file.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "data/lines.h"
#include "data/place.h"
#include "data/po_strings.h"

namespace heed::data {
namespace {

std::string translation_lines(const PoEntry& entry, std::string_view line_end) {
  const std::string_view prefix = entry.obsolete ? "#~ " : "";
  std::string text;
  for (size_t i = 0; i < entry.translations.size(); ++i) {
    const std::string keyword = entry.plural_id.empty() ? "msgstr" : "msgstr[" + std::to_string(i) + "]";
    text += write_po_string(prefix, keyword, entry.translations[i], line_end);
  }
  return text;
}

std::string flag_line(const PoEntry& entry, std::string_view line_end) {
  return entry.flags.empty() ? "" : "#, " + listed(entry.flags) + std::string(line_end);
}

enum class LineKind { comment, flags, identity, translation, blank };

// Of a line of an entry as it stood; a string alone belongs to the keyword before it, of kind `before`.
LineKind kind_of(std::string_view line, LineKind before) {
  const auto strip = [&] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r\n\f\v"), line.size()));
  };
  strip();
  if (line.starts_with("#~") && !line.starts_with("#~|")) {
    line.remove_prefix(2);
    strip();
  }
  if (line.empty()) return LineKind::blank;
  if (line.starts_with("#,")) return LineKind::flags;
  if (line.starts_with('#')) return LineKind::comment;
  if (line.starts_with('"')) return before;
  return line.starts_with("msgstr") ? LineKind::translation : LineKind::identity;
}

// Line by line what stood, with other flags and translations.
class EntryWriter {
 public:
  explicit EntryWriter(const PoEntry& entry)
      : entry_(entry), line_end_(entry.raw.find("\r\n") == std::string::npos ? "\n" : "\r\n") {}

  std::string write() {
    std::string_view rest = entry_.raw;
    if (rest.starts_with(kByteOrderMark)) {
      result_ = kByteOrderMark;
      rest.remove_prefix(kByteOrderMark.size());
    }
    while (!rest.empty()) {
      const size_t newline = rest.find('\n');
      const size_t size = newline == rest.npos ? rest.size() : newline + 1;
      write_line(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    return std::move(result_);
  }

 private:
  void write_line(std::string_view line) {
    const LineKind kind = kind_of(line, keyword_);
    const bool previous_id = kind == LineKind::comment && line.find("#|") != line.npos;
    if (kind == LineKind::flags || kind == LineKind::identity || previous_id) write_flags();
    if (kind == LineKind::identity || kind == LineKind::translation) keyword_ = kind;
    if (kind == LineKind::translation) write_translations();
    if (kind != LineKind::translation && kind != LineKind::flags) result_ += line;
  }

  // Where the first flag line stood, or else before the previous or the present msgid.
  void write_flags() {
    if (!std::exchange(flags_written_, true)) result_ += flag_line(entry_, line_end_);
  }

  void write_translations() {
    if (!std::exchange(translations_written_, true)) result_ += translation_lines(entry_, line_end_);
  }

  const PoEntry& entry_;
  std::string_view line_end_;
  std::string result_;
  LineKind keyword_ = LineKind::identity;
  bool flags_written_ = false, translations_written_ = false;
};

}  // namespace

bool PoEntry::fuzzy() const { return std::find(flags.begin(), flags.end(), "fuzzy") != flags.end(); }

bool PoEntry::untranslated() const {
  return std::any_of(translations.begin(), translations.end(), [](const auto& text) { return text.empty(); });
}

void PoEntry::set_translations(std::vector<std::string> texts, bool mark_fuzzy) {
  const bool one = plural_id.empty();
  if (texts.empty() || (one && texts.size() != 1)) {
    throw Error(ErrorCode::invalid_argument,
                "entry " + shown(id) + ": expected " +
                    (one ? "one translation" : "a translation for each plural form") + ", found " +
                    std::to_string(texts.size()));
  }
  translations = std::move(texts);
  std::erase(flags, "fuzzy");
  if (mark_fuzzy) flags.insert(flags.begin(), "fuzzy");
  changed = true;
}

std::string to_text(const PoFile& file) {
  std::string text;
  for (const PoEntry& entry : file.entries) text += entry.changed ? EntryWriter(entry).write() : entry.raw;
  return text + file.trailer;
}

}  // namespace heed::data
