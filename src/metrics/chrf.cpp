#include "metrics/chrf.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/code_points.h"
#include "metrics/lines.h"
#include "metrics/ngrams.h"

namespace heed::metrics {
namespace {

using Text = std::u32string;

void check(const ChrfOptions& options) {
  const bool orders_fit = options.character_order >= 0 && options.word_order >= 0 &&
                          options.character_order <= kMaxChrfOrder && options.word_order <= kMaxChrfOrder &&
                          options.character_order + options.word_order <= kMaxChrfOrder &&
                          options.character_order + options.word_order > 0;
  if (!orders_fit) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("chrF: expected character_order + word_order of 1 to {}, found {} and {}",
                            kMaxChrfOrder, options.character_order, options.word_order));
  }
  if (!(options.beta > 0)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("chrF: expected beta above 0, found {}", options.beta));
  }
}

bool is_ascii_punctuation(char32_t c) {
  return (c >= U'!' && c <= U'/') || (c >= U':' && c <= U'@') || (c >= U'[' && c <= U'`') ||
         (c >= U'{' && c <= U'~');
}

// One mark at the end of a word, else one at its start, becomes a word of its own: "(hi)" gives "(hi" and
// ")".
std::vector<Text> words_and_marks(const Text& text) {
  std::vector<Text> words;
  for (Text& word : split_at_spaces(text)) {
    if (word.size() > 1 && is_ascii_punctuation(word.back())) {
      words.push_back(word.substr(0, word.size() - 1));
      words.push_back(word.substr(word.size() - 1));
    } else if (word.size() > 1 && is_ascii_punctuation(word.front())) {
      words.push_back(word.substr(0, 1));
      words.push_back(word.substr(1));
    } else {
      words.push_back(std::move(word));
    }
  }
  return words;
}

// A sentence as the two sequences that chrF counts n-grams of.
struct Sentence {
  Text characters;
  Text words;  // numbered
};

Sentence prepare(const std::string& line, const ChrfOptions& options, WordNumbers<Text>& numbers) {
  const Text text = to_code_points(options.lowercase ? to_lower(line) : line);
  Sentence sentence{text, {}};
  if (!options.whitespace) std::erase_if(sentence.characters, is_space);
  if (options.word_order > 0) sentence.words = numbers(words_and_marks(text));
  return sentence;
}

ChrfCounts count_order(std::u32string_view hypothesis, std::u32string_view reference, size_t order) {
  ChrfCounts counts;
  counts.reference = ngram_total(reference.size(), order);
  // A reference too short for this order says nothing about the hypothesis.
  if (counts.reference == 0) return counts;
  counts.hypothesis = ngram_total(hypothesis.size(), order);
  counts.matches = count_matches(count_ngrams(hypothesis, order), count_ngrams(reference, order));
  return counts;
}

ChrfStatistics compare(const Sentence& hypothesis, const Sentence& reference, const ChrfOptions& options) {
  ChrfStatistics statistics;
  size_t row = 0;
  for (int n = 1; n <= options.character_order; ++n) {
    statistics.orders[row++] =
        count_order(hypothesis.characters, reference.characters, static_cast<size_t>(n));
  }
  for (int n = 1; n <= options.word_order; ++n) {
    statistics.orders[row++] = count_order(hypothesis.words, reference.words, static_cast<size_t>(n));
  }
  return statistics;
}

// 0 to 100. Orders that one side lacks are left out of the means.
double f_score(const ChrfStatistics& statistics, double beta) {
  double precision = 0, recall = 0;
  int orders = 0;
  for (const ChrfCounts& counts : statistics.orders) {
    if (counts.hypothesis == 0 || counts.reference == 0) continue;
    precision += static_cast<double>(counts.matches) / static_cast<double>(counts.hypothesis);
    recall += static_cast<double>(counts.matches) / static_cast<double>(counts.reference);
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= orders;
  recall /= orders;
  return 100 * (1 + beta * beta) * precision * recall / (beta * beta * precision + recall);
}

std::string name(const ChrfOptions& options) {
  return fmt::format("chrF{:g}{}", options.beta, std::string(static_cast<size_t>(options.word_order), '+'));
}

std::string signature(const ChrfOptions& options, int64_t reference_count) {
  return fmt::format("nrefs:{}|case:{}|eff:yes|nc:{}|nw:{}|space:{}", reference_count,
                     options.lowercase ? "lc" : "mixed", options.character_order, options.word_order,
                     options.whitespace ? "yes" : "no");
}

}  // namespace

ChrfStatistics& ChrfStatistics::operator+=(const ChrfStatistics& other) {
  for (size_t n = 0; n < orders.size(); ++n) {
    orders[n].hypothesis += other.orders[n].hypothesis;
    orders[n].reference += other.orders[n].reference;
    orders[n].matches += other.orders[n].matches;
  }
  return *this;
}

ChrfStatistics chrf_statistics(const std::string& hypothesis, std::span<const std::string> references,
                               const ChrfOptions& options) {
  check(options);
  require_reference(references.size());
  WordNumbers<Text> numbers;
  const Sentence sentence = prepare(hypothesis, options, numbers);
  ChrfStatistics best;
  double best_score = -1;
  for (const auto& reference : references) {
    const ChrfStatistics statistics = compare(sentence, prepare(reference, options, numbers), options);
    const double score = f_score(statistics, options.beta);
    if (score > best_score) {
      best = statistics;
      best_score = score;
    }
  }
  return best;
}

std::vector<ChrfStatistics> chrf_statistics_by_line(std::span<const std::string> hypotheses,
                                                    std::span<const std::string> references,
                                                    const ChrfOptions& options) {
  require_same_lines(hypotheses.size(), references.size());
  std::vector<ChrfStatistics> rows;
  for (size_t i = 0; i < hypotheses.size(); ++i) {
    rows.push_back(chrf_statistics(hypotheses[i], references.subspan(i, 1), options));
  }
  return rows;
}

ChrfScore chrf_from_statistics(const ChrfStatistics& sums, const ChrfOptions& options,
                               int64_t reference_count) {
  check(options);
  return {f_score(sums, options.beta), name(options), signature(options, reference_count)};
}

ChrfScore corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      const ChrfOptions& options) {
  ChrfStatistics sums;
  for (const auto& row : chrf_statistics_by_line(hypotheses, references, options)) sums += row;
  return chrf_from_statistics(sums, options);
}

ChrfScore corpus_chrf(std::span<const std::string> hypotheses,
                      std::span<const std::vector<std::string>> reference_sets, const ChrfOptions& options) {
  require_same_lines(hypotheses.size(), reference_sets);
  ChrfStatistics sums;
  for (size_t i = 0; i < hypotheses.size(); ++i) {
    sums += chrf_statistics(hypotheses[i], references_of_line(reference_sets, i), options);
  }
  return chrf_from_statistics(sums, options, static_cast<int64_t>(reference_sets.size()));
}

ChrfScore sentence_chrf(const std::string& hypothesis, const std::string& reference,
                        const ChrfOptions& options) {
  return chrf_from_statistics(chrf_statistics(hypothesis, std::span(&reference, 1), options), options);
}

}  // namespace heed::metrics
