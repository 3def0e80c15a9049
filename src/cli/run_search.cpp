#include "cli/run_search.h"

#include <algorithm>
#include <tuple>

#include "base/error.h"

namespace heed::cli {
namespace {

namespace fs = std::filesystem;

bool is_run(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "recipe.toml", ignored);
}

fs::path without_slash(const std::string& name) {
  const fs::path path = fs::path(name).lexically_normal();
  return path.has_filename() || !path.has_relative_path() ? path : path.parent_path();
}

std::string what_stands_at(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return "nothing";
  return fs::is_directory(path, ignored) ? "a folder without recipe.toml or run/" : "a file";
}

// Numbers by value, before other names.
auto order_of(const fs::path& path) {
  const std::string name = path.filename().string();
  const bool number = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
  return std::tuple(!number, number ? name.size() : 0, name);
}

std::vector<fs::path> subfolders(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, fs::directory_options::skip_permission_denied)) {
    if (entry.is_symlink() || !entry.is_directory()) continue;
    if (!entry.path().filename().string().starts_with(".")) found.push_back(entry.path());
  }
  std::ranges::sort(found, {}, order_of);
  return found;
}

// A folder holds models, a model versions, a version a run.
void search(const fs::path& folder, int depth, std::vector<fs::path>& found) {
  if (is_run(folder)) {
    found.push_back(folder);
  } else if (is_run(folder / "run")) {
    found.push_back(folder / "run");
  } else if (depth > 0) {
    for (const fs::path& each : subfolders(folder)) search(each, depth - 1, found);
  }
}

bool is_kept_with_model(const Run& run, const std::vector<Run>& all) {
  if (run.state != RunState::finished || run.folder.extension() != ".run") return false;
  const fs::path model = fs::path(run.folder).replace_extension();
  return std::ranges::any_of(all, [&](const Run& other) {
    return fs::path(other.name).parent_path() == model && other.points == run.points &&
           other.environment == run.environment;
  });
}

}  // namespace

fs::path find_run(const std::string& name) {
  const fs::path path = without_slash(name);
  if (is_run(path)) return path;
  if (is_run(path / "run")) return path / "run";
  std::error_code problem;
  const fs::path version = fs::read_symlink(path / "current", problem);
  if (!problem && is_run(path / version / "run")) return path / version / "run";
  const fs::path unfinished = path.string() + ".run";
  if (is_run(unfinished)) return unfinished;
  throw Error(ErrorCode::not_found,
              path.string() +
                  ": expected a training run (a folder <model>.run, or a model that has run/), found " +
                  what_stands_at(path) + "; heed runs list FOLDER shows those that are there");
}

std::vector<Run> find_runs(const std::string& name, std::vector<std::string>& problems) {
  const fs::path folder = without_slash(name);
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw Error(ErrorCode::not_found, folder.string() + ": expected a folder with training runs, found " +
                                          what_stands_at(folder) +
                                          "; heed train makes one, or name another: heed runs list FOLDER");
  }
  std::vector<fs::path> folders;
  search(folder, 2, folders);
  std::vector<Run> runs;
  for (const fs::path& each : folders) {
    try {
      runs.push_back(read_run(each));
    } catch (const Error& error) {
      problems.emplace_back(error.what());
    }
  }
  std::vector<Run> kept;
  for (const Run& run : runs) {
    if (!is_kept_with_model(run, runs)) kept.push_back(run);
  }
  return kept;
}

}  // namespace heed::cli
