#include "cli/run.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "base/flat_toml.h"
#include "metrics/direction.h"
#include "model/safetensors.h"

namespace heed::cli {
namespace {

namespace fs = std::filesystem;

RunPoint parse_point(const std::string& line, const std::string& where) {
  const Json json = parse_json(line, where);
  RunPoint point{.step = json_field<int64_t>(json, "step", where),
                 .epoch = json_field<int64_t>(json, "epoch", where),
                 .split = json_field<std::string>(json, "split", where),
                 .values = {}};
  for (const auto& [name, value] : json.items()) {
    if (value.is_number() && name != "step" && name != "epoch") point.values[name] = value.get<double>();
  }
  return point;
}

// A line counts once its newline is there.
void read_points(const fs::path& file, Run& run) {
  if (!fs::exists(file)) return;
  std::istringstream text(read_file(file));
  int64_t number = 0;
  for (std::string line; std::getline(text, line);) {
    const std::string where = file.string() + ":" + std::to_string(++number);
    if (text.eof()) {
      run.note = where + ": left out: it is cut (by a crash, or it is being written)";
      return;
    }
    run.points.push_back(parse_point(line, where));
  }
}

Pairs read_pairs(const fs::path& file) {
  return fs::exists(file) ? flat_toml(read_file(file, uint64_t{1} << 24), file.string()) : Pairs{};
}

Json read_object(const fs::path& file) {
  if (!fs::exists(file)) return nullptr;
  Json json = read_json_file(file);
  if (json.is_object()) return json;
  throw Error(ErrorCode::corrupt_data,
              file.string() + ": expected an object, found " + std::string(json.type_name()));
}

// Whether a process holds the lock that a training takes (flock). Read from the system's list: trying the
// lock itself could make a training fail that starts at this moment.
bool is_locked(const fs::path& file) {
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0) return false;
  const std::string inode = fmt::format(":{} ", about.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    if (line.find("FLOCK") != std::string::npos && line.find(inode) != std::string::npos) return true;
  }
  return false;
}

// Whether an earlier phase of the training (pre-training, say) has a checkpoint, in a folder of its own.
bool has_phase_checkpoint(const fs::path& folder) {
  return std::ranges::any_of(fs::directory_iterator(folder), [](const fs::directory_entry& entry) {
    return entry.is_directory() && fs::exists(entry.path() / "checkpoint.safetensors");
  });
}

RunState state_of(const fs::path& folder) {
  if (folder.filename() == "run") return RunState::finished;
  if (is_locked(folder / "lock")) return RunState::running;
  const fs::path checkpoint = folder / "checkpoint.safetensors";
  if (!fs::exists(checkpoint)) return has_phase_checkpoint(folder) ? RunState::stopped : RunState::unfinished;
  const SafetensorsFile file(checkpoint);
  const auto state = file.metadata().find("state");
  const Json json = parse_json(state == file.metadata().end() ? "{}" : state->second, checkpoint.string());
  return json_field<bool>(json, "finished", checkpoint.string(), false) ? RunState::finished
                                                                        : RunState::stopped;
}

// A number of metrics.json's "training".
std::optional<double> training_figure(const Json& metrics, const std::string& name) {
  if (!metrics.is_object() || !metrics.contains("training")) return std::nullopt;
  const Json& training = metrics["training"];
  if (!training.is_object() || !training.contains(name) || !training[name].is_number()) return std::nullopt;
  return training[name].get<double>();
}

}  // namespace

std::string to_string(RunState state) {
  switch (state) {
    case RunState::running:
      return "running";
    case RunState::finished:
      return "finished";
    case RunState::stopped:
      return "stopped";
    case RunState::unfinished:
      return "unfinished";
  }
  return "";
}

std::string Run::key(const std::string& wanted) const {
  const auto at = std::ranges::find(recipe, wanted, &Pairs::value_type::first);
  return at == recipe.end() ? "" : at->second;
}

bool Run::translation() const {
  return std::ranges::none_of(recipe,
                              [](const auto& pair) { return pair.first.starts_with("model.heads."); });
}

int64_t Run::epochs() const {
  int64_t most = 0;
  for (const RunPoint& point : points) {
    if (!point.split.starts_with("pretrain")) most = std::max(most, point.epoch);
  }
  return most;
}

std::optional<int64_t> Run::parameters() const {
  if (environment.is_object() && environment.contains("parameters")) {
    return json_field<int64_t>(environment, "parameters", (folder / "env.json").string());
  }
  return training_figure(metrics, "parameters");
}

std::optional<double> Run::minutes() const {
  if (const auto whole = training_figure(metrics, "minutes")) return whole;
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (const auto at = point->values.find("minutes"); at != point->values.end()) return at->second;
  }
  return std::nullopt;
}

const RunPoint* best_point(const Run& run, const std::string& metric) {
  const RunPoint* best = nullptr;
  const bool greater = metrics::greater_is_better(metric);
  for (const RunPoint& point : run.points) {
    const auto at = point.values.find(metric);
    if (point.split != "valid" || at == point.values.end()) continue;
    if (best == nullptr ||
        (greater ? at->second > best->values.at(metric) : at->second < best->values.at(metric))) {
      best = &point;
    }
  }
  return best;
}

Run read_run(const fs::path& folder) {
  Run run;
  run.folder = folder;
  run.name = folder.string();
  run.state = state_of(folder);
  if (folder.filename() == "run") {
    run.name = folder.parent_path().string();
    run.metrics = read_object(folder.parent_path() / "metrics.json");
  }
  run.recipe = read_pairs(folder / "recipe.toml");
  run.defaults = read_pairs(folder / "defaults.toml");
  run.environment = read_object(folder / "env.json");
  read_points(folder / "metrics.jsonl", run);
  return run;
}

}  // namespace heed::cli
