#include "text/script.h"

#include <cstdint>

namespace heed {

bool runs_on(std::string_view character) {
  if (character.size() < 3 || character == kPieceSpace) return false;
  if (character.size() == 4) return static_cast<uint8_t>(character[1]) >= 0xA0;  // Han beyond U+20000
  const int code = (character[0] & 0x0F) << 12 | (character[1] & 0x3F) << 6 | (character[2] & 0x3F);
  return (code >= 0x0E00 && code <= 0x0EFF) || (code >= 0x1000 && code <= 0x109F) ||
         (code >= 0x1780 && code <= 0x17FF) || (code >= 0x2E80 && code <= 0x9FFF) ||
         (code >= 0xF900 && code <= 0xFAFF);
}

}  // namespace heed
