#include "cli/predictions.h"

#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace heed::cli {
namespace {

// A label, or a list of them.
std::string label_field(const Json& line, const std::string& name, const std::string& where, bool& several) {
  if (!line.is_object() || !line.contains(name) || !line[name].is_array()) {
    return json_field<std::string>(line, name, where);
  }
  several = true;
  std::string text;
  for (const Json& label : line[name]) {
    if (!label.is_string()) {
      throw Error(ErrorCode::corrupt_data,
                  where + ": field '" + name + "': expected labels, found " + label.dump());
    }
    text += (text.empty() ? "" : ", ") + label.get<std::string>();
  }
  return text;
}

}  // namespace

Predictions read_predictions(const std::filesystem::path& run_folder) {
  const auto file = run_folder / "predictions.jsonl";
  Predictions predictions;
  if (!std::filesystem::exists(file)) return predictions;
  std::istringstream text(read_file(file));
  int64_t number = 0;
  for (std::string line; std::getline(text, line);) {
    const std::string where = file.string() + ":" + std::to_string(++number);
    const Json json = parse_json(line, where);
    if (json.is_object() && json.contains("source")) {
      predictions.translations.push_back({.source = json_field<std::string>(json, "source", where),
                                          .reference = json_field<std::string>(json, "reference", where),
                                          .output = json_field<std::string>(json, "output", where),
                                          .chrf = json_field<double>(json, "chrf", where)});
    } else {
      LabelPrediction row;
      row.head = json_field<std::string>(json, "head", where);
      row.text = json_field<std::string>(json, "text", where);
      row.confidence = json_field<double>(json, "confidence", where);
      row.expected = label_field(json, "expected", where, row.several);
      row.predicted = label_field(json, "predicted", where, row.several);
      predictions.labels.push_back(std::move(row));
    }
  }
  return predictions;
}

}  // namespace heed::cli
