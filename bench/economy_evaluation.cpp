// Estimates held against truths that are known, and accounts that must balance.
//
//   economy_evaluation off-policy DATA   5000 runs of a simulator, Open Bandit, Coat; DATA holds open_bandit/
//                                        and coat/
//   economy_evaluation shapley           exact and sampled shares
//   economy_evaluation ledger            postings a second, conservation, kill -9 (on SQLite)
//
// Each prints one line of JSON.
#include "economy_evaluation.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::bench {
namespace {

Json measure(const std::vector<std::string>& words) {
  if (words.size() == 2 && words[0] == "off-policy") return off_policy(words[1]);
  if (words.size() == 1 && words[0] == "shapley") return shapley();
  if (words.size() == 1 && words[0] == "ledger") return ledger();
  throw Error(ErrorCode::invalid_argument, "expected off-policy DATA, shapley or ledger");
}

}  // namespace
}  // namespace heed::bench

int main(int count, char** words) {
  try {
    fmt::print("{}\n", heed::bench::measure({words + 1, words + count}).dump());
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "economy_evaluation: {}\n", error.what());
    return 1;
  }
}
