#pragma once

#include <string>
#include <string_view>

namespace heed {

// A name that stays inside its folder: 1 to 200 bytes, no '/' or control character, not beginning with '.'.
bool is_plain_file_name(std::string_view name);

// A head's name stands in file names and in weight names: 1 to 64 ASCII letters, digits, '_' or '-'.
bool is_head_name(std::string_view name);

// `name` in quotes for a message: one line and short whatever it holds.
std::string quote_name(std::string_view name);

}  // namespace heed
