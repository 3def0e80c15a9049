#include "model/read_contents.h"

#include <filesystem>
#include <map>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "model/file_name.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

// Files of a folder that may be missing.
std::map<std::string, std::string> read_folder(const fs::path& folder) {
  std::map<std::string, std::string> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || !is_plain_file_name(name)) {
      throw Error(ErrorCode::corrupt_data, folder.string() + ": expected plain files alone, found " +
                                               quote_name(name) + "; take it out of the model");
    }
    files[name] = read_file(entry.path());
  }
  return files;
}

}  // namespace

ModelContents read_contents(const ModelDirectory& model) {
  ModelContents contents{.config = model.config,
                         .weights = {},
                         .tokenizers = {},
                         .metrics = model.metrics,
                         .card = {},
                         .run = {},
                         .assets = read_folder(model.path / "assets")};
  for (const auto& [name, view] : model.weights.tensors()) {
    contents.weights.push_back({name, view.type, view.shape, std::string(view.bytes)});
  }
  for (const std::string& file : {model.config.source_tokenizer, model.config.target_tokenizer}) {
    if (!file.empty()) contents.tokenizers[file] = model.tokenizer(file);
  }
  if (fs::exists(model.path / "card.md")) contents.card = read_file(model.path / "card.md");
  return contents;
}

std::map<std::string, std::string> read_run(const ModelDirectory& model) {
  std::map<std::string, std::string> files;
  if (!fs::is_directory(model.path / "run")) return files;
  for (const auto& entry : fs::directory_iterator(model.path / "run")) {
    if (entry.is_regular_file()) files[entry.path().filename().string()] = read_file(entry.path());
  }
  return files;
}

}  // namespace heed
