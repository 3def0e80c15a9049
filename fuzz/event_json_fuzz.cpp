// A body of events or feedback from anyone: refused with heed::Error that names a field, or events that are
// written and read again equal.

#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "store/event_json.h"

namespace {

constexpr int64_t kNow = 1'750'000'000'000'000;

using Reader = std::vector<heed::store::Event> (*)(const heed::Json&, int64_t);

void read(const heed::Json& json, Reader reader) {
  try {
    for (const heed::store::Event& event : reader(json, kNow)) {
      const std::string text = heed::store::to_json(event).dump();
      const auto again = heed::store::event_from_json(heed::parse_json(text, "again"), "", 0);
      if (!(again == event)) std::abort();
    }
  } catch (const heed::Error& error) {
    const std::string_view message = error.what();
    if (message.find(": expected ") == message.npos || heed::find_invalid_utf8(message) != message.npos)
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  heed::Json json;
  try {
    json = heed::parse_json({reinterpret_cast<const char*>(bytes), size}, "body");
  } catch (const heed::Error&) {
    return 0;
  }
  read(json, heed::store::events_from_json);
  read(json, heed::store::feedback_from_json);
  return 0;
}
