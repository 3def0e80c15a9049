#include "data/minhash.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "base/error.h"
#include "base/random.h"
#include "data/row_key.h"
#include "text/normalise.h"

namespace heed::data {
namespace {

constexpr int kHashes = 100;
constexpr size_t kComparisons = 32;

using Shingles = std::vector<uint32_t>;  // hashes of shingles, ascending, each once

Shingles shingles_of(std::string_view text, int size) {
  const std::string line = normalise(text, {.lowercase = true});
  std::vector<size_t> starts;  // of code points, and the end
  for (size_t i = 0; i <= line.size(); ++i) {
    if (i == line.size() || (static_cast<unsigned char>(line[i]) & 0xC0) != 0x80) starts.push_back(i);
  }
  Shingles shingles;
  const size_t characters = starts.size() - 1;
  const size_t length = std::min(characters, static_cast<size_t>(size));
  for (size_t i = 0; length > 0 && i + length <= characters; ++i) {
    const std::string_view piece = std::string_view(line).substr(starts[i], starts[i + length] - starts[i]);
    shingles.push_back(static_cast<uint32_t>(hash_text(piece, 0)));
  }
  std::sort(shingles.begin(), shingles.end());
  shingles.erase(std::unique(shingles.begin(), shingles.end()), shingles.end());
  return shingles;
}

double similarity(const Shingles& a, const Shingles& b) {
  if (a.empty() || b.empty()) return 0;
  size_t shared = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const bool take_a = a[i] <= b[j], take_b = b[j] <= a[i];
    shared += take_a && take_b;
    i += take_a;
    j += take_b;
  }
  return static_cast<double>(shared) / static_cast<double>(a.size() + b.size() - shared);
}

using Signature = std::array<uint32_t, kHashes>;

// Hash i of a shingle s is a[i] s + b[i] modulo 2^32, a[i] odd: a bijection, so each is a random order of all
// shingles.
class Hashes {
 public:
  explicit Hashes(uint64_t seed) {
    Random random(seed);
    for (int i = 0; i < kHashes; ++i) {
      factors_[i] = static_cast<uint32_t>(random.next()) | 1;
      terms_[i] = static_cast<uint32_t>(random.next());
    }
  }

  Signature signature(const Shingles& shingles) const {
    Signature least;
    least.fill(std::numeric_limits<uint32_t>::max());
    for (const uint32_t shingle : shingles) {
      for (int i = 0; i < kHashes; ++i) least[i] = std::min(least[i], factors_[i] * shingle + terms_[i]);
    }
    return least;
  }

 private:
  std::array<uint32_t, kHashes> factors_, terms_;
};

// The longest band (number of hashes that must agree) with which a pair at the threshold is still found in 99
// cases of 100.
int band_size(double threshold) {
  int best = 1;
  for (const int size : {2, 4, 5, 10, 20}) {
    const double missed = std::pow(1 - std::pow(threshold, size), kHashes / size);
    if (missed < 0.01) best = size;
  }
  return best;
}

uint32_t band_hash(const Signature& signature, int first, int size) {
  uint64_t hash = 0;
  for (int i = first; i < first + size; ++i) hash = mix64(hash ^ signature[static_cast<size_t>(i)]);
  return static_cast<uint32_t>(hash);
}

// Disjoint sets; the root of each is its least member.
class Groups {
 public:
  explicit Groups(size_t count) : parents_(count) { std::iota(parents_.begin(), parents_.end(), size_t{0}); }

  size_t root(size_t row) {
    while (parents_[row] != row) row = parents_[row] = parents_[parents_[row]];
    return row;
  }
  void join(size_t a, size_t b) {
    const size_t first = root(a), second = root(b);
    parents_[std::max(first, second)] = std::min(first, second);
  }
  std::vector<std::vector<size_t>> of_two_or_more() {
    std::vector<std::vector<size_t>> members(parents_.size());
    for (size_t row = 0; row < parents_.size(); ++row) members[root(row)].push_back(row);
    std::erase_if(members, [](const auto& group) { return group.size() < 2; });
    return members;
  }

 private:
  std::vector<size_t> parents_;
};

// Joins the alike among rows of one bucket, ascending.
void join_alike(const std::vector<size_t>& bucket, const std::vector<Shingles>& sets, double threshold,
                Groups& groups) {
  for (size_t i = 1; i < bucket.size(); ++i) {
    for (size_t j = i; j-- > (i > kComparisons ? i - kComparisons : 0);) {
      if (groups.root(bucket[i]) == groups.root(bucket[j])) continue;
      if (similarity(sets[bucket[i]], sets[bucket[j]]) >= threshold) groups.join(bucket[i], bucket[j]);
    }
  }
}

void join_by_band(const std::vector<uint32_t>& hashes, const std::vector<Shingles>& sets, double threshold,
                  Groups& groups) {
  std::vector<size_t> order;
  for (size_t row = 0; row < hashes.size(); ++row) {
    if (!sets[row].empty()) order.push_back(row);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return hashes[a] < hashes[b]; });
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && hashes[order[end]] == hashes[order[begin]]) ++end;
    const auto at = [&](size_t i) { return order.begin() + static_cast<std::ptrdiff_t>(i); };
    join_alike({at(begin), at(end)}, sets, threshold, groups);
    begin = end;
  }
}

