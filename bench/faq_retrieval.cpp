// Retrieval on StackFAQ: 125 threads, each a question with several answers and ten other wordings of the
// question.
//
//   faq_retrieval STACKFAQ.json FOLDER
//
// A document is a question with one of its answers; a query is one of the other wordings; relevant are all
// documents of its thread; the measure is mean average precision over 5 seeded folds, every query asked once.
// Two settings:
//   known  the folds are of queries, and the other four folds' wordings of a thread are in its documents
//   (`questions`), as a
//          company's history would be: no document has the text of a query that is asked
//   new    the folds are of threads, and documents are questions and answers alone
// What is set (field weights, k1, the weight of vectors) is chosen on the other four folds: in `known` on a
// fifth of their wordings, left out of the documents meanwhile. Prints {"known": {...}, "new": {...}}.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "search/fuse.h"
#include "search/index.h"
#include "search/index_writer.h"
#include "search/ngram_vectors.h"
#include "search/vector_set.h"

namespace heed::bench {
namespace {

namespace fs = std::filesystem;
using search::Bm25;
using search::FuseOptions;
using search::Fusion;
using search::Hits;
using search::Index;
using search::IndexWriter;
using search::NgramVectors;
using search::Passage;
using search::VectorSet;

constexpr int kFolds = 5;
constexpr uint64_t kSeed = 1;
constexpr size_t kTuningQueries = 150;  // of a fold, when settings are chosen

struct Thread {
  std::string question;
  std::vector<std::string> answers;
};

struct Query {
  size_t thread;
  std::string text;
};
using Queries = std::vector<Query>;

struct Faq {
  std::vector<Thread> threads;
  Queries queries;
  int64_t documents = 0;
};

Faq read_faq(const fs::path& path) {
  Faq faq;
  const Json pairs = json_field<Json>(read_json_file(path).at("root"), "qapair", path.string());
  for (const Json& pair : pairs) {
    Thread thread{pair.at("question").get<std::string>(), {}};
    const Json& answers = pair.at("answer");  // a list, or the only one
    for (const Json& answer : answers.is_array() ? answers : Json::array({answers}))
      thread.answers.push_back(answer.get<std::string>());
    for (const Json& wording : pair.at("rephr")) {  // "*" parts two annotators; one wording is missing
      if (wording.is_string() && wording != "*")
        faq.queries.push_back({faq.threads.size(), wording.get<std::string>()});
    }
    faq.documents += static_cast<int64_t>(thread.answers.size());
    faq.threads.push_back(std::move(thread));
  }
  return faq;
}

std::string id_of(size_t thread, size_t answer) { return fmt::format("{:03}/{:02}", thread, answer); }
size_t thread_of(const std::string& id) { return std::stoul(id.substr(0, 3)); }

// The documents, their full text, and a vector each: the mean of those of their question and its known
// wordings.
struct Retriever {
  Retriever(const Faq& faq, const Queries& known, const fs::path& file)
      : vectors_of(texts_of(faq, known)),
        index(build(faq, known, file)),
        vectors(vectors_of.dim(), "n-grams") {
    std::vector<std::vector<std::string>> wordings(faq.threads.size());
    for (const Query& query : known) wordings[query.thread].push_back(query.text);
    for (size_t t = 0; t < faq.threads.size(); ++t) {
      std::vector<float> mean = vectors_of(faq.threads[t].question);
      for (const std::string& wording : wordings[t]) {
        const std::vector<float> one = vectors_of(wording);
        for (size_t i = 0; i < one.size(); ++i) mean[i] += one[i];
      }
      for (size_t a = 0; a < faq.threads[t].answers.size(); ++a) vectors.add(id_of(t, a), mean);
    }
  }

  static std::vector<std::string> texts_of(const Faq& faq, const Queries& known) {
    std::vector<std::string> texts;
    for (const Thread& thread : faq.threads) {
      for (const std::string& answer : thread.answers) texts.push_back(thread.question + " " + answer);
    }
    for (const Query& query : known) texts.push_back(query.text);
    return texts;
  }

  static Index build(const Faq& faq, const Queries& known, const fs::path& file) {
    std::vector<Passage> passages;
    for (size_t t = 0; t < faq.threads.size(); ++t) {
      std::vector<std::string> questions;
      for (const Query& query : known) {
        if (query.thread == t) questions.push_back(query.text);
      }
      for (size_t a = 0; a < faq.threads[t].answers.size(); ++a)
        passages.push_back({.id = id_of(t, a),
                            .title = faq.threads[t].question,
                            .text = faq.threads[t].answers[a],
                            .questions = questions});
    }
    IndexWriter writer(file);
    writer.clear();
    writer.put(passages);
    writer.commit();
    return Index::open(file);
  }

