#include "apps/support/knowledge_assets.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/console.h"
#include "apps/support/dataset.h"
#include "apps/support/hold_out.h"
#include "apps/support/rehearsal.h"
#include "apps/support/work_folder.h"
#include "apps/support/write_dataset.h"
#include "base/files.h"
#include "infer/classifier.h"
#include "search/index_writer.h"

namespace heed::apps::support {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostQuestions = 4000;  // asked in a fit: about ten seconds
constexpr size_t kAtOnce = 256;          // texts that are embedded together

// The matching head, where the model has one.
class Meaning {
 public:
  explicit Meaning(const ModelDirectory& model) {
    if (model.config.matching) classifier_.emplace(model);
  }
  explicit operator bool() const { return classifier_.has_value(); }

  std::vector<std::vector<float>> operator()(std::span<const std::string> texts) const {
    std::vector<std::vector<float>> vectors;
    for (size_t begin = 0; begin < texts.size(); begin += kAtOnce) {
      for (auto& result :
           classifier_->classify(texts.subspan(begin, std::min(kAtOnce, texts.size() - begin))))
        vectors.push_back(std::move(result.vector));
    }
    return vectors;
  }

 private:
  std::optional<infer::Classifier> classifier_;
};

search::Index write_index(const std::vector<search::Passage>& passages, const fs::path& path) {
  search::IndexWriter writer(path);
  writer.put(passages);
  writer.commit();
  return search::Index::open(path);
}

std::optional<search::VectorSet> vectors_of(const std::vector<search::Passage>& passages,
                                            const Meaning& meaning, const std::string& origin) {
  if (!meaning) return std::nullopt;
  std::vector<std::string> ids, texts;
  for (const search::Passage& passage : passages) {
    const auto [title, text] = meaning_ids(passage.id);
    if (!passage.title.empty()) ids.push_back(title), texts.push_back(passage.title);
    ids.push_back(text), texts.push_back(passage.text);
  }
  const std::vector<std::vector<float>> vectors = meaning(texts);
  if (vectors.empty()) return std::nullopt;
  search::VectorSet set(static_cast<int64_t>(vectors.front().size()), origin);
  for (size_t i = 0; i < ids.size(); ++i) set.add(ids[i], vectors[i]);
  return set;
}

std::vector<LabelledText> examples_of(const fs::path& folder, const std::vector<const char*>& names) {
  std::vector<std::string> files;
  for (const char* name : names) {
    if (fs::exists(folder / name)) files.push_back((folder / name).string());
  }
  return files.empty() ? std::vector<LabelledText>() : read_dataset(files).examples;
}

size_t count_wordings(const std::vector<WordedRow>& rows) {
  size_t count = 0;
  for (const WordedRow& row : rows) count += row.wordings.size();
  return count;
}

std::vector<WordedRow> rows_to_rehearse(const std::vector<KnowledgeRow>& knowledge, const fs::path& folder,
                                        bool has_meaning) {
  std::vector<WordedRow> rows = worded_rows(knowledge);
  if (count_wordings(rows) >= kFewestQuestions || !fs::exists(folder / kAnswersFile)) return rows;
  const std::vector<LabelledText> held_out = examples_of(folder, {kHeldOutFile});
  const std::vector<LabelledText> all = examples_of(folder, {kLearnedFile, kHeldOutFile});
  return worded_rows(Answers::load(folder / kAnswersFile), all, has_meaning ? held_out : all);
}

}  // namespace

void add_knowledge(const ModelDirectory& model, const fs::path& folder, const FitKnowledgeOptions& options,
                   ModelContents& contents) {
  if (!fs::exists(folder / kKnowledgeFile)) return;
  const std::vector<KnowledgeRow> knowledge = read_dataset({(folder / kKnowledgeFile).string()}).knowledge;
  const Meaning meaning(model);
  const WorkFolder work;
  const std::vector<search::Passage> passages = passages_of(knowledge);
  write_index(passages, work.path() / kKnowledgeIndexFile);
  contents.assets[kKnowledgeIndexFile] = read_file(work.path() / kKnowledgeIndexFile);
  if (const auto vectors = vectors_of(passages, meaning, model.name)) {
    vectors->save(work.path() / kKnowledgeVectorsFile);
    contents.assets[kKnowledgeVectorsFile] = read_file(work.path() / kKnowledgeVectorsFile);
  }
  Rehearsal rehearsal =
      rehearse(rows_to_rehearse(knowledge, folder, static_cast<bool>(meaning)), kMostQuestions, options.seed);
  if (meaning) {
    std::vector<std::string> texts;
    for (const AskedQuestion& question : rehearsal.questions) texts.push_back(question.text);
    std::vector<std::vector<float>> vectors = meaning(texts);
    for (size_t i = 0; i < texts.size(); ++i) rehearsal.questions[i].vector = std::move(vectors[i]);
  }
  const Knowledge rehearsed(write_index(rehearsal.passages, work.path() / "rehearsal.sqlite"),
                            vectors_of(rehearsal.passages, meaning, model.name), our_rule());
  const FittedKnowledge fitted = fit_knowledge(rehearsed, rehearsal.questions, options);
  contents.assets[kKnowledgeRuleFile] = fitted.rule.to_json().dump(1) + "\n";
  print_report(describe(fitted));
}

}  // namespace heed::apps::support
