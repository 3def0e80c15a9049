#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metrics/bleu_tokenizer.h"

namespace heed::metrics {

// Corpus BLEU (Papineni et al. 2002) exactly as sacreBLEU 2.x computes it with its defaults, so that a figure
// here can stand beside published ones: BLEU = bp * exp(mean of log p_n, n = 1..4), bp = exp(min(0, 1 -
// reference length / hypothesis length)). A precision with no match is smoothed to 1 / (2^k total_n), k
// counting such orders ("smooth:exp").

inline constexpr int kBleuOrder = 4;

struct BleuOptions {
  BleuTokenizer tokenizer = BleuTokenizer::v13a;
  bool lowercase = false;
  bool effective_order = false;  // stop at the longest n-gram there is: for single sentences
};

// What one sentence adds to the corpus: sums of these give the corpus score, which is what resampling needs.
struct BleuStatistics {
  int64_t hypothesis_length = 0;
  int64_t reference_length = 0;  // of the reference nearest in length, the shorter where two are
  std::array<int64_t, kBleuOrder> matches{};
  std::array<int64_t, kBleuOrder> totals{};

  BleuStatistics& operator+=(const BleuStatistics& other);
};

struct BleuScore {
  double score = 0;                             // 0 to 100
  std::array<double, kBleuOrder> precisions{};  // 0 to 100, smoothed
  double brevity_penalty = 0;
  int64_t hypothesis_length = 0;
  int64_t reference_length = 0;
  std::string signature;  // "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp"

  // sacreBLEU's line: "BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len =
  // 18)".
  std::string to_string() const;
};

// One reference a hypothesis, line by line. Throws invalid_argument where the counts differ; no lines score
// 0.
BleuScore corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      const BleuOptions& options = {});

// Several references: reference_sets[r][i] is the r-th reference of hypothesis i.
BleuScore corpus_bleu(std::span<const std::string> hypotheses,
                      std::span<const std::vector<std::string>> reference_sets,
                      const BleuOptions& options = {});

// Effective order is on whatever the options say, as in sacreBLEU's sentence_bleu.
BleuScore sentence_bleu(const std::string& hypothesis, const std::string& reference,
                        BleuOptions options = {});

BleuStatistics bleu_statistics(const std::string& hypothesis, std::span<const std::string> references,
                               const BleuOptions& options = {});
// One row a line, single reference.
std::vector<BleuStatistics> bleu_statistics_by_line(std::span<const std::string> hypotheses,
                                                    std::span<const std::string> references,
                                                    const BleuOptions& options = {});
BleuScore bleu_from_statistics(const BleuStatistics& sums, const BleuOptions& options = {},
                               int64_t reference_count = 1);

}  // namespace heed::metrics
