// A config.json from anyone: refused with heed::Error, or it survives being written and read again.

#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "model/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto config = heed::config_from_json(heed::parse_json(text, "config.json"), "config.json");
    if (!(heed::config_from_json(heed::to_json(config), "again") == config)) std::abort();
    heed::check_config(config, "config.json");
    heed::weight_shapes(config);
  } catch (const heed::Error&) {
  }
  return 0;
}
