#include "model/model_directory.h"

#include <optional>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "model/check_weights.h"
#include "model/file_name.h"
#include "model/head_file.h"
#include "model/version_name.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxJsonBytes = uint64_t{64} << 20;
constexpr uint64_t kMaxTokenizerBytes = uint64_t{256} << 20;

std::string list_versions(const fs::path& name) {
  std::string list;
  for (const int64_t version : model_versions(name))
    list += (list.empty() ? "" : ", ") + std::to_string(version);
  return list;
}

[[noreturn]] void fail_current(const fs::path& name, const std::string& found) {
  const std::string versions = list_versions(name);
  const std::string cure = versions.empty()
                               ? "no version is there either: copy the whole model again"
                               : "versions " + versions + " are there: name one (" + name.string() + "/" +
                                     std::to_string(model_versions(name).back()) + ") or link it";
  throw Error(ErrorCode::not_found,
              (name / "current").string() + ": expected a link to a version, found " + found + "; " + cure);
}

// The version that NAME/current points to, or `path` itself where it is a version.
fs::path find_version(const fs::path& path) {
  std::error_code problem;
  if (!fs::is_directory(path, problem)) {
    throw Error(ErrorCode::not_found, path.string() + ": expected a model directory, found " +
                                          (fs::exists(path, problem) ? "a file" : "nothing") +
                                          "; name a folder that heed train wrote");
  }
  const fs::path current = path / "current";
  if (fs::is_directory(current, problem)) return current;
  if (fs::is_symlink(fs::symlink_status(current, problem))) {
    fail_current(path,
                 "one to " + quote_name(fs::read_symlink(current, problem).string()) + ", which is missing");
  }
  if (fs::exists(path / "config.json", problem) || fs::exists(path / "model.safetensors", problem))
    return path;
  fail_current(path, "none");
}

void require_file(const fs::path& file) {
  std::error_code problem;
  if (fs::is_regular_file(file, problem)) return;
  throw Error(ErrorCode::not_found, file.string() + ": expected a part of the model, found " +
                                        (fs::exists(file, problem) ? "something else" : "no such file") +
                                        "; the model is half copied: copy the whole version again");
}

ModelConfig read_checked_config(const fs::path& version, const fs::path& file) {
  ModelConfig config = config_from_json(read_json_file(file, kMaxJsonBytes), file.string());
  const auto read_head = [&](auto& head, const char* field) {
    if (!is_head_name(head.name)) {
      throw Error(ErrorCode::corrupt_data, file.string() + ": field '" + field +
                                               "': expected a plain name, found " + quote_name(head.name));
    }
    const fs::path head_file = version / "heads" / (head.name + ".json");
    require_file(head_file);
    read_head_json(read_json_file(head_file, kMaxJsonBytes), head_file.string(), head);
  };
  for (HeadConfig& head : config.classification_heads) read_head(head, "classification_heads");
  if (config.matching) read_head(*config.matching, "matching");
  if (config.tagging) read_head(*config.tagging, "tagging");
  if (config.sequence) read_head(*config.sequence, "sequence");
  check_config(config, file.string());
  return config;
}

// In a file that heed wrote, a bad value is damage and not a user's choice.
ModelConfig read_config(const fs::path& version) {
  const fs::path file = version / "config.json";
  require_file(file);
  try {
    return read_checked_config(version, file);
  } catch (const Error& error) {
    const bool is_value =
        error.code() == ErrorCode::invalid_argument || error.code() == ErrorCode::corrupt_data;
    const std::string message = error.what();
    if (!is_value) throw;
    throw Error(ErrorCode::corrupt_data,
                message + (message.find("; ") == message.npos ? "; copy the whole version again" : ""));
  }
}

SafetensorsFile read_weights(const fs::path& version, const ModelConfig& config) {
  const fs::path file = version / "model.safetensors";
  require_file(file);
  SafetensorsFile weights(file);
  check_weights(config, weights.tensors(), ErrorCode::corrupt_data, file.string());
  return weights;
}

Json read_metrics(const fs::path& version) {
  const fs::path file = version / "metrics.json";
  std::error_code problem;
  return fs::exists(file, problem) ? read_json_file(file, kMaxJsonBytes) : Json();
}

}  // namespace

std::string ModelDirectory::tokenizer(const std::string& file) const {
  if (!is_plain_file_name(file)) {
    throw Error(ErrorCode::invalid_argument,
                path.string() + ": tokenizer: expected a plain file name, found " + quote_name(file));
  }
  return read_file(path / "tokenizers" / file, kMaxTokenizerBytes);
}

ModelDirectory open_model(const std::filesystem::path& path) {
  const fs::path version = fs::canonical(find_version(path));
  ModelConfig config = read_config(version);
  if (!config.source_tokenizer.empty()) require_file(version / "tokenizers" / config.source_tokenizer);
  if (!config.target_tokenizer.empty()) require_file(version / "tokenizers" / config.target_tokenizer);
  SafetensorsFile weights = read_weights(version, config);
  return ModelDirectory{.path = version,
                        .name = version.parent_path().filename().string(),
                        .version = parse_version(version.filename().string()),
                        .config = std::move(config),
                        .weights = std::move(weights),
                        .metrics = read_metrics(version)};
}

}  // namespace heed
