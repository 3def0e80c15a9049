#include "data/place.h"

#include "text/normalise.h"

namespace heed::data {

std::string shown(std::string_view text, size_t max_bytes) {
  std::string line = normalise(text.substr(0, utf8_prefix(text, max_bytes)), {.form = Normalisation::none});
  if (text.size() > max_bytes) line += "…";
  return "'" + line + "'";
}

}  // namespace heed::data
