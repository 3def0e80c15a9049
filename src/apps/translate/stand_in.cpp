#include "apps/translate/stand_in.h"

#include <vector>

#include "apps/translate/placeholders.h"

namespace heed::apps {
namespace {

std::string stand_in(StandIn kind, size_t number) {
  const std::string digits = std::to_string(number);
  switch (kind) {
    case StandIn::percent:
      return "%" + digits;
    case StandIn::dollar:
      return "$(ARG" + digits + ")";
    case StandIn::brace:
      break;
  }
  return "{" + digits + "}";
}

// `text` with the i-th placeholder replaced by `replacement(i, placeholder)`.
template <class Replacement>
std::string replace_each(std::string_view text, const std::vector<Placeholder>& placeholders,
                         Replacement replacement) {
  std::string result;
  size_t copied = 0;
  for (size_t i = 0; i < placeholders.size(); ++i) {
    result += text.substr(copied, placeholders[i].begin - copied);
    result += replacement(i, placeholders[i].in(text));
    copied = placeholders[i].begin + placeholders[i].length;
  }
  return result += text.substr(copied);
}

}  // namespace

std::string replace_placeholders(std::string_view text, StandIn kind, bool printf_format) {
  return replace_each(text, find_placeholders(text, printf_format),
                      [&](size_t i, std::string_view) { return stand_in(kind, i + 1); });
}

std::string put_back_placeholders(std::string_view translation, std::string_view source, StandIn kind,
                                  bool printf_format) {
  const auto originals = find_placeholders(source, printf_format);
  return replace_each(translation, find_placeholders(translation), [&](size_t, std::string_view found) {
    for (size_t k = 0; k < originals.size(); ++k) {
      if (found == stand_in(kind, k + 1)) return std::string(originals[k].in(source));
    }
    return std::string(found);
  });
}

}  // namespace heed::apps
