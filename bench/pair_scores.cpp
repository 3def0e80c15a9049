// pair_scores MODEL PAIRS.csv: what the serving engine says of the pairs in columns a and b, as one JSON list
// of probabilities.
#include <cstdio>
#include <exception>
#include <vector>

#include "base/json.h"
#include "data/table.h"
#include "infer/classifier.h"
#include "model/model_directory.h"

namespace heed {
namespace {

int run(const char* model, const char* file) {
  const data::Table table = data::read_table(file);
  const size_t a = table.column("a"), b = table.column("b");
  std::vector<infer::TextPair> pairs;
  for (const data::Row& row : table.rows) pairs.push_back({row.fields[a], row.fields[b]});
  Json probabilities = Json::array();
  for (const infer::PairResult& result : infer::Classifier(open_model(model)).match(pairs))
    probabilities.push_back(result.probability);
  std::printf("%s\n", probabilities.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace heed

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: pair_scores MODEL PAIRS.csv\n");
    return 2;
  }
  try {
    return heed::run(words[1], words[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pair_scores: %s\n", error.what());
    return 1;
  }
}
