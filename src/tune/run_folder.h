#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/json.h"
#include "train/recipe.h"

namespace heed::tune {

enum class Start { refuse_unfinished, resume, fresh };

// <output.model>.run: what an unfinished training has on the disk. Held by one process at a time.
class RunFolder {
 public:
  // Makes or opens it. `refuse_unfinished`: an unfinished run in it is an error that says how to go on; a
  // finished one is cleared away. `fresh` clears any. `resume` keeps it, and checks that the recipe is the
  // one it began with (limits apart). Throws unavailable where another process trains in it.
  RunFolder(const train::Recipe& recipe, const std::string& recipe_toml, Start start);

  const std::filesystem::path& path() const { return path_; }
  bool has_checkpoint() const;
  bool finished() const;  // its checkpoint says so

  // Tokenizers as they were learned at the start; empty before.
  std::map<std::string, std::string> tokenizers() const;
  void keep_tokenizers(const std::map<std::string, std::string>& files) const;

  // What the run began with (env.json). `check_corpus` throws invalid_argument where the numbers of the texts
  // have changed since.
  void keep_environment(const Json& environment) const;
  void check_corpus(uint64_t fingerprint) const;

  // metrics.jsonl, event files, recipe.toml, env.json: what a finished model keeps in its run/.
  std::map<std::string, std::string> records() const;

 private:
  void check_recipe(const std::string& recipe_toml) const;

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
  Lock lock_;
};

}  // namespace heed::tune
