// Events from anyone, the first byte choosing the format: refused with heed::Error, or rows whose names are
// there, which come back equal when they are written and read again.

#include <array>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "data/interactions.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::data;
  static constexpr std::array<const char*, 5> kFormats = {"auto", "csv", "tsv", "jsonl", "sequences"};
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  InteractionLog log;
  try {
    parse_interactions(text, "input", {.format = kFormats[bytes[0] % kFormats.size()]}, log);
  } catch (const heed::Error&) {
    return 0;
  }
  for (const Interaction& row : log.rows) {
    const bool known = row.user >= 0 && row.user < log.users.size() && row.item >= 0 &&
                       row.item < log.items.size() && row.kind >= 0 && row.kind < log.kinds.size();
    if (!known || log.users.name(row.user).empty()) std::abort();
  }
  const size_t before = log.rows.size();
  const CleanCounts counts = clean_interactions(log, 1'700'000'000'000'000);
  if (static_cast<size_t>(counts.kept + counts.duplicates + counts.future) != before) std::abort();
  return 0;
}
