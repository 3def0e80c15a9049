#include "search/ngram_vectors.h"

#include <cmath>

#include "base/random.h"
#include "text/normalise.h"
#include "text/script.h"

namespace heed::search {
namespace {

struct Lengths {
  size_t shortest, longest;
};
constexpr Lengths kOfWords = {3, 5}, kOfRunningScript = {1, 3};

uint64_t hash_of(std::string_view bytes) {
  uint64_t hash = mix64(bytes.size());
  for (const char c : bytes) hash = mix64(hash ^ static_cast<unsigned char>(c));
  return hash;
}

// Where each character of `text` begins, and its end.
std::vector<size_t> character_places(std::string_view text) {
  std::vector<size_t> places;
  for (size_t i = 0; i < text.size(); i += utf8_prefix(text.substr(i), 1)) places.push_back(i);
  places.push_back(text.size());
  return places;
}

void count_runs(std::string_view word, std::vector<float>& counts) {
  const std::vector<size_t> places = character_places(word);
  const size_t characters = places.size() - 1;
  for (size_t i = 0; i < characters; ++i) {
    const bool runs = runs_on(word.substr(places[i], places[i + 1] - places[i]));
    const auto [shortest, longest] = runs ? kOfRunningScript : kOfWords;
    for (size_t length = shortest; length <= longest && i + length <= characters; ++length) {
      const uint64_t hash = hash_of(word.substr(places[i], places[i + length] - places[i]));
      ++counts[hash % counts.size()];
    }
  }
}

// How often each place occurs.
std::vector<float> counts_of(std::string_view text, size_t dim) {
  std::vector<float> counts(dim);
  std::string line(1, ' ');
  line += normalise(text, {Normalisation::nfkc, true});
  line += ' ';
  for (size_t begin = 0; begin + 1 < line.size();) {
    const size_t end = line.find(' ', begin + 1);
    count_runs(std::string_view(line).substr(begin, end - begin + 1), counts);
    begin = end;
  }
  return counts;
}

}  // namespace

NgramVectors::NgramVectors(std::span<const std::string> documents, int64_t dim)
    : idf_(static_cast<size_t>(dim)) {
  for (const std::string& document : documents) {
    const std::vector<float> counts = counts_of(document, idf_.size());
    for (size_t i = 0; i < counts.size(); ++i) idf_[i] += counts[i] > 0 ? 1.0F : 0.0F;
  }
  const auto all = static_cast<float>(documents.size());
  for (float& value : idf_) value = 1 + std::log((1 + all) / (1 + value));
}

std::vector<float> NgramVectors::operator()(std::string_view text) const {
  std::vector<float> vector = counts_of(text, idf_.size());
  double square = 0;
  for (size_t i = 0; i < vector.size(); ++i) {
    if (vector[i] > 0) vector[i] = (1 + std::log(vector[i])) * idf_[i];
    square += static_cast<double>(vector[i]) * vector[i];
  }
  if (square == 0) return vector;
  for (float& value : vector) value /= static_cast<float>(std::sqrt(square));
  return vector;
}

}  // namespace heed::search
