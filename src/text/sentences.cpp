#include "text/sentences.h"

#include <memory>

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include "base/error.h"

namespace heed {

std::vector<std::string> split_sentences(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) {
    throw Error(ErrorCode::internal, std::string("ICU: cannot find sentences: ") + u_errorName(status));
  }
  const icu::UnicodeString unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  breaks->setText(unicode);
  std::vector<std::string> sentences;
  int32_t begin = breaks->first();
  for (int32_t end = breaks->next(); end != icu::BreakIterator::DONE; begin = end, end = breaks->next())
    unicode.tempSubStringBetween(begin, end).toUTF8String(sentences.emplace_back());
  return sentences;
}

bool ends_with_space(std::string_view text) {
  auto place = static_cast<int32_t>(text.size());
  if (place == 0) return false;
  UChar32 last = 0;
  U8_PREV(text.data(), 0, place, last);
  return u_isUWhiteSpace(last);
}

}  // namespace heed
