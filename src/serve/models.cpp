#include "serve/models.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "apps/fields.h"
#include "base/error.h"
#include "base/log.h"
#include "base/nearest.h"
#include "model/model_directory.h"

namespace heed::serve {
namespace {

namespace fs = std::filesystem;

int64_t now_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

bool is_model(const fs::path& path) {
  std::error_code error;
  return !path.filename().string().starts_with('.') && fs::is_directory(path, error) &&
         fs::is_symlink(fs::symlink_status(path / "current", error));
}

std::vector<std::string> model_names(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_model(it->path())) names.push_back(it->path().filename().string());
  }
  if (error) {
    throw Error(ErrorCode::not_found,
                folder.string() + ": expected a folder of model directories, found: " + error.message());
  }
  std::ranges::sort(names);
  return names;
}

// The version that `current` names now.
int64_t current_version(const fs::path& folder) {
  std::error_code error;
  const std::string target = fs::read_symlink(folder / "current", error).filename().string();
  int64_t version = 0;
  const auto read = std::from_chars(target.data(), target.data() + target.size(), version);
  if (error || read.ptr != target.data() + target.size() || version < 1) {
    throw Error(ErrorCode::corrupt_data, (folder / "current").string() +
                                             ": expected a link to a version, found '" + target +
                                             "'; point it at one of the numbered folders beside it");
  }
  return version;
}

std::shared_ptr<const infer::LiveModel> load_checked(const fs::path& folder, int64_t version) {
  const fs::path path = folder / std::to_string(version);
  auto model = std::make_shared<const infer::LiveModel>(open_model(path));
  try {
    model->check();
  } catch (const Error& problem) {
    throw Error(problem.code(), path.string() + ": does not answer as it should: " + problem.what());
  }
  return model;
}

std::string list_names(const Models::Table& table) {
  if (table.empty()) return "there is none: train one with heed train, then POST /v1/reload";
  std::string names;
  for (const auto& [name, served] : table) names += (names.empty() ? "'" : ", '") + name + "'";
  return "there is " + names;
}

}  // namespace

ModelReference parse_reference(const std::string& text) {
  const size_t at = text.rfind('@');
  if (at == std::string::npos) return {text, 0};
  ModelReference reference = {text.substr(0, at), 0};
  const auto read = std::from_chars(text.data() + at + 1, text.data() + text.size(), reference.version);
  if (read.ptr != text.data() + text.size() || reference.version < 1 || reference.name.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "'" + text.substr(0, 256) + "': expected NAME@VERSION with a whole number");
  }
  return reference;
}

Models::Models(fs::path folder, const std::vector<std::string>& versions,
               const std::vector<std::string>& aliases)
    : folder_(std::move(folder)) {
  for (const std::string& text : versions) {
    const ModelReference reference = parse_reference(text);
    if (reference.version == 0)
      throw Error(ErrorCode::invalid_argument,
                  "models.versions: expected NAME@VERSION, found '" + text + "'");
    pinned_[reference.name].push_back(reference.version);
  }
  for (const std::string& text : aliases) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
      throw Error(ErrorCode::invalid_argument,
                  "models.aliases: expected ALIAS=NAME or ALIAS=NAME@VERSION, found '" + text + "'");
    const ModelReference reference = parse_reference(text.substr(equals + 1));
    if (reference.version > 0) pinned_[reference.name].push_back(reference.version);
    aliases_[text.substr(0, equals)] = reference;
  }
}

std::shared_ptr<const Models::Table> Models::table() const {
  const std::lock_guard lock(mutex_);
  return table_;
}

void Models::replace(Table table) {
  auto next = std::make_shared<const Table>(std::move(table));
  const std::lock_guard lock(mutex_);
  table_.swap(next);
}

// `served` with `version` (none: the one that `current` names) as the current one, and its pinned versions.
ServedModel Models::loaded(ServedModel served, const std::string& name,
                           std::optional<int64_t> version) const {
  served.folder = folder_ / name;
  std::vector<int64_t> wanted;
  if (const auto pinned = pinned_.find(name); pinned != pinned_.end()) wanted = pinned->second;
  const int64_t current = version ? *version : current_version(served.folder);
  wanted.push_back(current);
  std::map<int64_t, std::shared_ptr<const infer::LiveModel>> versions;
  for (const int64_t each : wanted) {
    const auto known = served.versions.find(each);
    versions[each] = known != served.versions.end() ? known->second : load_checked(served.folder, each);
  }
  if (current != served.current) served.loaded_at = now_seconds();
  served.versions = std::move(versions);
  served.current = current;
  served.problem.clear();
  return served;
}