  NgramVectors vectors_of;
  Index index;
  VectorSet vectors;
};

double average_precision(const Hits& hits, size_t thread, size_t relevant) {
  double sum = 0, found = 0;
  for (size_t i = 0; i < hits.size(); ++i) {
    if (thread_of(hits[i].id) == thread) sum += ++found / static_cast<double>(i + 1);
  }
  return sum / static_cast<double>(relevant);
}

// The average precision of each query, of full text alone and of each weight of the vectors beside it.
struct Precisions {
  std::vector<double> words;
  std::vector<std::vector<double>> fused;  // a weight
};

Precisions ask(const Faq& faq, const Retriever& retriever, const Queries& queries, const Bm25& bm25,
               const std::vector<double>& weights) {
  Precisions precisions{{}, std::vector<std::vector<double>>(weights.size())};
  for (const Query& query : queries) {
    const size_t relevant = faq.threads[query.thread].answers.size();
    const Hits words = retriever.index.find(query.text, {.limit = faq.documents, .bm25 = bm25});
    precisions.words.push_back(average_precision(words, query.thread, relevant));
    if (weights.empty()) continue;
    const Hits near = retriever.vectors.find(retriever.vectors_of(query.text), faq.documents);
    for (size_t w = 0; w < weights.size(); ++w) {
      const FuseOptions options{
          .fusion = Fusion::z_score, .weights = {1, weights[w]}, .limit = faq.documents};
      precisions.fused[w].push_back(
          average_precision(search::fuse(std::vector{words, near}, options), query.thread, relevant));
    }
  }
  return precisions;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

struct Settings {
  Bm25 bm25;
  double vectors = 0;
};

// Field by field, each with the best of those before it.
Settings choose(const Faq& faq, const Retriever& retriever, Queries queries, bool has_wordings) {
  Random random(kSeed);
  random.shuffle(queries);
  queries.resize(std::min(queries.size(), kTuningQueries));
  Settings best;
  double best_map = mean(ask(faq, retriever, queries, best.bm25, {}).words);
  const auto try_each = [&](double Bm25::*option, const std::vector<double>& values) {
    const Bm25 from = best.bm25;
    for (const double value : values) {
      Bm25 changed = from;
      changed.*option = value;
      const double map = mean(ask(faq, retriever, queries, changed, {}).words);
      if (map > best_map) best_map = map, best.bm25 = changed;
    }
  };
  if (has_wordings) try_each(&Bm25::questions_weight, {2, 8});
  try_each(&Bm25::text_weight, {0.25, 0.5});
  try_each(&Bm25::k1, {0.8, 2});
  const std::vector<double> weights = {0.5, 1, 2};
  const Precisions precisions = ask(faq, retriever, queries, best.bm25, weights);
  for (size_t w = 0; w < weights.size(); ++w) {
    if (const double map = mean(precisions.fused[w]); map > best_map)
      best_map = map, best.vectors = weights[w];
  }
  return best;
}

// `chosen` of the queries by fold, and the others.
std::pair<Queries, Queries> split(const Queries& queries, const std::vector<int>& folds, int fold) {
  std::pair<Queries, Queries> parts;
  for (size_t i = 0; i < queries.size(); ++i)
    (folds[i] == fold ? parts.first : parts.second).push_back(queries[i]);
  return parts;
}

// A fold for each of `count`, as even as they go.
std::vector<int> seeded_folds(size_t count, uint64_t seed) {
  std::vector<int> folds(count);
  for (size_t i = 0; i < count; ++i) folds[i] = static_cast<int>(i % kFolds);
  Random random(seed);
  random.shuffle(folds);
  return folds;
}

struct Measured {
  std::vector<double> words, hybrid;  // a fold
  std::vector<Settings> settings;
  double plain = 0;  // of full text with the options as they come
};

// Adds one fold's figures; `known` wordings are in the documents.
void measure(const Faq& faq, const Queries& known, const Queries& asked, const Settings& settings,
             const fs::path& file, Measured& measured) {
  const Retriever retriever(faq, known, file);
  const Precisions precisions = ask(faq, retriever, asked, settings.bm25, {settings.vectors});
  measured.words.push_back(mean(precisions.words));
  measured.hybrid.push_back(mean(precisions.fused[0]));
  measured.settings.push_back(settings);
  measured.plain += mean(ask(faq, retriever, asked, {}, {}).words) / kFolds;
}

Measured measure_known(const Faq& faq, const fs::path& file) {
  const std::vector<int> folds = seeded_folds(faq.queries.size(), kSeed);
  Measured measured;
  for (int fold = 0; fold < kFolds; ++fold) {
    const auto [asked, others] = split(faq.queries, folds, fold);
    const auto [inner, rest] = split(others, seeded_folds(others.size(), kSeed + 1), 0);
    measure(faq, others, asked, choose(faq, Retriever(faq, rest, file), inner, true), file, measured);
  }
  return measured;
}

Measured measure_new(const Faq& faq, const fs::path& file) {
  const std::vector<int> threads = seeded_folds(faq.threads.size(), kSeed);
  std::vector<int> folds;
  for (const Query& query : faq.queries) folds.push_back(threads[query.thread]);
  Measured measured;
  for (int fold = 0; fold < kFolds; ++fold) {
    const auto [asked, others] = split(faq.queries, folds, fold);
    measure(faq, {}, asked, choose(faq, Retriever(faq, {}, file), others, false), file, measured);
  }
  return measured;
}

Json as_json(const Measured& measured) {
  Json settings = Json::array();
  for (const Settings& one : measured.settings)
    settings.push_back({{"questions_weight", one.bm25.questions_weight},
                        {"text_weight", one.bm25.text_weight},
                        {"k1", one.bm25.k1},
                        {"vectors", one.vectors}});
  return {{"bm25", measured.words},
          {"hybrid", measured.hybrid},
          {"bm25_default", measured.plain},
          {"settings", settings}};
}

int main_of(const std::vector<std::string>& words) {
  try {
    if (words.size() != 2) throw Error(ErrorCode::invalid_argument, "expected STACKFAQ.json FOLDER");
    const Faq faq = read_faq(words[0]);
    const fs::path file = fs::path(words[1]) / "faq.sqlite";
    const Json result = {{"known", as_json(measure_known(faq, file))},
                         {"new", as_json(measure_new(faq, file))},
                         {"threads", faq.threads.size()},
                         {"documents", faq.documents},
                         {"queries", faq.queries.size()}};
    fmt::print("{}\n", result.dump());
    return 0;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "faq_retrieval: {}\n", problem.what());
  }
  return 1;
}

}  // namespace
}  // namespace heed::bench

int main(int count, char** words) { return heed::bench::main_of({words + 1, words + count}); }
