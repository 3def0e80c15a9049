#include "apps/support/knowledge.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "search/fuse.h"
#include "search/terms.h"

namespace heed::apps::support {
namespace {

constexpr int64_t kFound = 50;       // of each list
constexpr int64_t kConsidered = 10;  // of all together
constexpr size_t kMostWordings = 8;  // of a passage that are compared
// Places that n-grams are hashed to. On samples/bank/knowledge-test, n-grams alone: 8192 find 54 of 80
// passages first, 1024 find 47. 32 KB a passage, and 8 where there are many.
constexpr int64_t kPlaces = 8192, kFewPlaces = 2048;
constexpr size_t kManyPassages = 2000;

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<search::Passage> all_passages(const search::Index& index) {
  std::vector<search::Passage> passages;
  for (const std::string& id : index.ids()) passages.push_back(index.get(id).value());
  return passages;
}

std::string words_of(const search::Passage& passage) {
  std::string text = passage.title;
  for (const std::string& question : passage.questions) text += "\n" + question;
  return text + "\n" + passage.text;
}

search::NgramVectors learn_ngrams(std::span<const search::Passage> passages) {
  std::vector<std::string> texts;
  for (const search::Passage& passage : passages) texts.push_back(words_of(passage));
  return search::NgramVectors(texts, passages.size() > kManyPassages ? kFewPlaces : kPlaces);
}

std::unique_ptr<search::VectorIndex> wordings_of(std::span<const search::Passage> passages,
                                                 const search::NgramVectors& ngrams) {
  search::VectorSet set(ngrams.dim(), "n-grams");
  for (const search::Passage& passage : passages) {
    const std::vector<float> vector = ngrams(words_of(passage));
    if (std::ranges::any_of(vector, [](float value) { return value != 0; })) set.add(passage.id, vector);
  }
  return set.size() == 0 ? nullptr : std::make_unique<search::VectorIndex>(std::move(set));
}

// By passage: the better of its title and its text.
search::Hits by_passage(const search::Hits& hits) {
  std::map<std::string, double> best;
  for (const search::Hit& hit : hits) best.try_emplace(hit.id.substr(2), hit.score);
  search::Hits passages;
  for (const auto& [id, score] : best) passages.push_back({id, score});
  std::ranges::sort(passages, search::ranks_before);
  return passages;
}

bool is_in(const std::string& language, const search::Passage& passage) {
  return language.empty() || passage.language.empty() || passage.language == language;
}

// Of the question's language alone, where any is.
void keep_language(const std::string& language, std::vector<search::Passage>& passages) {
  if (std::ranges::none_of(passages, [&](const auto& passage) { return is_in(language, passage); })) return;
  std::erase_if(passages, [&](const auto& passage) { return !is_in(language, passage); });
}

// How far each value is above the best of the others.
std::vector<double> leads(const std::vector<double>& values) {
  double best = 0.0, next = 0.0;  // a lone one leads by all that it has
  for (const double value : values) {
    next = std::max(next, std::min(value, best));
    best = std::max(best, value);
  }
  std::vector<double> leads;
  for (const double value : values) leads.push_back(value - (value == best ? next : best));
  return leads;
}

}  // namespace

MeaningIds meaning_ids(const std::string& passage) {
  return {.title = "q:" + passage, .text = "t:" + passage};
}

Knowledge::Knowledge(search::Index index, std::optional<search::VectorSet> meanings, KnowledgeRule rule)
    : Knowledge(std::move(index), all_passages(index), std::move(meanings), std::move(rule)) {}

Knowledge::Knowledge(search::Index&& index, const std::vector<search::Passage>& passages,
                     std::optional<search::VectorSet> meanings, KnowledgeRule rule)
    : index_(std::move(index)),
      weights_(passages),
      ngrams_(learn_ngrams(passages)),
      wordings_(wordings_of(passages, ngrams_)),
      meanings_(meanings ? std::make_unique<search::VectorIndex>(std::move(*meanings)) : nullptr),
      rule_(std::move(rule)) {}

std::unique_ptr<const Knowledge> Knowledge::open(const std::filesystem::path& assets) {
  if (!std::filesystem::exists(assets / kKnowledgeIndexFile)) return nullptr;
  std::optional<search::VectorSet> meanings;
  if (std::filesystem::exists(assets / kKnowledgeVectorsFile))
    meanings.emplace(search::VectorSet::open(assets / kKnowledgeVectorsFile));
  const std::filesystem::path rule = assets / kKnowledgeRuleFile;
  return std::make_unique<const Knowledge>(
      search::Index::open(assets / kKnowledgeIndexFile), std::move(meanings),
      std::filesystem::exists(rule) ? KnowledgeRule::parse(read_json_file(rule), rule.string()) : our_rule());
}

std::vector<std::vector<float>> Knowledge::embed(std::span<const std::string> texts) const {
  std::vector<std::vector<float>> vectors;
  for (const std::string& text : texts) vectors.push_back(ngrams_(text));
  return vectors;
}

double Knowledge::meaning(const std::string& id, std::span<const float> question) const {
  if (!meanings_ || question.empty()) return 0.0;
  const search::VectorSet& vectors = meanings_->vectors();
  const auto [title, text] = meaning_ids(id);
  double best = -1.0;
  for (const auto& row : {vectors.row(title), vectors.row(text)}) {
    if (row) best = std::max(best, dot(vectors.vector(*row), question));
  }
  return best;
}

std::vector<Candidate> Knowledge::candidates(const Question& question) const {
  if (index_.size() == 0) return {};
  std::vector<search::Hits> lists = {
      index_.find(question.text, {.limit = kFound, .language = question.language})};
  if (lists.front().empty()) lists.front() = index_.find(question.text, {.limit = kFound});
  if (wordings_) {
    lists.push_back(wordings_->find(ngrams_(question.text), kFound));
    std::erase_if(lists.back(),
                  [](const search::Hit& hit) { return hit.score <= 0.0; });  // nothing in common
  }
  if (meanings_ && !question.vector.empty())
    lists.push_back(by_passage(meanings_->find(question.vector, 2 * kFound)));
  std::vector<search::Passage> passages = index_.passages(search::fuse(lists, {.limit = 2 * kConsidered}));
  keep_language(question.language, passages);
  if (passages.size() > kConsidered) passages.resize(kConsidered);
  std::map<std::string, double> words;
  for (const search::Hit& hit : lists.front()) words[hit.id] = hit.score;
  const Asked asked = asked_of(question);
  std::vector<Candidate> candidates;
  std::vector<double> scores, likenesses;
  for (search::Passage& passage : passages) {
    scores.push_back(words[passage.id] / static_cast<double>(std::max<size_t>(asked.terms.size(), 1)));
    const Likeness like = likeness(asked, passage);
    likenesses.push_back(like.wording + like.text);
    candidates.push_back({.passage = {},
                          .figures = {scores.back(), 0.0, like.covered, like.shared, like.wording, like.text,
                                      0.0, meaning(passage.id, question.vector)}});
    candidates.back().passage = std::move(passage);
  }
  const std::vector<double> score_leads = leads(scores), likeness_leads = leads(likenesses);
  for (size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].figures[1] = score_leads[i];
    candidates[i].figures[6] = likeness_leads[i];
  }
  return candidates;
}

