#include "metrics/bleu.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "metrics/code_points.h"
#include "metrics/lines.h"
#include "metrics/ngrams.h"

namespace heed::metrics {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& sentence, const BleuOptions& options) {
  return bleu_tokens(options.lowercase ? to_lower(sentence) : sentence, options.tokenizer);
}

// Of two references equally near in length the shorter counts.
int64_t nearest_length(int64_t length, std::span<const std::u32string> references) {
  int64_t nearest = static_cast<int64_t>(references.front().size());
  for (const auto& reference : references) {
    const auto candidate = static_cast<int64_t>(reference.size());
    const int64_t gap = std::abs(candidate - length), least = std::abs(nearest - length);
    if (gap < least || (gap == least && candidate < nearest)) nearest = candidate;
  }
  return nearest;
}

// For each n-gram the most often that any one reference has it.
NgramCounts count_in_references(std::span<const std::u32string> references, size_t order) {
  NgramCounts most = count_ngrams(references.front(), order);
  for (const auto& reference : references.subspan(1)) {
    for (const auto& [ngram, count] : count_ngrams(reference, order)) {
      int64_t& so_far = most[ngram];
      so_far = std::max(so_far, count);
    }
  }
  return most;
}

double brevity_penalty(int64_t hypothesis, int64_t reference) {
  if (hypothesis >= reference) return 1;
  return hypothesis == 0 ? 0 : std::exp(1 - static_cast<double>(reference) / static_cast<double>(hypothesis));
}

// Precisions in percent; an order without a match counts 1/2, the next such one 1/4, and so on.
std::array<double, kBleuOrder> smoothed_precisions(const BleuStatistics& sums) {
  std::array<double, kBleuOrder> precisions{};
  double smoothing = 1;
  for (size_t n = 0; n < kBleuOrder && sums.totals[n] > 0; ++n) {
    double matches = static_cast<double>(sums.matches[n]);
    if (sums.matches[n] == 0) matches = 1 / (smoothing *= 2);
    precisions[n] = 100 * matches / static_cast<double>(sums.totals[n]);
  }
  return precisions;
}

// Geometric mean; an order that has no n-gram at all makes it 0 unless it is left out by `effective`.
double mean_precision(const std::array<double, kBleuOrder>& precisions, bool effective) {
  const auto end = effective ? std::find(precisions.begin(), precisions.end(), 0.0) : precisions.end();
  double sum = 0;
  for (auto p = precisions.begin(); p != end; ++p) {
    if (*p == 0) return 0;
    sum += std::log(*p);
  }
  return std::exp(sum / static_cast<double>(end - precisions.begin()));
}

std::string signature(const BleuOptions& options, int64_t reference_count) {
  return fmt::format("nrefs:{}|case:{}|eff:{}|tok:{}|smooth:exp", reference_count,
                     options.lowercase ? "lc" : "mixed", options.effective_order ? "yes" : "no",
                     name_of(options.tokenizer));
}

}  // namespace

BleuStatistics& BleuStatistics::operator+=(const BleuStatistics& other) {
  hypothesis_length += other.hypothesis_length;
  reference_length += other.reference_length;
  for (size_t n = 0; n < kBleuOrder; ++n) {
    matches[n] += other.matches[n];
    totals[n] += other.totals[n];
  }
  return *this;
}

std::string BleuScore::to_string() const {
  const double ratio = reference_length == 0
                           ? 0
                           : static_cast<double>(hypothesis_length) / static_cast<double>(reference_length);
  return fmt::format(
      "BLEU = {:.2f} {:.1f}/{:.1f}/{:.1f}/{:.1f} (BP = {:.3f} ratio = {:.3f} hyp_len = {} ref_len = {})",
      score, precisions[0], precisions[1], precisions[2], precisions[3], brevity_penalty, ratio,
      hypothesis_length, reference_length);
}

BleuStatistics bleu_statistics(const std::string& hypothesis, std::span<const std::string> references,
                               const BleuOptions& options) {
  require_reference(references.size());
  WordNumbers<std::string> numbers;
  const std::u32string words = numbers(words_of(hypothesis, options));
  std::vector<std::u32string> reference_words;
  for (const auto& reference : references) reference_words.push_back(numbers(words_of(reference, options)));

  BleuStatistics statistics;
  statistics.hypothesis_length = static_cast<int64_t>(words.size());
  statistics.reference_length = nearest_length(statistics.hypothesis_length, reference_words);
  for (size_t n = 0; n < kBleuOrder; ++n) {
    statistics.totals[n] = ngram_total(words.size(), n + 1);
    statistics.matches[n] =
        count_matches(count_ngrams(words, n + 1), count_in_references(reference_words, n + 1));
  }
  return statistics;
}

std::vector<BleuStatistics> bleu_statistics_by_line(std::span<const std::string> hypotheses,
                                                    std::span<const std::string> references,
                                                    const BleuOptions& options) {
  require_same_lines(hypotheses.size(), references.size());
  std::vector<BleuStatistics> rows;
  for (size_t i = 0; i < hypotheses.size(); ++i) {
    rows.push_back(bleu_statistics(hypotheses[i], references.subspan(i, 1), options));
  }
  return rows;
}

BleuScore bleu_from_statistics(const BleuStatistics& sums, const BleuOptions& options,
                               int64_t reference_count) {
  BleuScore result;
  result.brevity_penalty = brevity_penalty(sums.hypothesis_length, sums.reference_length);
  result.hypothesis_length = sums.hypothesis_length;
  result.reference_length = sums.reference_length;
  result.signature = signature(options, reference_count);
  const bool any_match =
      std::any_of(sums.matches.begin(), sums.matches.end(), [](int64_t m) { return m > 0; });
  if (!any_match) return result;
  result.precisions = smoothed_precisions(sums);
  result.score = result.brevity_penalty * mean_precision(result.precisions, options.effective_order);
  return result;
}

BleuScore corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      const BleuOptions& options) {
  BleuStatistics sums;
  for (const auto& row : bleu_statistics_by_line(hypotheses, references, options)) sums += row;
  return bleu_from_statistics(sums, options);
}

BleuScore corpus_bleu(std::span<const std::string> hypotheses,
                      std::span<const std::vector<std::string>> reference_sets, const BleuOptions& options) {
  require_same_lines(hypotheses.size(), reference_sets);
  BleuStatistics sums;
  for (size_t i = 0; i < hypotheses.size(); ++i) {
    sums += bleu_statistics(hypotheses[i], references_of_line(reference_sets, i), options);
  }
  return bleu_from_statistics(sums, options, static_cast<int64_t>(reference_sets.size()));
}

BleuScore sentence_bleu(const std::string& hypothesis, const std::string& reference, BleuOptions options) {
  options.effective_order = true;
  return bleu_from_statistics(bleu_statistics(hypothesis, std::span(&reference, 1), options), options);
}

}  // namespace heed::metrics
