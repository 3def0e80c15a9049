// A file of keys from anyone: refused with heed::Error, or its lines are written and read again as they were.

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "serve/keys.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::serve;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  try {
    const KeyRing ring = KeyRing::parse(text, "keys.txt");
    std::string again;
    for (const KeyEntry& entry : ring.entries()) again += to_line(entry) + "\n";
    const KeyRing copy = KeyRing::parse(again, "again");
    if (copy.entries().size() != ring.entries().size() || ring.find(text) != nullptr) std::abort();
    for (size_t i = 0; i < ring.entries().size(); ++i) {
      const KeyEntry &a = ring.entries()[i], &b = copy.entries()[i];
      if (a.name != b.name || a.read != b.read || a.feedback != b.feedback || a.admin != b.admin ||
          a.rate != b.rate || a.digest != b.digest)
        std::abort();
      if (!a.read && !a.feedback && !a.admin) std::abort();
    }
  } catch (const heed::Error& error) {
    if (std::string_view(error.what()).substr(0, 8) != "keys.txt") std::abort();
  }
  return 0;
}