Knowledge::Asked Knowledge::asked_of(const Question& question) const {
  return {.terms = weights_(question.text), .ngrams = ngrams_(question.text)};
}

Knowledge::Likeness Knowledge::likeness(const Asked& asked, const search::Passage& passage) const {
  Likeness like;
  const double weight = total_weight(asked.terms);
  std::vector<std::string> wordings = {passage.title};
  wordings.insert(wordings.end(), passage.questions.begin(),
                  passage.questions.begin() +
                      static_cast<std::ptrdiff_t>(std::min(passage.questions.size(), kMostWordings)));
  for (const std::string& wording : wordings) {
    const WeightedTerms terms = weights_(wording);
    const double all = weight + total_weight(terms);
    if (all > 0) like.shared = std::max(like.shared, 2 * shared_weight(asked.terms, terms) / all);
    like.wording = std::max(like.wording, dot(asked.ngrams, ngrams_(wording)));
  }
  if (weight > 0) like.covered = shared_weight(asked.terms, weights_(words_of(passage))) / weight;
  like.text = dot(asked.ngrams, ngrams_(passage.text));
  return like;
}

std::vector<Passage> Knowledge::retrieve(const Question& question, size_t most) const {
  std::vector<Passage> passages;
  for (const Candidate& candidate : candidates(question))
    passages.push_back({.id = candidate.passage.id,
                        .title = candidate.passage.title,
                        .source = candidate.passage.source,
                        .text = candidate.passage.text,
                        .score = rule_.answers.probability(candidate.figures)});
  std::ranges::stable_sort(passages, std::ranges::greater(), &Passage::score);
  if (passages.size() > most) passages.resize(most);
  return passages;
}

}  // namespace heed::apps::support
