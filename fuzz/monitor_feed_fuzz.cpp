// A feed from anyone: refused with heed::Error, or at most 1000 messages with texts and ids within their
// limits.

#include <cstdlib>

#include "apps/monitor/feed.h"
#include "base/error.h"
#include "base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::apps::monitor;
  try {
    const auto messages = parse_feed({reinterpret_cast<const char*>(bytes), size}, "http://feed", 1);
    if (messages.size() > 1000) std::abort();
    for (const Message& message : messages) {
      const bool is_sound = !message.text.empty() && message.text.size() <= kMaxTextBytes &&
                            !message.id.empty() && message.id.size() <= kMaxNameBytes &&
                            message.url.size() <= kMaxUrlBytes &&
                            heed::find_invalid_utf8(message.text) == std::string::npos;
      if (!is_sound) std::abort();
    }
  } catch (const heed::Error&) {
  }
  return 0;
}
