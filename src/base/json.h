#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace heed {

using Json = nlohmann::ordered_json;

// Parses JSON that came from outside. `where` names the source in messages ("model/config.json").
// Throws corrupt_data with line and column, and the cure, on broken text, broken UTF-8 or nesting deeper than
// `max_depth`.
Json parse_json(std::string_view text, const std::string& where, int max_depth = 64,
                const std::string& cure = "the file is cut or damaged: write or copy it again");

// To four decimals: what a weight or a probability is worth in an answer.
double rounded(double value);

Json read_json_file(const std::filesystem::path& path, uint64_t max_bytes = uint64_t{256} << 20);

// Field `name` of object `json` as T; throws corrupt_data "WHERE: field 'NAME': expected …, found …".
template <class T>
T json_field(const Json& json, const std::string& name, const std::string& where);
template <class T>
T json_field(const Json& json, const std::string& name, const std::string& where, T fallback) {
  return json.is_object() && json.contains(name) ? json_field<T>(json, name, where) : fallback;
}
extern template std::string json_field<std::string>(const Json&, const std::string&, const std::string&);
extern template int64_t json_field<int64_t>(const Json&, const std::string&, const std::string&);
extern template double json_field<double>(const Json&, const std::string&, const std::string&);
extern template bool json_field<bool>(const Json&, const std::string&, const std::string&);
extern template Json json_field<Json>(const Json&, const std::string&, const std::string&);

}  // namespace heed
