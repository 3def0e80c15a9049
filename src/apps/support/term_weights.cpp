#include "apps/support/term_weights.h"

#include <cmath>
#include <set>

#include "search/terms.h"

namespace heed::apps::support {
namespace {

std::set<std::string> distinct_terms(std::string_view text) {
  std::vector<std::string> terms = search::terms(text);
  return {std::make_move_iterator(terms.begin()), std::make_move_iterator(terms.end())};
}

}  // namespace

TermWeights::TermWeights(std::span<const search::Passage> passages)
    : passages_(static_cast<double>(passages.size())) {
  for (const search::Passage& passage : passages) {
    std::string words = passage.title + "\n" + passage.text;
    for (const std::string& question : passage.questions) words += "\n" + question;
    for (const std::string& term : distinct_terms(words)) ++with_[term];
  }
}

WeightedTerms TermWeights::operator()(std::string_view text) const {
  WeightedTerms weighted;
  for (const std::string& term : distinct_terms(text)) {
    const auto found = with_.find(term);
    weighted[term] = 1 + std::log((1 + passages_) / (1 + (found == with_.end() ? 0.0 : found->second)));
  }
  return weighted;
}

double total_weight(const WeightedTerms& terms) {
  double sum = 0.0;
  for (const auto& [term, weight] : terms) sum += weight;
  return sum;
}

double shared_weight(const WeightedTerms& terms, const WeightedTerms& others) {
  double sum = 0.0;
  for (const auto& [term, weight] : terms) sum += others.contains(term) ? weight : 0.0;
  return sum;
}

}  // namespace heed::apps::support
