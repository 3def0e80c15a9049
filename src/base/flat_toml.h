#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed {

// A TOML document as dotted keys and values, in the order of its lines: {"train.epochs", "20"},
// {"model.heads.0.name", "intent"}. A text stands as it is, a list in TOML's spelling: for a person to read
// and to tell two documents apart. Throws invalid_argument "WHERE:LINE: expected TOML, found: …".
std::vector<std::pair<std::string, std::string>> flat_toml(std::string_view text, const std::string& where);

}  // namespace heed
