// An item's JSON from anyone: refused with heed::Error, or one that comes back equal.

#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "data/items.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  try {
    const heed::data::Item item = heed::data::item_from_json(heed::parse_json(text, "input"), "input");
    if (item.id.empty() || !(heed::data::item_from_json(to_json(item), "again") == item)) std::abort();
  } catch (const heed::Error&) {
  }
  return 0;
}
