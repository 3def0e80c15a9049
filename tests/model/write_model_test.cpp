#include <csignal>
#include <filesystem>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "infer/tiny_model.h"
#include "model/model_directory.h"

namespace heed {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::set<std::string> entries_of(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

// Files of this process end at `bytes` for as long as it lives, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int);
};

TEST(WriteModel, versions_count_up_and_current_follows) {
  const test::ScratchFolder folder;
  const fs::path name = folder / "deep" / "model";
  EXPECT_EQ(write_model(name, test::tiny_contents(test::tiny_translator(), 1)), name / "1");
  EXPECT_EQ(write_model(name, test::tiny_contents(test::tiny_translator(), 2)), name / "2");
  EXPECT_EQ(fs::read_symlink(name / "current"), "2");
  EXPECT_THAT(model_versions(name), ElementsAre(1, 2));
  EXPECT_THAT(entries_of(name), ElementsAre("1", "2", "current"));
}

TEST(WriteModel, counts_on_from_the_highest_number_even_across_gaps) {
  const test::ScratchFolder folder;
  for (const char* other : {"1", "9", "10", "notes", "007", ".tmp-1-abc"})
    fs::create_directories(folder / other);
  EXPECT_EQ(write_model(folder.path(), test::tiny_contents(test::tiny_translator())), folder / "11");
}

TEST(WriteModel, lays_out_every_part_of_the_directory) {
  const test::ScratchFolder folder;
  ModelContents contents = test::tiny_contents(test::tiny_classifier());
  contents.run["recipe.toml"] = "[train]\n";
  contents.assets["aliases.tsv"] = "卡\tcard\n";
  const fs::path version = write_model(folder / "m", contents);
  EXPECT_THAT(entries_of(version), ElementsAre("assets", "card.md", "config.json", "heads", "metrics.json",
                                               "model.safetensors", "run", "tokenizers"));
  EXPECT_THAT(entries_of(version / "heads"), ElementsAre("intent.json", "topics.json"));
  EXPECT_EQ(read_file(version / "assets" / "aliases.tsv"), "卡\tcard\n");
}

TEST(WriteModel, a_full_disk_at_any_file_loses_nothing) {
  const test::ScratchFolder folder;
  const fs::path name = folder / "m";
  const ModelContents contents = test::tiny_contents(test::tiny_classifier());
  write_model(name, contents);
  const std::string weights = read_file(name / "current" / "model.safetensors");
  for (const rlim_t limit :
       {rlim_t{0}, rlim_t{1}, rlim_t{200}, rlim_t{1200}, rlim_t{4096}, rlim_t{weights.size() - 1}}) {
    const FileSizeLimit full_disk(limit);
    EXPECT_THROW(write_model(name, contents), Error) << limit;
    EXPECT_THAT(entries_of(name), ElementsAre("1", "current")) << limit;
  }
  EXPECT_EQ(read_file(name / "current" / "model.safetensors"), weights);
  EXPECT_EQ(open_model(name).version, 1);
}

TEST(WriteModel, a_killed_writer_leaves_the_old_version_in_place) {
  const test::ScratchFolder folder;
  const fs::path name = folder / "m";
  const ModelContents contents = test::tiny_contents(test::tiny_translator());
  write_model(name, contents);
  const pid_t child = ::fork();
  if (child == 0) {  // dies at the first byte past the limit, with no handler and no clean-up
    std::signal(SIGXFSZ, SIG_DFL);
    const rlimit limit{2000, 2000};
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    write_model(name, contents);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(open_model(name).version, 1);
  EXPECT_EQ(write_model(name, contents), name / "2");
  EXPECT_EQ(open_model(name).version, 2);
}

TEST(WriteModel, refuses_what_open_model_would_refuse_and_writes_nothing) {
  const test::ScratchFolder folder;
  const fs::path name = folder / "m";
  const auto refusal = [&](const ModelContents& contents) -> std::string {
    try {
      write_model(name, contents);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      return error.what();
    }
    return "no error";
  };
  const ModelContents good = test::tiny_contents(test::tiny_translator());
  ModelContents bad = good;
  bad.weights.pop_back();
  EXPECT_THAT(refusal(bad), HasSubstr("'decoder.norm.bias'"));
  bad = good;
  bad.tokenizers.clear();
  EXPECT_THAT(refusal(bad), HasSubstr("'joint.model'"));
  bad = good;
  bad.assets["../../escaped"] = "x";
  EXPECT_THAT(refusal(bad), HasSubstr("plain file names"));
  bad = good;
  bad.config.dim = 17;
  EXPECT_THAT(refusal(bad), HasSubstr("'dim'"));
  EXPECT_FALSE(fs::exists(name));
}

TEST(WriteModel, a_file_where_the_folder_should_be_is_an_error_and_stays) {
  const test::ScratchFolder folder;
  write_file_atomically(folder / "m", "mine");
  EXPECT_THROW(write_model(folder / "m", test::tiny_contents(test::tiny_translator())), Error);
  EXPECT_EQ(read_file(folder / "m"), "mine");
}

}  // namespace
}  // namespace heed
