#include "train/history.h"

#include <cerrno>
#include <cstring>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace heed::train {
namespace {

Json to_json(const HistoryPoint& point) {
  Json json = {{"step", point.step}, {"epoch", point.epoch}, {"split", point.split}};
  for (const auto& [name, value] : point.values) json[name] = value;
  return json;
}

HistoryPoint from_json(const Json& json, const std::string& where) {
  HistoryPoint point{.step = json_field<int64_t>(json, "step", where),
                     .epoch = json_field<int64_t>(json, "epoch", where),
                     .split = json_field<std::string>(json, "split", where),
                     .values = {}};
  for (const auto& [name, value] : json.items()) {
    if (value.is_number_float()) point.values[name] = value.get<double>();
  }
  return point;
}

}  // namespace

std::vector<double> History::curve(const std::string& split, const std::string& metric) const {
  std::vector<double> values;
  for (const HistoryPoint& point : points) {
    const auto at = point.values.find(metric);
    if (point.split == split && at != point.values.end()) values.push_back(at->second);
  }
  return values;
}

HistoryWriter::HistoryWriter(const std::filesystem::path& run_folder, int64_t last_step)
    : path_(run_folder / "metrics.jsonl") {
  std::string kept;
  if (last_step > 0 && std::filesystem::exists(path_)) {
    std::istringstream old(read_file(path_));
    int64_t number = 0;
    for (std::string line; std::getline(old, line);) {
      const std::string where = path_.string() + ":" + std::to_string(++number);
      HistoryPoint point;
      try {
        point = from_json(parse_json(line, where), where);
      } catch (const Error&) {
        break;  // the line that the crash cut
      }
      if (point.step > last_step) break;
      kept += line + "\n";
      history_.points.push_back(std::move(point));
    }
  }
  write_file_atomically(path_, kept);
  lines_.open(path_, std::ios::app);
  events_ = std::make_unique<EventFile>(run_folder);
}

void HistoryWriter::add(const HistoryPoint& point) {
  if (!(lines_ << to_json(point).dump() << "\n" << std::flush)) {
    throw Error(ErrorCode::io, path_.string() + ": cannot write: " + std::strerror(errno));
  }
  for (const auto& [name, value] : point.values)
    events_->add_scalar(point.split + "/" + name, value, point.step);
  history_.points.push_back(point);
}

}  // namespace heed::train
