// A TOML file from anyone against settings of every kind: refused with heed::Error, or the resolved copy
// reads back the same.

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/settings.h"

namespace {

struct Values {
  int64_t count = 1;
  double rate = 0.5;
  bool on = false;
  std::string name, kind = "a";
  std::vector<std::string> names;
  std::vector<double> marks;
};

heed::Settings settings_of(Values& values) {
  heed::Settings settings;
  settings.add("part.count", &values.count, "a number", 0, 100);
  settings.add("part.rate", &values.rate, "a real number", 0.0, 1.0);
  settings.add("part.on", &values.on, "a switch");
  settings.add("part.name", &values.name, "a text");
  settings.add("part.kind", &values.kind, "a choice", {"a", "b"});
  settings.add("part.names", &values.names, "texts");
  settings.add("part.marks", &values.marks, "numbers");
  return settings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  Values values, again;
  try {
    heed::Settings settings = settings_of(values);
    settings.read_toml_text(std::string_view(reinterpret_cast<const char*>(bytes), size), "fuzz.toml");
    const std::string resolved = settings.to_toml();
    heed::Settings copy = settings_of(again);
    copy.read_toml_text(resolved, "resolved.toml");
    if (copy.to_toml() != resolved) std::abort();
  } catch (const heed::Error&) {
  }
  return 0;
}