void Models::load_all() {
  const std::lock_guard one(loading_);
  Table table;
  if (is_model(folder_)) {
    throw Error(ErrorCode::invalid_argument,
                folder_.string() +
                    ": expected a folder of model directories, found a model directory; give "
                    "the folder that holds it");
  }
  for (const std::string& name : model_names(folder_)) table[name] = loaded({}, name, std::nullopt);
  if (table.empty())
    spdlog::warn("no model in {} yet: train one with heed train, then send SIGHUP or POST /v1/reload",
                 folder_.string());
  for (const auto& [name, versions] : pinned_) {
    if (!table.contains(name))
      throw Error(ErrorCode::not_found, "models: expected '" + name + "' in " + folder_.string() +
                                            ", found none; " + list_names(table));
  }
  for (const auto& [alias, reference] : aliases_) {
    if (!table.contains(reference.name))
      throw Error(ErrorCode::not_found, "models.aliases: '" + alias + "' stands for '" + reference.name +
                                            "', which is not in " + folder_.string());
  }
  replace(std::move(table));
}

int64_t Models::reload() {
  const std::lock_guard one(loading_);
  const std::shared_ptr<const Table> before = table();
  Table table;
  int64_t failed = 0;
  for (const std::string& name : model_names(folder_)) {
    const auto known = before->find(name);
    try {
      table[name] = loaded(known == before->end() ? ServedModel{} : known->second, name, std::nullopt);
    } catch (const std::exception& problem) {
      ++failed;
      spdlog::error("{}", problem.what());
      if (known == before->end()) continue;
      table[name] = known->second;
      table[name].problem = problem.what();
    }
  }
  replace(std::move(table));
  return failed;
}

void Models::load(const std::string& name, int64_t version) {
  const std::lock_guard one(loading_);
  Table next = *table();
  if (name.find('/') != std::string::npos || !is_model(folder_ / name))
    throw Error(ErrorCode::not_found,
                "model '" + name + "': expected one of " + folder_.string() + "; " + list_names(next));
  const auto known = next.find(name);
  try {
    next[name] = loaded(known == next.end() ? ServedModel{} : known->second, name,
                        version == 0 ? std::nullopt : std::optional(version));
  } catch (const std::exception& problem) {
    Table same = *table();
    if (known != next.end()) same[name].problem = problem.what();
    replace(std::move(same));
    throw;
  }
  replace(std::move(next));
}

bool Models::has(const std::string& name) const { return aliases_.contains(name) || table()->contains(name); }

std::vector<std::string> Models::aliases_of(const std::string& name) const {
  std::vector<std::string> aliases;
  for (const auto& [alias, reference] : aliases_) {
    if (reference.name == name) aliases.push_back(alias);
  }
  return aliases;
}

std::shared_ptr<const infer::LiveModel> Models::only_one(const Table& table, std::string_view task) const {
  std::shared_ptr<const infer::LiveModel> found;
  for (const auto& [name, served] : table) {
    if (!task.empty() && served.live()->task() != task) continue;
    if (found)
      throw apps::FieldError(
          "model", "expected a name, as several models can do this, found none; " + list_names(table));
    found = served.live();
  }
  if (!found)
    throw Error(ErrorCode::not_found, "expected a model that can " +
                                          std::string(task.empty() ? "answer" : task) + "; " +
                                          list_names(table));
  return found;
}

std::shared_ptr<const infer::LiveModel> Models::find(const std::string& name, std::string_view task) const {
  const std::shared_ptr<const Table> now = table();
  if (name.empty()) return only_one(*now, task);
  ModelReference reference = parse_reference(name);
  if (const auto alias = aliases_.find(name); alias != aliases_.end()) reference = alias->second;
  const auto served = now->find(reference.name);
  if (served == now->end()) {
    std::vector<std::string> known;
    for (const auto& [each, model] : *now) known.push_back(each);
    for (const auto& [alias, model] : aliases_) known.push_back(alias);
    const std::string shown = name.substr(0, 64);
    throw Error(ErrorCode::not_found,
                "model '" + shown + "': not here" + did_you_mean(shown, known) + "; " + list_names(*now));
  }
  if (reference.version == 0) return served->second.live();
  const auto version = served->second.versions.find(reference.version);
  if (version == served->second.versions.end()) {
    throw Error(ErrorCode::not_found, "model '" + reference.name + "': version " +
                                          std::to_string(reference.version) +
                                          " is not served; name it in models.versions, or POST /v1/models/" +
                                          reference.name + "/load");
  }
  return version->second;
}

}  // namespace heed::serve
