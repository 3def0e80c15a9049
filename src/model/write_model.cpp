#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>

#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "model/check_weights.h"
#include "model/file_name.h"
#include "model/head_file.h"
#include "model/model_directory.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_io(const fs::path& path, const char* action, const std::string& reason) {
  throw Error(ErrorCode::io, path.string() + ": cannot " + action + ": " + reason +
                                 "; the versions that were there before are kept");
}

// A folder beside the versions that becomes one, or vanishes.
class SideFolder {
 public:
  explicit SideFolder(const fs::path& name) {
    std::string pattern = (name / (".tmp-" + std::to_string(::getpid()) + "-XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr) fail_io(name, "create a folder in it", std::strerror(errno));
    path_ = pattern;
    fs::permissions(path_, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                               fs::perms::others_read | fs::perms::others_exec);
  }
  ~SideFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  SideFolder(const SideFolder&) = delete;
  SideFolder& operator=(const SideFolder&) = delete;

  const fs::path& path() const { return path_; }

  // Renames to the next free number; another writer may take it first.
  fs::path become_version(const fs::path& name) {
    while (true) {
      const std::vector<int64_t> versions = model_versions(name);
      const fs::path version = name / std::to_string(versions.empty() ? 1 : versions.back() + 1);
      if (std::rename(path_.c_str(), version.c_str()) == 0) {
        path_ = version;
        return version;
      }
      if (errno != ENOTEMPTY && errno != EEXIST) fail_io(version, "rename into place", std::strerror(errno));
    }
  }

  void keep() { path_.clear(); }

 private:
  fs::path path_;
};

void check_names(const fs::path& name, const char* folder, const std::map<std::string, std::string>& files) {
  for (const auto& file : files) {
    if (is_plain_file_name(file.first)) continue;
    throw Error(
        ErrorCode::invalid_argument,
        name.string() + ": " + folder + ": expected plain file names, found " + quote_name(file.first));
  }
}

void require_tokenizer(const fs::path& name, const ModelContents& contents, const std::string& file) {
  if (file.empty() || contents.tokenizers.contains(file)) return;
  throw Error(ErrorCode::invalid_argument,
              name.string() + ": tokenizers: expected " + quote_name(file) + " as config says, found none");
}

void check_contents(const fs::path& name, const ModelContents& contents) {
  check_config(contents.config, name.string());
  std::map<std::string, TensorView> views;
  for (const Tensor& tensor : contents.weights)
    views.emplace(tensor.name, TensorView{tensor.type, tensor.shape, tensor.bytes});
  check_weights(contents.config, views, ErrorCode::invalid_argument, name.string());
  require_tokenizer(name, contents, contents.config.source_tokenizer);
  require_tokenizer(name, contents, contents.config.target_tokenizer);
  check_names(name, "tokenizers", contents.tokenizers);
  check_names(name, "run", contents.run);
  check_names(name, "assets", contents.assets);
}

void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) fail_io(folder, "create", problem.message());
}

void write_json(const fs::path& path, const Json& json) {
  try {
    write_file_atomically(path, json.dump(2) + "\n");
  } catch (const Json::exception&) {
    throw Error(ErrorCode::invalid_argument, path.string() + ": expected text in UTF-8, found other bytes");
  }
}

void write_folder(const fs::path& folder, const std::map<std::string, std::string>& files) {
  if (files.empty()) return;
  make_folder(folder);
  for (const auto& [file, bytes] : files) write_file_atomically(folder / file, bytes);
}

void write_contents(const fs::path& folder, const ModelContents& contents) {
  write_json(folder / "config.json", to_json(contents.config));
  write_safetensors(folder / "model.safetensors", contents.weights, {{"producer", "heed"}});
  write_folder(folder / "tokenizers", contents.tokenizers);
  const ModelConfig& config = contents.config;
  const auto write_head = [&](const auto& head) {
    write_json(folder / "heads" / (head.name + ".json"), head_to_json(head));
  };
  if (config.has_heads()) make_folder(folder / "heads");
  for (const HeadConfig& head : config.classification_heads) write_head(head);
  if (config.matching) write_head(*config.matching);
  if (config.tagging) write_head(*config.tagging);
  if (config.sequence) write_head(*config.sequence);
  if (!contents.metrics.is_null()) write_json(folder / "metrics.json", contents.metrics);
  if (!contents.card.empty()) write_file_atomically(folder / "card.md", contents.card);
  write_folder(folder / "run", contents.run);
  write_folder(folder / "assets", contents.assets);
  sync_folder(folder);
}

}  // namespace

std::filesystem::path write_model(const std::filesystem::path& name, const ModelContents& contents) {
  check_contents(name, contents);
  make_folder(name);
  SideFolder side(name);
  write_contents(side.path(), contents);
  fs::path version = side.become_version(name);
  sync_folder(name);
  replace_symlink(name / "current", version.filename().string());
  side.keep();
  return version;
}

}  // namespace heed
