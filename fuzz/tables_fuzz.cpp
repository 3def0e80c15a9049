// A table from anyone, the first byte choosing the format: refused with heed::Error, or rows as wide as the
// columns.

#include <array>
#include <cstdlib>

#include "base/error.h"
#include "data/table.h"
#include "memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static constexpr std::array<const char*, 6> kFormats = {"csv", "tsv", "jsonl", "lines", "mo", "po"};
  if (size == 0) return 0;
  const heed::fuzz::MemoryFile file(bytes + 1, size - 1);
  heed::data::ReadOptions options{.format = kFormats[bytes[0] % kFormats.size()]};
  if (options.format == "lines") options.columns = {"text"};
  try {
    const heed::data::Table table = heed::data::read_table(file.path(), options);
    for (const auto& row : table.rows) {
      if (row.fields.size() != table.columns.size()) std::abort();
    }
  } catch (const heed::Error&) {
  }
  return 0;
}
