#include "data/readers.h"
#include "table_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  return heed::data::try_reader(bytes, size, false, [](std::string_view input, const std::string& name) {
    heed::data::read_mo(input, name, {.max_line_bytes = 4096});
  });
}
