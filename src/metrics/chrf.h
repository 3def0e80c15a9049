#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace heed::metrics {

// chrF (Popovic 2015, 2016) and chrF++ (2017) as sacreBLEU 2.x computes them: precision and recall of
// character n-grams and, for chrF++, of word n-grams, averaged over the orders that both sides have, joined
// as F = (1 + b^2) P R / (b^2 P + R). Corpus figures sum the counts over the lines first.
struct ChrfOptions {
  int character_order = 6;  // 1..kMaxChrfOrder together with word_order
  int word_order = 0;       // 2 is chrF++
  double beta = 2;
  bool lowercase = false;
  bool whitespace = false;  // count white space as characters too
};

inline constexpr int kMaxChrfOrder = 16;

struct ChrfCounts {
  int64_t hypothesis = 0;
  int64_t reference = 0;
  int64_t matches = 0;
};

// Character orders first, then word orders; unused orders are zero.
struct ChrfStatistics {
  std::array<ChrfCounts, kMaxChrfOrder> orders{};

  ChrfStatistics& operator+=(const ChrfStatistics& other);
};

struct ChrfScore {
  double score = 0;       // 0 to 100
  std::string name;       // "chrF2", "chrF2++"
  std::string signature;  // "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no"
};

// Throws invalid_argument where the counts of lines differ or an option is out of range; no lines score 0.
ChrfScore corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      const ChrfOptions& options = {});
// Several references: each line counts against the one that scores it best.
ChrfScore corpus_chrf(std::span<const std::string> hypotheses,
                      std::span<const std::vector<std::string>> reference_sets,
                      const ChrfOptions& options = {});
ChrfScore sentence_chrf(const std::string& hypothesis, const std::string& reference,
                        const ChrfOptions& options = {});

ChrfStatistics chrf_statistics(const std::string& hypothesis, std::span<const std::string> references,
                               const ChrfOptions& options = {});
std::vector<ChrfStatistics> chrf_statistics_by_line(std::span<const std::string> hypotheses,
                                                    std::span<const std::string> references,
                                                    const ChrfOptions& options = {});
ChrfScore chrf_from_statistics(const ChrfStatistics& sums, const ChrfOptions& options = {},
                               int64_t reference_count = 1);

}  // namespace heed::metrics
