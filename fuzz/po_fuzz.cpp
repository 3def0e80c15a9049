#include <cstdlib>

#include "data/po_file.h"
#include "table_input.h"

// What was read is written byte for byte; what was changed is read again as it was meant.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  return heed::data::try_reader(bytes, size, true, [](std::string_view input, const std::string& name) {
    heed::data::PoFile file = heed::data::parse_po(input, name);
    if (heed::data::to_text(file) != input) std::abort();
    for (auto& entry : file.entries) entry.set_translations(entry.translations, !entry.fuzzy());
    const heed::data::PoFile again = heed::data::parse_po(heed::data::to_text(file), name);
    if (again.entries.size() != file.entries.size()) std::abort();
    for (size_t i = 0; i < file.entries.size(); ++i) {
      const auto &meant = file.entries[i], &found = again.entries[i];
      if (meant.id != found.id || meant.translations != found.translations) std::abort();
      if (meant.fuzzy() != found.fuzzy()) std::abort();
    }
  });
}
