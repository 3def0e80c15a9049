#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "infer/live_model.h"

namespace heed::serve {

// A model as it is served.
struct ServedModel {
  std::filesystem::path folder;                                         // NAME, which holds its versions
  std::map<int64_t, std::shared_ptr<const infer::LiveModel>> versions;  // in memory
  int64_t current = 0;                                                  // the version that NAME means
  std::string problem;    // why the last load failed; "": it did not
  int64_t loaded_at = 0;  // of the current version, seconds since 1970

  const std::shared_ptr<const infer::LiveModel>& live() const { return versions.at(current); }
};

struct ModelReference {
  std::string name;
  int64_t version = 0;  // 0: the current one
};

// NAME or NAME@VERSION. Throws invalid_argument on a version that is no whole number above 0.
ModelReference parse_reference(const std::string& text);

// The models of a folder, which requests look up while others are loaded. Every function may be called from
// any thread; a lookup never waits for a load.
class Models {
 public:
  // `versions`: NAME@VERSION to serve beside the current ones. `aliases`: ALIAS=NAME or ALIAS=NAME@VERSION.
  // Throws invalid_argument where one is not written so.
  Models(std::filesystem::path folder, const std::vector<std::string>& versions,
         const std::vector<std::string>& aliases);

  // Loads every model of the folder, at start. Throws what is wrong with the first that cannot be served.
  void load_all();

  // What has changed on the disk: new models, those that are gone, another `current`. A version that fails
  // its check does not replace the one before, and its problem is kept. How many could not be loaded.
  int64_t reload();

  // Serves this version (0: what `current` says now) under the model's name. Throws not_found, or what is
  // wrong with it, and then the one before stays.
  void load(const std::string& name, int64_t version);

  // As apps::Services::model says.
  std::shared_ptr<const infer::LiveModel> find(const std::string& name, std::string_view task) const;
  bool has(const std::string& name) const;

  using Table = std::map<std::string, ServedModel>;
  std::shared_ptr<const Table> table() const;
  const std::map<std::string, ModelReference>& aliases() const { return aliases_; }
  std::vector<std::string> aliases_of(const std::string& name) const;

 private:
  void replace(Table table);
  ServedModel loaded(ServedModel served, const std::string& name, std::optional<int64_t> version) const;
  std::shared_ptr<const infer::LiveModel> only_one(const Table& table, std::string_view task) const;

  std::filesystem::path folder_;
  std::map<std::string, std::vector<int64_t>> pinned_;  // by name
  std::map<std::string, ModelReference> aliases_;
  std::mutex loading_;  // one load after the other
  mutable std::mutex mutex_;
  std::shared_ptr<const Table> table_ = std::make_shared<Table>();
};

}  // namespace heed::serve
