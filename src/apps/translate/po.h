#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/translate/core_translator.h"
#include "data/po_file.h"

namespace heed::apps {

struct PoOptions {
  std::string where = "catalogue";  // names the file in messages
  // The marker of keyboard accelerators ('_', '~', '&'), 0 for none. Unset: the header's
  // X-Accelerator-Marker, else what the messages use.
  std::optional<char> accelerator_marker;
};

// An entry that stayed untranslated, and why.
struct LeftEntry {
  int64_t line = 0;
  std::string id;
  std::string reason;
};

struct PoReport {
  std::string where;
  int64_t entries = 0;     // header and obsolete ones apart
  int64_t translated = 0;  // before, and untouched
  int64_t fuzzy = 0;       // had a translation that waits for a person: untouched
  int64_t filled = 0;      // by the model, marked fuzzy
  std::vector<LeftEntry> left;
  char accelerator_marker = 0;
};

// Fills what is untranslated and marks it fuzzy; every other entry stays byte for byte as it is. Each
// placeholder of a message stands in its translation as often as in the message, or the entry is left as it
// was and reported. Accelerators, white space at the ends, line ends, ellipses and colons are kept. Plural
// entries get as many forms as the header's Plural-Forms says. Throws corrupt_data where the header's
// nplurals is not 1 to 10.
PoReport translate_po(data::PoFile& file, const TranslateFunction& translate, const PoOptions& options = {});

// What a person reads afterwards: counts, and the first few entries left with their lines.
std::string to_text(const PoReport& report);

}  // namespace heed::apps
