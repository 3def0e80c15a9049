// A heed.toml from anyone: refused with heed::Error, or the resolved copy reads back the same; models' names
// in it too.

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "serve/models.h"
#include "serve/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::serve;
  ServerSettings settings, again;
  try {
    heed::Settings keys = settings_of(settings);
    keys.read_toml_text(std::string_view(reinterpret_cast<const char*>(bytes), size), "heed.toml");
    const std::string resolved = keys.to_toml();
    heed::Settings copy = settings_of(again);
    copy.read_toml_text(resolved, "resolved.toml");
    if (copy.to_toml() != resolved) std::abort();
    if (settings.port < 0 || settings.port > 65535 || settings.max_queue < 1) std::abort();
    check_settings(settings);
    is_loopback(settings.host);
    const Models models(settings.models, settings.versions, settings.aliases);
  } catch (const heed::Error&) {
  }
  return 0;
}
