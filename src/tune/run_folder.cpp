#include "tune/run_folder.h"

#include <set>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/flat_toml.h"
#include "train/checkpoint.h"

namespace heed::tune {
namespace {

namespace fs = std::filesystem;

// A resolved recipe without what may change between sittings.
std::map<std::string, std::string> fixed_values(const std::string& recipe_toml, const std::string& where) {
  static const std::set<std::string> kMayChange = {
      "train.epochs",       "train.max_steps",        "train.minutes",
      "train.patience",     "train.checkpoint_steps", "train.snapshot_minutes",
      "output.description", "output.licence",         "output.predictions"};
  std::map<std::string, std::string> values;
  for (auto& [key, value] : flat_toml(recipe_toml, where)) {
    if (kMayChange.count(key) == 0) values[key] = std::move(value);
  }
  return values;
}

bool is_record(const std::string& name) {
  return name == "metrics.jsonl" || name == "recipe.toml" || name == "defaults.toml" || name == "env.json" ||
         name == "predictions.jsonl" || name.starts_with("events.out.");
}

// The phases of a run, the last one first; each has a checkpoint of its own (train::Recipe::phase).
const std::vector<std::string> kPhases = {"", "round-1", "round-0", "pretrain"};

// What a training leaves in its folder; nothing else is ever removed from it.
bool is_ours(const std::string& name) {
  return is_record(name) || name == "checkpoint.safetensors" || name == "best.safetensors" ||
         (name.starts_with("weights-") && name.ends_with(".safetensors")) || name == "tokenizers" ||
         name == "pretrain" || name.starts_with("round-") || name == "back_translation.jsonl" ||
         name == "candidate" || name == "soft_labels.safetensors" || name == "teacher_targets.json" ||
         name == "teachers" || name.find(".tmp.") != std::string::npos;
}

// Hours of training must not end at a folder that cannot be written.
void check_output(const fs::path& model) {
  std::error_code problem;
  if (!fs::exists(model, problem)) return;
  if (!fs::is_directory(model, problem)) {
    throw Error(
        ErrorCode::invalid_argument,
        model.string() +
            ": expected a folder for the model's versions, found a file; choose another output.model");
  }
  check_can_write(model / "config.json");
}

// Whether it was not there before.
bool make_folder(const fs::path& folder) {
  std::error_code problem;
  const bool made = fs::create_directories(folder, problem);
  if (problem) {
    throw Error(ErrorCode::io,
                folder.string() + ": cannot create: " + problem.message() + "; choose another output.model");
  }
  return made;
}

train::TrainState read_state(const fs::path& checkpoint) {
  try {
    return train::read_state(checkpoint);
  } catch (const Error& error) {
    throw Error(error.code(), std::string(error.what()) + "; or --fresh starts again");
  }
}

}  // namespace

RunFolder::Lock::Lock(const fs::path& folder)
    : descriptor_(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  if (descriptor_ >= 0) ::close(descriptor_);
  throw Error(ErrorCode::unavailable, folder.string() +
                                          ": expected no other training in this folder, found one "
                                          "running; wait for it or choose another output.model");
}

RunFolder::Lock::~Lock() { ::close(descriptor_); }

RunFolder::RunFolder(const train::Recipe& recipe, std::string recipe_toml, Start start)
    : path_(recipe.run_folder()), recipe_toml_(std::move(recipe_toml)), resumes_(start == Start::resume) {
  check_output(recipe.output.model);
  if (resumes_ && !fs::exists(path_ / "recipe.toml")) {
    throw Error(ErrorCode::not_found, path_.string() +
                                          ": expected a training to go on with, found none; check "
                                          "output.model, or leave out --resume to start one");
  }
  made_ = make_folder(path_);
  lock_.emplace(path_);
  if (start == Start::refuse_unfinished && has_begun() && !finished()) {
    const std::string at = has_checkpoint() ? "at step " + std::to_string(read_state(last_checkpoint()).step)
                                            : "with the teachers it has trained";
    throw Error(ErrorCode::invalid_argument, path_.string() + ": an unfinished training stands here " + at +
                                                 "; --resume goes on with it, --fresh starts again");
  }
  if (resumes_) check_recipe();
}

RunFolder::~RunFolder() {
  if (!made_ || begun_) return;
  std::error_code ignored;
  fs::remove(path_ / "lock", ignored);
  fs::remove(path_, ignored);
}

void RunFolder::begin() {
  if (!resumes_) {
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (is_ours(entry.path().filename())) fs::remove_all(entry.path());
    }
  }
  begun_ = true;
  write_file_atomically(path_ / "recipe.toml", recipe_toml_);
  train::Recipe defaults;
  write_file_atomically(path_ / "defaults.toml", train::recipe_settings(defaults).to_toml());
}

