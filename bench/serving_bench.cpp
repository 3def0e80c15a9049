// The serving engine's own rows of docs/results.md, each beside its peers and limits measured in the same
// run.
//   serving_bench [--type fp32|int8] [--row NAME] [--json]
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "infer/single_thread.h"
#include "report.h"
#include "serving_rows.h"

namespace {

using heed::Precision;

// Takes "--type NAME" out of the words.
std::string take_type(std::vector<char*>& words) {
  const auto option = std::ranges::find(words, std::string_view("--type"));
  if (words.end() - option < 2) return to_string(Precision::fp32);
  const std::string type = *(option + 1);
  words.erase(option, option + 2);
  return type;
}

Precision parse_type(const std::string& name) {
  for (const Precision precision : {Precision::fp32, Precision::int8}) {
    if (to_string(precision) == name) return precision;
  }
  throw heed::Error(heed::ErrorCode::invalid_argument, "--type: expected fp32 or int8, found '" + name + "'");
}

}  // namespace

int main(int argc, char** argv) {
  using namespace heed::bench;
  std::vector<char*> words(argv, argv + argc);
  const std::string type = take_type(words);
  const heed::infer::SingleThread one_thread;
  return run_rows({{"infer-classify", [&] { return infer_classify(parse_type(type)); }},
                   {"infer-classify-batch", [&] { return infer_classify_batch(parse_type(type)); }}},
                  "serving, encoder classifier, 4 layers, D 256, 32 tokens, " + type + ", one thread",
                  static_cast<int>(words.size()), words.data());
}
