#include <algorithm>
#include <numeric>

#include "infer/shortlist.h"
#include "text/tokenizer.h"

namespace heed::infer {
namespace {

// t(target | source), a sorted list of targets for each source token; the empty word stands behind the last.
class TranslationTable {
 public:
  explicit TranslationTable(int64_t source_vocabulary)
      : targets_(static_cast<size_t>(source_vocabulary) + 1) {}

  size_t empty_word() const { return targets_.size() - 1; }

  void meet(size_t source, std::span<const int32_t> targets) {
    targets_[source].insert(targets_[source].end(), targets.begin(), targets.end());
    // Kept short while it grows.
    if (targets_[source].size() > 2 * known_[source] + kSlack) make_unique(source);
  }

  // Before the first step: each met target is as likely as the others.
  void begin() {
    probabilities_.resize(targets_.size());
    counts_.resize(targets_.size());
    for (size_t source = 0; source < targets_.size(); ++source) {
      make_unique(source);
      const size_t size = targets_[source].size();
      probabilities_[source].assign(size, size > 0 ? 1.0F / static_cast<float>(size) : 0.0F);
      counts_[source].assign(size, 0.0F);
    }
  }

  size_t place(size_t source, int32_t target) const {
    return static_cast<size_t>(std::ranges::lower_bound(targets_[source], target) - targets_[source].begin());
  }
  float probability(size_t source, size_t place) const { return probabilities_[source][place]; }
  void count(size_t source, size_t place, float share) { counts_[source][place] += share; }

  // Counts become probabilities.
  void end_step() {
    for (size_t source = 0; source < targets_.size(); ++source) {
      const float total = std::accumulate(counts_[source].begin(), counts_[source].end(), 0.0F);
      for (size_t i = 0; i < counts_[source].size(); ++i) {
        if (total > 0.0F) probabilities_[source][i] = counts_[source][i] / total;
        counts_[source][i] = 0.0F;
      }
    }
  }

  std::vector<int32_t> likeliest(size_t source, int64_t count) const {
    std::vector<size_t> order(targets_[source].size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto most = std::min(order.size(), static_cast<size_t>(count));
    std::ranges::partial_sort(order, order.begin() + static_cast<int64_t>(most), [&](size_t a, size_t b) {
      const float left = probabilities_[source][a], right = probabilities_[source][b];
      return left != right ? left > right : a < b;
    });
    std::vector<int32_t> tokens;
    for (size_t i = 0; i < most; ++i) tokens.push_back(targets_[source][order[i]]);
    return tokens;
  }

 private:
  static constexpr size_t kSlack = 1024;

  void make_unique(size_t source) {
    std::vector<int32_t>& targets = targets_[source];
    std::ranges::sort(targets);
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    known_[source] = targets.size();
  }

  std::vector<std::vector<int32_t>> targets_;
  std::vector<size_t> known_ = std::vector<size_t>(targets_.size());
  std::vector<std::vector<float>> probabilities_, counts_;
};

// Expectation and maximisation over one pair of sentences.
void take_pair(std::span<const int32_t> source, std::span<const int32_t> target, TranslationTable& table,
               std::vector<size_t>& words, std::vector<size_t>& places) {
  words.assign(source.begin(), source.end());
  words.push_back(table.empty_word());
  places.resize(words.size());
  for (const int32_t token : target) {
    float total = 0.0F;
    for (size_t i = 0; i < words.size(); ++i) {
      places[i] = table.place(words[i], token);
      total += table.probability(words[i], places[i]);
    }
    if (total <= 0.0F) continue;
    for (size_t i = 0; i < words.size(); ++i)
      table.count(words[i], places[i], table.probability(words[i], places[i]) / total);
  }
}

std::vector<int32_t> most_frequent(std::span<const std::vector<int32_t>> targets, int64_t vocabulary,
                                   int64_t count) {
  std::vector<int64_t> counts(static_cast<size_t>(vocabulary));
  for (const auto& target : targets) {
    for (const int32_t token : target) ++counts[static_cast<size_t>(token)];
  }
  std::vector<int32_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0);
  const auto most = std::min(order.size(), static_cast<size_t>(count));
  std::ranges::partial_sort(order, order.begin() + static_cast<int64_t>(most), [&](int32_t a, int32_t b) {
    const int64_t left = counts[static_cast<size_t>(a)], right = counts[static_cast<size_t>(b)];
    return left != right ? left > right : a < b;
  });
  order.resize(most);
  std::erase_if(order, [&](int32_t token) { return counts[static_cast<size_t>(token)] == 0; });
  return order;
}

}  // namespace

Shortlist learn_shortlist(std::span<const std::vector<int32_t>> sources,
                          std::span<const std::vector<int32_t>> targets, int64_t source_vocabulary,
                          int64_t target_vocabulary, const ShortlistOptions& options) {
  const auto most = static_cast<size_t>(options.max_pairs);
  const size_t step = std::max<size_t>(1, (sources.size() + most - 1) / most);
  TranslationTable table(source_vocabulary);
  for (size_t i = 0; i < sources.size(); i += step) {
    for (const int32_t token : sources[i]) table.meet(static_cast<size_t>(token), targets[i]);
    table.meet(table.empty_word(), targets[i]);
  }
  table.begin();
  std::vector<size_t> words, places;
  for (int64_t iteration = 0; iteration < options.iterations; ++iteration) {
    for (size_t i = 0; i < sources.size(); i += step) take_pair(sources[i], targets[i], table, words, places);
    table.end_step();
  }
  std::vector<std::vector<int32_t>> translations;
  for (size_t token = 0; token < static_cast<size_t>(source_vocabulary); ++token)
    translations.push_back(table.likeliest(token, options.per_token));
  return {most_frequent(targets, target_vocabulary, options.common), translations};
}

}  // namespace heed::infer