fs::path RunFolder::last_checkpoint() const {
  for (const std::string& phase : kPhases) {
    const fs::path file = path_ / phase / "checkpoint.safetensors";
    if (fs::exists(file)) return file;
  }
  return {};
}

bool RunFolder::has_checkpoint() const { return !last_checkpoint().empty(); }

bool RunFolder::has_begun() const { return has_checkpoint() || fs::exists(path_ / "teachers"); }

bool RunFolder::finished() const {
  const fs::path file = path_ / "checkpoint.safetensors";
  return fs::exists(file) && read_state(file).finished;
}

void RunFolder::check_recipe() const {
  const std::string where = (path_ / "recipe.toml").string();
  const auto before = fixed_values(read_file(path_ / "recipe.toml"), where);
  const auto now = fixed_values(recipe_toml_, where);
  const auto check = [&](const std::string& key) {
    const auto old_one = before.find(key), new_one = now.find(key);
    const bool was = old_one != before.end(), is = new_one != now.end();
    if (was && is && old_one->second == new_one->second) return;
    const bool listed = key.starts_with("model.heads") || key.starts_with("data.sets");
    if ((!was || !is) && !listed) return;  // one of the two versions has no such key
    throw Error(ErrorCode::invalid_argument, where + ": expected '" + key + "' as the run began (" +
                                                 (was ? old_one->second : "not set") + "), found " +
                                                 (is ? new_one->second : "it not set") +
                                                 "; set it back, or --fresh starts again");
  };
  for (const auto& [key, value] : now) check(key);
  for (const auto& [key, value] : before) check(key);
}

std::map<std::string, std::string> RunFolder::tokenizers() const {
  std::map<std::string, std::string> files;
  if (!resumes_ || !fs::exists(path_ / "tokenizers")) return files;
  for (const auto& entry : fs::directory_iterator(path_ / "tokenizers")) {
    if (entry.path().extension() == ".model") files[entry.path().filename()] = read_file(entry.path());
  }
  return files;
}

void RunFolder::keep_tokenizers(const std::map<std::string, std::string>& files) const {
  fs::create_directories(path_ / "tokenizers");
  for (const auto& [name, bytes] : files) write_file_atomically(path_ / "tokenizers" / name, bytes);
}

bool RunFolder::has_environment() const { return fs::exists(path_ / "env.json"); }

fs::path RunFolder::back_translation() const {
  const fs::path file = path_ / "back_translation.jsonl";
  return resumes_ && fs::exists(file) ? file : fs::path();
}

void RunFolder::keep_back_translation(const data::Table& pairs) const {
  data::write_table(path_ / "back_translation.jsonl", pairs);
}

std::string RunFolder::precision() const {
  return read_json_file(path_ / "env.json").value("precision", "fp32");
}

void RunFolder::keep_environment(const Json& environment) const {
  write_file_atomically(path_ / "env.json", environment.dump(2) + "\n");
}

void RunFolder::keep_predictions(const std::string& lines) const {
  write_file_atomically(path_ / "predictions.jsonl", lines);
}

void RunFolder::check_corpus(uint64_t fingerprint) const {
  const fs::path file = path_ / "env.json";
  if (json_field<std::string>(read_json_file(file), "corpus", file.string()) != std::to_string(fingerprint)) {
    throw Error(ErrorCode::invalid_argument, path_.string() +
                                                 ": expected the data that the run began with, found "
                                                 "other texts or labels; put them back, or --fresh "
                                                 "starts again");
  }
}

std::map<std::string, std::string> RunFolder::records() const {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename();
    if (is_record(name)) files[name] = read_file(entry.path());
  }
  return files;
}

}  // namespace heed::tune