void check_options(const NearDuplicateOptions& options) {
  if (!(options.threshold > 0 && options.threshold <= 1) || options.shingle < 1) {
    throw Error(ErrorCode::invalid_argument,
                "near-duplicates: expected 0 < threshold <= 1 and shingles of 1 character or more, found " +
                    std::to_string(options.threshold) + " and " + std::to_string(options.shingle));
  }
}

}  // namespace

std::vector<std::vector<size_t>> near_duplicates(const std::vector<std::string>& texts,
                                                 const NearDuplicateOptions& options) {
  check_options(options);
  const int size = band_size(options.threshold);
  const Hashes hashes(options.seed);
  std::vector<Shingles> sets;
  std::vector<std::vector<uint32_t>> bands(kHashes / size);  // band -> row -> hash
  for (const std::string& text : texts) {
    sets.push_back(shingles_of(text, options.shingle));
    const Signature signature = hashes.signature(sets.back());
    for (int band = 0; band < kHashes / size; ++band) {
      bands[static_cast<size_t>(band)].push_back(band_hash(signature, band * size, size));
    }
  }
  Groups groups(texts.size());
  for (const std::vector<uint32_t>& band : bands) join_by_band(band, sets, options.threshold, groups);
  return groups.of_two_or_more();
}

struct NearDuplicateMemory::Impl {
  struct Text {
    uint64_t key;
    Shingles shingles;
    std::vector<uint32_t> bands;
  };

  explicit Impl(const NearDuplicateOptions& given)
      : options(given), size(band_size(given.threshold)), hashes(given.seed), rows(kHashes / size) {}

  std::vector<uint32_t> bands_of(const Shingles& shingles) const {
    const Signature signature = hashes.signature(shingles);
    std::vector<uint32_t> bands;
    for (int band = 0; band < kHashes / size; ++band)
      bands.push_back(band_hash(signature, band * size, size));
    return bands;
  }
  const Text& text_of(uint64_t key) const { return *std::ranges::lower_bound(texts, key, {}, &Text::key); }

  NearDuplicateOptions options;
  int size;
  Hashes hashes;
  std::deque<Text> texts;                                                // keys ascending
  std::vector<std::unordered_map<uint32_t, std::deque<uint64_t>>> rows;  // band -> hash -> keys, ascending
};

NearDuplicateMemory::NearDuplicateMemory(const NearDuplicateOptions& options) {
  check_options(options);
  impl_ = std::make_unique<Impl>(options);
}
NearDuplicateMemory::~NearDuplicateMemory() = default;
NearDuplicateMemory::NearDuplicateMemory(NearDuplicateMemory&&) noexcept = default;

std::optional<uint64_t> NearDuplicateMemory::find(std::string_view text) const {
  const Shingles shingles = shingles_of(text, impl_->options.shingle);
  if (shingles.empty()) return std::nullopt;
  const std::vector<uint32_t> bands = impl_->bands_of(shingles);
  std::vector<uint64_t> candidates;
  for (size_t band = 0; band < bands.size(); ++band) {
    const auto found = impl_->rows[band].find(bands[band]);
    if (found == impl_->rows[band].end()) continue;
    const size_t count = std::min(found->second.size(), kComparisons);
    candidates.insert(candidates.end(), found->second.end() - static_cast<std::ptrdiff_t>(count),
                      found->second.end());
  }
  std::sort(candidates.rbegin(), candidates.rend());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  if (candidates.size() > kComparisons) candidates.resize(kComparisons);
  std::optional<uint64_t> best;
  double most = 0;
  for (const uint64_t key : candidates) {
    const double alike = similarity(shingles, impl_->text_of(key).shingles);
    if (alike < impl_->options.threshold || alike <= most) continue;
    most = alike;
    best = key;
  }
  return best;
}

void NearDuplicateMemory::add(uint64_t key, std::string_view text) {
  Impl::Text one = {.key = key, .shingles = shingles_of(text, impl_->options.shingle), .bands = {}};
  if (one.shingles.empty()) return;
  one.bands = impl_->bands_of(one.shingles);
  for (size_t band = 0; band < one.bands.size(); ++band) impl_->rows[band][one.bands[band]].push_back(key);
  impl_->texts.push_back(std::move(one));
}

void NearDuplicateMemory::forget_before(uint64_t key) {
  for (; !impl_->texts.empty() && impl_->texts.front().key < key; impl_->texts.pop_front()) {
    const Impl::Text& oldest = impl_->texts.front();
    for (size_t band = 0; band < oldest.bands.size(); ++band) {
      const auto row = impl_->rows[band].find(oldest.bands[band]);
      row->second.pop_front();
      if (row->second.empty()) impl_->rows[band].erase(row);
    }
  }
}

size_t NearDuplicateMemory::size() const { return impl_->texts.size(); }

double shingle_similarity(std::string_view a, std::string_view b, int shingle) {
  return similarity(shingles_of(a, shingle), shingles_of(b, shingle));
}

}  // namespace heed::data
