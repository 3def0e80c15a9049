// A mail folder from anyone, cut anywhere: refused with heed::Error, or items that are sound.

#include <cstdlib>

#include "apps/digest/mbox.h"
#include "base/error.h"
#include "base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::apps;
  try {
    const digest::Mailbox mailbox =
        digest::parse_mbox({reinterpret_cast<const char*>(bytes), size}, "mail", 1);
    for (const digest::Item& item : mailbox.items) {
      const std::string text = whole_text(item);
      const bool is_sound = !text.empty() && !item.id.empty() && item.title.size() <= kMostEntryText &&
                            item.text.size() <= kMostEntryText && item.author.size() <= kMostEntryName &&
                            heed::find_invalid_utf8(text + item.author) == std::string::npos;
      if (!is_sound) std::abort();
    }
  } catch (const heed::Error&) {
  }
  return 0;
}
