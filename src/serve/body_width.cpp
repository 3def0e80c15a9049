#include "serve/body_width.h"

#include <string>
#include <vector>

#include "base/error.h"

namespace heed::serve {

void check_width(std::string_view body) {
  std::vector<int64_t> keys = {0};  // of the objects and lists around this place
  bool in_string = false;
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '{' || c == '[') {
      keys.push_back(0);
    } else if ((c == '}' || c == ']') && keys.size() > 1) {
      keys.pop_back();
    } else if (c == ':' && ++keys.back() > kMaxKeys) {
      throw Error(ErrorCode::invalid_argument,
                  "body: expected at most " + std::to_string(kMaxKeys) + " fields in an object, found more");
    }
  }
}

}  // namespace heed::serve
