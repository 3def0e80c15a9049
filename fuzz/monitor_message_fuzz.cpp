// A line of NDJSON from anyone: refused with heed::Error, or a message within its limits whose mentions and
// clauses lie within its text.

#include <cstdlib>
#include <string>

#include "apps/monitor/entities.h"
#include "apps/monitor/message.h"
#include "base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::apps::monitor;
  static const Entities kEntities(
      {{.name = "Nokia", .aliases = {"诺基亚", "NOK"}}, {.name = "平安", .aliases = {"a", "Å"}}});
  try {
    const Message message = parse_message({reinterpret_cast<const char*>(bytes), size});
    if (message.id.empty() || message.source.empty() || message.text.size() > kMaxTextBytes ||
        message.ts_us < 0)
      std::abort();
    const auto mentions = kEntities.find(message.text);
    size_t end = 0;
    for (const Mention& mention : mentions) {
      if (mention.begin < end || mention.end <= mention.begin || mention.end > message.text.size())
        std::abort();
      end = mention.end;
    }
    std::string joined;
    for (const std::string_view clause : split_clauses(message.text)) joined += clause;
    if (joined != message.text) std::abort();
    for (size_t entity = 0; entity < 2; ++entity) clauses_naming(message.text, mentions, entity);
  } catch (const heed::Error&) {
  }
  return 0;
}
