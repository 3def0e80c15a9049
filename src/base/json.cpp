#include "base/json.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/files.h"

namespace heed {
namespace {

void check_depth(std::string_view text, const std::string& where, int max_depth) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > max_depth) {
        throw Error(ErrorCode::corrupt_data, where + ": expected JSON nested at most " +
                                                 std::to_string(max_depth) + " deep, found more");
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

template <class T>
constexpr const char* kind_of() {
  if constexpr (std::is_same_v<T, std::string>) return "a string";
  if constexpr (std::is_same_v<T, int64_t>) return "a whole number";
  if constexpr (std::is_same_v<T, double>) return "a number";
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  return "a value";
}

template <class T>
bool holds(const Json& value) {
  if constexpr (std::is_same_v<T, std::string>) return value.is_string();
  if constexpr (std::is_same_v<T, int64_t>) {
    return value.is_number_integer() &&
           !(value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX});
  }
  if constexpr (std::is_same_v<T, double>) return value.is_number();
  if constexpr (std::is_same_v<T, bool>) return value.is_boolean();
  return true;
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where, int max_depth, const std::string& cure) {
  check_depth(text, where, max_depth);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& problem) {
    const size_t at = std::min<size_t>(problem.byte, text.size());
    const std::string_view before = text.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t line_start = before.rfind('\n');
    const size_t column = line_start == std::string_view::npos ? at : at - line_start - 1;
    throw Error(ErrorCode::corrupt_data, where + ":" + std::to_string(line) + ":" + std::to_string(column) +
                                             ": expected JSON, found text that is not; " + cure);
  } catch (const Json::exception&) {
    throw Error(ErrorCode::corrupt_data,
                where + ": expected JSON with numbers in range, found one out of it; " + cure);
  }
}

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

Json read_json_file(const std::filesystem::path& path, uint64_t max_bytes) {
  return parse_json(read_file(path, max_bytes), path.string());
}

template <class T>
T json_field(const Json& json, const std::string& name, const std::string& where) {
  if (!json.is_object() || !json.contains(name)) {
    throw Error(ErrorCode::corrupt_data,
                where + ": field '" + name + "': expected " + kind_of<T>() + ", found none");
  }
  const Json& value = json.at(name);
  if (!holds<T>(value)) {
    throw Error(ErrorCode::corrupt_data,
                where + ": field '" + name + "': expected " + kind_of<T>() + ", found " + value.type_name());
  }
  return value.get<T>();
}

template std::string json_field<std::string>(const Json&, const std::string&, const std::string&);
template int64_t json_field<int64_t>(const Json&, const std::string&, const std::string&);
template double json_field<double>(const Json&, const std::string&, const std::string&);
template bool json_field<bool>(const Json&, const std::string&, const std::string&);
template Json json_field<Json>(const Json&, const std::string&, const std::string&);

}  // namespace heed
