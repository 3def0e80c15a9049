#include "ngram_vectors.h"

#include <cmath>

#include "base/random.h"
#include "text/normalise.h"

namespace heed::bench {
namespace {

constexpr size_t kShortest = 3, kLongest = 5;

uint64_t hash_of(std::string_view bytes) {
  uint64_t hash = mix64(bytes.size());
  for (const char c : bytes) hash = mix64(hash ^ static_cast<unsigned char>(c));
  return hash;
}

// How often each bucket occurs.
std::vector<float> counts_of(std::string_view text) {
  std::vector<float> counts(NgramVectors::kDim);
  std::string line(1, ' ');
  line += normalise(text, {Normalisation::nfkc, true});
  line += ' ';
  for (size_t begin = 0; begin + 1 < line.size();) {
    const size_t end = line.find(' ', begin + 1);
    const std::string_view word = std::string_view(line).substr(begin, end - begin + 1);
    for (size_t length = kShortest; length <= kLongest; ++length) {
      for (size_t i = 0; i + length <= word.size(); ++i)
        ++counts[hash_of(word.substr(i, length)) % static_cast<uint64_t>(NgramVectors::kDim)];
    }
    begin = end;
  }
  return counts;
}

}  // namespace

NgramVectors::NgramVectors(std::span<const std::string> documents) : idf_(kDim) {
  for (const std::string& document : documents) {
    const std::vector<float> counts = counts_of(document);
    for (size_t i = 0; i < counts.size(); ++i) idf_[i] += counts[i] > 0 ? 1.0F : 0.0F;
  }
  const auto all = static_cast<float>(documents.size());
  for (float& value : idf_) value = 1 + std::log((1 + all) / (1 + value));
}

std::vector<float> NgramVectors::operator()(std::string_view text) const {
  std::vector<float> vector = counts_of(text);
  double square = 0;
  for (size_t i = 0; i < vector.size(); ++i) {
    if (vector[i] > 0) vector[i] = (1 + std::log(vector[i])) * idf_[i];
    square += static_cast<double>(vector[i]) * vector[i];
  }
  if (square == 0) return vector;
  for (float& value : vector) value /= static_cast<float>(std::sqrt(square));
  return vector;
}

}  // namespace heed::bench
