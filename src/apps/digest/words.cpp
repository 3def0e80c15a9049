#include "apps/digest/words.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "search/terms.h"

namespace heed::apps::digest {

uint32_t Vocabulary::number_of(const std::string& word) {
  const auto [at, is_new] = numbers_.try_emplace(word, static_cast<uint32_t>(words_.size()));
  if (is_new) {
    words_.push_back(word);
    texts_with_.push_back(0);
  }
  return at->second;
}

void Vocabulary::learn(std::string_view text) {
  ++texts_;
  std::set<uint32_t> numbers;
  for (const std::string& word : search::terms(text)) numbers.insert(number_of(word));
  for (const uint32_t number : numbers) ++texts_with_[number];
}

WordRow Vocabulary::row(std::string_view text) {
  std::map<uint32_t, int> counts;
  for (const std::string& word : search::terms(text)) ++counts[number_of(word)];
  WordRow row;
  double squares = 0;
  for (const auto& [number, count] : counts) {
    const double idf = std::log(1 + static_cast<double>(std::max(texts_, 1U)) /
                                        static_cast<double>(std::max(texts_with_[number], 1U)));
    const double weight = (1 + std::log(count)) * idf;
    row.emplace_back(number, static_cast<float>(weight));
    squares += weight * weight;
  }
  for (auto& [number, weight] : row) weight /= static_cast<float>(std::sqrt(squares));
  return row;
}

double dot(const WordRow& a, const WordRow& b) {
  double sum = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (i->first < j->first) {
      ++i;
    } else if (j->first < i->first) {
      ++j;
    } else {
      sum += static_cast<double>(i++->second) * j++->second;
    }
  }
  return sum;
}

}  // namespace heed::apps::digest
