#include <cstdlib>
#include <string>

#include "text/normalise.h"

// Whatever the bytes, the result is UTF-8 and stays as it is when normalised again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  for (const auto form : {heed::Normalisation::none, heed::Normalisation::nfc, heed::Normalisation::nfkc}) {
    for (const bool lowercase : {false, true}) {
      const heed::NormaliseOptions options{form, lowercase};
      const std::string once = heed::normalise(input, options);
      if (heed::find_invalid_utf8(once) != std::string::npos) std::abort();
      if (heed::normalise(once, options) != once) std::abort();
    }
  }
  heed::dominant_script(input);
  heed::count_width(input);
  return 0;
}
