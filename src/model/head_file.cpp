#include "model/head_file.h"

#include <vector>

#include "base/error.h"
#include "base/nearest.h"
#include "model/file_name.h"

namespace heed {
namespace {

const std::vector<std::string> kFields = {"format_version", "labels", "temperature"};

void refuse_unknown(const Json& json, const std::string& where) {
  for (const auto& item : json.items()) {
    bool known = false;
    for (const std::string& field : kFields) known = known || field == item.key();
    if (!known) {
      throw Error(ErrorCode::corrupt_data, where + ": expected known fields only, found " +
                                               quote_name(item.key()) + did_you_mean(item.key(), kFields));
    }
  }
}

}  // namespace

Json head_to_json(const HeadConfig& head) {
  Json json;
  json["format_version"] = ModelConfig::kFormatVersion;
  json["labels"] = head.labels;
  json["temperature"] = head.temperature;
  return json;
}

void read_head_json(const Json& json, const std::string& where, HeadConfig& head) {
  const int64_t version = json_field<int64_t>(json, "format_version", where);
  if (version != ModelConfig::kFormatVersion) {
    throw Error(ErrorCode::unsupported, where + ": field 'format_version': expected " +
                                            std::to_string(ModelConfig::kFormatVersion) + ", found " +
                                            std::to_string(version) + "; a newer model needs a newer heed");
  }
  const Json labels = json_field<Json>(json, "labels", where);
  if (!labels.is_array()) {
    throw Error(ErrorCode::corrupt_data, where + ": field 'labels': expected an array of strings, found " +
                                             std::string(labels.type_name()));
  }
  head.labels.clear();
  for (const Json& label : labels) {
    if (!label.is_string()) {
      throw Error(ErrorCode::corrupt_data,
                  where + ": field 'labels': expected strings, found " + std::string(label.type_name()));
    }
    head.labels.push_back(label.get<std::string>());
  }
  head.temperature = json_field<double>(json, "temperature", where);
  refuse_unknown(json, where);
}

}  // namespace heed
