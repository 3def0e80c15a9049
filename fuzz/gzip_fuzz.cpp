#include "data/gzip.h"
#include "table_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  return heed::data::try_reader(bytes, size, false, [](std::string_view input, const std::string& name) {
    heed::data::gunzip(input, 1 << 20, name);
  });
}
