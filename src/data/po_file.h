#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed::data {

// One entry of a gettext .po file. Strings are unescaped UTF-8.
struct PoEntry {
  std::vector<std::string>
      comments;  // the raw lines before the strings that begin with '#', flag lines among them
  std::vector<std::string> flags;  // "fuzzy", "c-format", … in the file's order
  std::optional<std::string> context;
  std::string id;                         // "" and no context: the file's header
  std::string plural_id;                  // "" where the entry has no plural
  std::vector<std::string> translations;  // [0] alone where there is no plural
  bool obsolete = false;                  // "#~" entries
  std::string raw;                        // the text as it stood, blank lines after it included
  int64_t line = 0;                       // 1-based line where the entry begins
  bool changed = false;

  bool is_header() const { return id.empty() && !context; }
  bool fuzzy() const;
  // Whether any of its translations is empty.
  bool untranslated() const;
  // Replaces the translations and adds or removes the flag "fuzzy". The entry is written anew by to_text:
  // comments, other flags, context and ids stay as they stood.
  void set_translations(std::vector<std::string> texts, bool mark_fuzzy);
};

struct PoFile {
  std::vector<PoEntry> entries;
  std::string trailer;  // what stands after the last entry: comments and blank lines
};

// Parses a whole file. Throws corrupt_data "WHERE:LINE: …" on broken UTF-8, a NUL byte, an unknown keyword or
// escape, a string that is not closed, an entry without msgid or msgstr, or plural forms out of order.
// `where` names the file.
PoFile parse_po(std::string_view text, const std::string& where);

// The file's text. Entries that were not changed are byte for byte as they were read.
std::string to_text(const PoFile& file);

}  // namespace heed::data
