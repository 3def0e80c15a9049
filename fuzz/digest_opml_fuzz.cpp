// A list of subscriptions from anyone: refused with heed::Error, or at most 1000 addresses, none empty.

#include <cstdlib>

#include "apps/digest/opml.h"
#include "base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const auto feeds = heed::apps::digest::parse_opml({reinterpret_cast<const char*>(bytes), size});
    if (feeds.size() > 1000) std::abort();
    for (const std::string& url : feeds) {
      if (url.empty() || url.size() > 2048) std::abort();
    }
  } catch (const heed::Error&) {
  }
  return 0;
}
