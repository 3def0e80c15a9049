// A feed from anyone: refused with heed::Error, or at most 1000 entries with texts and ids within their
// limits.

#include <cstdlib>

#include "apps/feed.h"
#include "base/error.h"
#include "base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::apps;
  try {
    const auto entries = parse_feed({reinterpret_cast<const char*>(bytes), size}, "http://feed", 1);
    if (entries.size() > 1000) std::abort();
    for (const FeedEntry& entry : entries) {
      const bool is_sound = !text_of(entry).empty() && text_of(entry).size() <= kMostEntryText &&
                            !entry.id.empty() && entry.id.size() <= kMostEntryName &&
                            entry.url.size() <= kMostEntryUrl &&
                            heed::find_invalid_utf8(text_of(entry)) == std::string::npos;
      if (!is_sound) std::abort();
    }
  } catch (const heed::Error&) {
  }
  return 0;
}
