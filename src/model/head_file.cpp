#include "model/head_file.h"

#include <vector>

#include "base/error.h"
#include "base/nearest.h"
#include "model/file_name.h"

namespace heed {
namespace {

using Fields = std::vector<std::string>;

void refuse_unknown(const Json& json, const std::string& where, const Fields& fields) {
  for (const auto& item : json.items()) {
    bool known = false;
    for (const std::string& field : fields) known = known || field == item.key();
    if (!known) {
      throw Error(ErrorCode::corrupt_data, where + ": expected known fields only, found " +
                                               quote_name(item.key()) + did_you_mean(item.key(), fields));
    }
  }
}

void check_version(const Json& json, const std::string& where) {
  const int64_t version = json_field<int64_t>(json, "format_version", where);
  if (version == ModelConfig::kFormatVersion) return;
  throw Error(ErrorCode::unsupported, where + ": field 'format_version': expected " +
                                          std::to_string(ModelConfig::kFormatVersion) + ", found " +
                                          std::to_string(version) + "; a newer model needs a newer heed");
}

std::vector<std::string> read_labels(const Json& json, const std::string& where,
                                     const std::string& field = "labels") {
  const Json labels = json_field<Json>(json, field.c_str(), where);
  if (!labels.is_array()) {
    throw Error(ErrorCode::corrupt_data, where + ": field '" + field +
                                             "': expected an array of strings, found " +
                                             std::string(labels.type_name()));
  }
  std::vector<std::string> names;
  for (const Json& label : labels) {
    if (!label.is_string()) {
      throw Error(ErrorCode::corrupt_data, where + ": field '" + field + "': expected strings, found " +
                                               std::string(label.type_name()));
    }
    names.push_back(label.get<std::string>());
  }
  return names;
}

}  // namespace

Json head_to_json(const HeadConfig& head) {
  Json json;
  json["format_version"] = ModelConfig::kFormatVersion;
  json["labels"] = head.labels;
  json["temperature"] = head.temperature;
  return json;
}

Json head_to_json(const MatchingConfig& head) {
  return {{"format_version", ModelConfig::kFormatVersion}, {"temperature", head.temperature}};
}

Json head_to_json(const TaggingConfig& head) {
  return {{"format_version", ModelConfig::kFormatVersion}, {"labels", head.entities}};
}

Json head_to_json(const SequenceConfig& head) {
  return {{"format_version", ModelConfig::kFormatVersion}, {"items", head.items}, {"kinds", head.kinds}};
}

void read_head_json(const Json& json, const std::string& where, HeadConfig& head) {
  check_version(json, where);
  head.labels = read_labels(json, where);
  head.temperature = json_field<double>(json, "temperature", where);
  refuse_unknown(json, where, {"format_version", "labels", "temperature"});
}

void read_head_json(const Json& json, const std::string& where, MatchingConfig& head) {
  check_version(json, where);
  head.temperature = json_field<double>(json, "temperature", where);
  refuse_unknown(json, where, {"format_version", "temperature"});
}

void read_head_json(const Json& json, const std::string& where, TaggingConfig& head) {
  check_version(json, where);
  head.entities = read_labels(json, where);
  refuse_unknown(json, where, {"format_version", "labels"});
}

void read_head_json(const Json& json, const std::string& where, SequenceConfig& head) {
  check_version(json, where);
  head.items = read_labels(json, where, "items");
  head.kinds = read_labels(json, where, "kinds");
  refuse_unknown(json, where, {"format_version", "items", "kinds"});
}

}  // namespace heed
