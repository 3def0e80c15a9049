#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "data/table.h"
#include "train/recipe.h"

namespace heed::tune {

enum class Start { refuse_unfinished, resume, fresh };

// <output.model>.run: what an unfinished training has on the disk. Held by one process at a time.
class RunFolder {
 public:
  // Makes or opens it, and changes nothing in it yet. `refuse_unfinished`: an unfinished run in it is an
  // error that says how to go on. `resume`: one must be there (else not_found), begun with this recipe
  // (limits apart). Throws unavailable where another process trains in it, and what would keep the finished
  // model from being written to recipe.output.model.
  RunFolder(const train::Recipe& recipe, std::string recipe_toml, Start start);
  ~RunFolder();  // takes a folder that it made away again where nothing began
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  // Called once the data has proved sound: only now an older run's files are cleared away, but for `resume`.
  void begin();

  const std::filesystem::path& path() const { return path_; }
  bool has_checkpoint() const;  // of any phase
  bool finished() const;        // the checkpoint of its last phase says so

  // Tokenizers as they were learned at the start of the run that is resumed; else empty.
  std::map<std::string, std::string> tokenizers() const;
  void keep_tokenizers(const std::map<std::string, std::string>& files) const;

  bool has_environment() const;
  std::string precision() const;  // that the run began with

  // The rows that back-translation has made, a file of columns data.source and data.target; "" where the run
  // that is resumed has none.
  std::filesystem::path back_translation() const;
  void keep_back_translation(const data::Table& pairs) const;

  // What the run began with (env.json). `check_corpus` throws invalid_argument where the numbers of the texts
  // have changed since.
  void keep_environment(const Json& environment) const;
  void check_corpus(uint64_t fingerprint) const;

  // What the finished model answers (predictions.h).
  void keep_predictions(const std::string& lines) const;

  // metrics.jsonl, event files, the recipe and its defaults, env.json, predictions: what a finished model
  // keeps in its run/.
  std::map<std::string, std::string> records() const;

 private:
  void check_recipe() const;
  std::filesystem::path last_checkpoint() const;  // of the latest phase that has one; "" where none has
  bool has_begun() const;                         // more than a few seconds' work stands in it

  // Held by a descriptor: the system lets go of it however the process ends.
  class Lock {
   public:
    explicit Lock(const std::filesystem::path& folder);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    int descriptor_;
  };

  std::filesystem::path path_;
  std::string recipe_toml_;
  bool resumes_ = false, made_ = false, begun_ = false;
  std::optional<Lock> lock_;
};

}  // namespace heed::tune
