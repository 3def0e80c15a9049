// A path and a query from anyone: decoded parts hold no NUL, name no folder above, and what is decoded is
// never longer than what was sent.

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "serve/url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::serve;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::string_view path = text.substr(0, text.find('?'));
  for (const std::string_view pattern :
       {"/v1/models/{model}", "/v2/models/{model}/versions/{version}/infer", "/"}) {
    std::map<std::string, std::string> parameters;
    if (!match_path(pattern, path, parameters)) continue;
    for (const auto& [name, value] : parameters) {
      if (value.empty() || value == "." || value == ".." || value.find('\0') != std::string::npos)
        std::abort();
    }
  }
  const size_t mark = std::min(text.find('?'), text.size());
  if (const auto pairs = parse_query(text.substr(mark))) {
    size_t total = 0;
    for (const auto& [name, value] : *pairs) total += name.size() + value.size();
    if (total > size) std::abort();
  }
  if (const auto decoded = percent_decode(text); decoded && decoded->size() > size) std::abort();
  if (host_of(text).size() > size || authority_of(text).size() > size) std::abort();
  is_address(text);
  return 0;
}
