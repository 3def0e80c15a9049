// A document from anyone: refused where it is no UTF-8, or each passage is a part of it, in order, no wider
// than wanted.
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/utf8.h"
#include "search/split.h"
#include "text/normalise.h"

namespace {

void check(std::string_view document, const std::vector<heed::search::Passage>& passages, int64_t width) {
  size_t from = 0;
  for (const heed::search::Passage& passage : passages) {
    from = document.find(passage.text, from);
    if (from == document.npos || passage.text.empty() || heed::count_width(passage.text) > width)
      std::abort();
    if (passage.end - passage.begin != heed::count_characters(passage.text)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view document(reinterpret_cast<const char*>(bytes), size);
  const heed::search::SplitOptions options{.width = 40, .overlap = 15};
  try {
    check(document, heed::search::split_text(document, "d", options), options.width);
    check(document, heed::search::split_markdown(document, "d", options), options.width);
    if (heed::find_invalid_utf8(document) != std::string_view::npos) std::abort();
  } catch (const heed::Error&) {
    if (heed::find_invalid_utf8(document) == std::string_view::npos) std::abort();
  }
  return 0;
}
