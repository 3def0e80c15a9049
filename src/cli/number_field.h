#pragma once

#include <cstdint>
#include <string>

namespace heed::cli {

// Fields of a table. Throw invalid_argument: `where` ("pairs.csv:17"), the field, expected, found.
double read_number(const std::string& text, const std::string& where, const char* field);  // finite
int64_t read_whole(const std::string& text, const std::string& where, const char* field);
bool read_flag(const std::string& text, const std::string& where, const char* field);  // 0 or 1

}  // namespace heed::cli
