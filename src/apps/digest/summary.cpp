#include "apps/digest/summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "apps/digest/words.h"
#include "text/normalise.h"
#include "text/sentences.h"

namespace heed::apps::digest {
namespace {

constexpr size_t kMostSentences = 200;
constexpr double kTemperature = 0.2, kDamping = 0.85, kSame = 0.6, kRounding = 1e-9;
constexpr int kSteps = 30;

// How much attention each sentence receives: [N], of sum 1.
std::vector<double> attention_received(const std::vector<WordRow>& rows) {
  const size_t n = rows.size();
  std::vector<double> shares(n * n, 0);
  for (size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (size_t j = 0; j < n; ++j) {
      if (j != i) sum += shares[i * n + j] = std::exp(dot(rows[i], rows[j]) / kTemperature);
    }
    for (size_t j = 0; j < n && sum > 0; ++j) shares[i * n + j] /= sum;
  }
  const double start = 1 / static_cast<double>(n);
  std::vector<double> mass(n, start);
  for (int step = 0; step < kSteps; ++step) {
    std::vector<double> next(n, (1 - kDamping) * start);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) next[j] += kDamping * mass[i] * shares[i * n + j];
    }
    mass = std::move(next);
  }
  return mass;
}

}  // namespace

std::string summarise(std::string_view text, int64_t width) {
  std::vector<std::string> sentences;
  for (const std::string& one : split_sentences(text)) {
    if (std::string sentence = normalise(one, {.form = Normalisation::none}); !sentence.empty())
      sentences.push_back(std::move(sentence));
    if (sentences.size() == kMostSentences) break;
  }
  if (sentences.empty()) return "";
  Vocabulary vocabulary;
  for (const std::string& sentence : sentences) vocabulary.learn(sentence);
  std::vector<WordRow> rows;
  for (const std::string& sentence : sentences) rows.push_back(vocabulary.row(sentence));
  const std::vector<double> received = attention_received(rows);
  std::vector<size_t> order(sentences.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return received[a] > received[b]; });
  std::vector<size_t> chosen;
  int64_t used = 0;
  const double mean =
      std::accumulate(received.begin(), received.end(), 0.0) / static_cast<double>(received.size());
  for (const size_t i : order) {
    if (received[i] < mean - kRounding) break;
    const int64_t own = count_width(sentences[i]);
    const bool is_said =
        std::ranges::any_of(chosen, [&](size_t other) { return dot(rows[i], rows[other]) > kSame; });
    if (used + own > width || is_said) continue;
    chosen.push_back(i);
    used += own + 1;
  }
  if (chosen.empty()) {
    const std::string& first = sentences.front();
    return first.substr(0, utf8_prefix(first, static_cast<size_t>(width))) + "…";
  }
  std::ranges::sort(chosen);
  std::string summary;
  for (const size_t i : chosen) {
    if (!summary.empty() && static_cast<unsigned char>(summary.back()) < 0x80) summary += ' ';
    summary += sentences[i];
  }
  return summary;
}

}  // namespace heed::apps::digest
