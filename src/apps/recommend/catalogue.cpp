#include "apps/recommend/catalogue.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <mutex>
#include <numeric>

#include "store/event.h"

namespace heed::apps::recommend {
namespace {

constexpr int64_t kListUs = 1'000'000;
constexpr const char* kMakers[] = {"author", "brand", "creator", "publisher"};

double to_price(const std::string& text) {
  double value = 0.0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && std::isfinite(value) && value > 0.0 ? value : 0.0;
}

// The inner product as a cosine, which graphs search by: rows of one length, [v, sqrt(longest^2 - |v|^2)].
std::vector<float> lengthened(std::span<const float> vector, float longest) {
  std::vector<float> row(vector.begin(), vector.end());
  const float square = std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F);
  row.push_back(std::sqrt(std::max(0.0F, longest * longest - square)));
  return row;
}

float length_of(std::span<const float> vector) {
  return std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F));
}

std::vector<int32_t> first(const std::vector<int32_t>& list, int64_t limit) {
  return {list.begin(),
          list.begin() + static_cast<std::ptrdiff_t>(std::min(list.size(), static_cast<size_t>(limit)))};
}

}  // namespace

Catalogue::Catalogue(const infer::SequenceRanker& ranker, const CatalogueOptions& options)
    : ranker_(ranker), options_(options), dim_(static_cast<size_t>(ranker.dim())), vectors_(ranker.dim()) {}

int32_t Catalogue::put(data::Item item) {
  CatalogueItem entry{
      .item = std::move(item), .groups = {}, .price = 0.0, .training_row = -1, .has_vector = false};
  entry.training_row = ranker_.row(entry.item.id);
  entry.price = to_price(entry.item.attribute("price"));
  const std::vector<float> vector = ranker_.item_vector(entry.training_row, entry.item.words());
  entry.has_vector = std::ranges::any_of(vector, [](float value) { return value != 0.0F; });
  const std::unique_lock lock(mutex_);
  for (const std::string& tag : entry.item.tags) entry.groups.push_back(groups_.add(tag));
  for (const char* maker : kMakers) {
    if (const std::string& name = entry.item.attribute(maker); !name.empty())
      entry.groups.push_back(groups_.add(std::string(maker) + "=" + name));
  }
  ++changes_;
  const int32_t number = names_.add(entry.item.id);
  if (number == size()) {
    items_.push_back(std::move(entry));
    vectors_.add(vector);
    counts_.emplace_back();
    people_.push_back(0.0);
    return number;
  }
  vectors_.set(number, vector);
  items_[static_cast<size_t>(number)] = std::move(entry);
  return number;
}

void Catalogue::count(int32_t item, std::string_view person) {
  const std::unique_lock lock(mutex_);
  if (item < 0 || item >= size()) return;
  const auto at = static_cast<size_t>(item);
  counts_[at].add(person);
  const double now = counts_[at].estimate();
  if (now != people_[at]) ++changes_;
  people_[at] = now;
}

void Catalogue::take_counts(const Catalogue& before) {
  const std::unique_lock lock(mutex_);
  std::ranges::copy(before.counts_, counts_.begin());
  std::ranges::copy(before.people_, people_.begin());
  ++changes_;
}

void Catalogue::build_index() {
  const std::unique_lock lock(mutex_);
  if (size() < options_.approximate_from) return;
  longest_ = 0.0F;
  for (int32_t i = 0; i < size(); ++i) longest_ = std::max(longest_, length_of(vector(i)));
  search::VectorSet rows(static_cast<int64_t>(dim_) + 1, "catalogue");
  for (int32_t i = 0; i < size(); ++i) {
    if (items_[static_cast<size_t>(i)].has_vector)
      rows.add(std::to_string(i), lengthened(vector(i), longest_));
  }
  graph_items_ = size();
  graph_ = std::make_unique<search::VectorIndex>(
      std::move(rows), search::VectorIndexOptions{.approximate_from = 0, .seed = options_.seed});
}

std::vector<search::Product> Catalogue::best(std::span<const float> query, int64_t limit) const {
  std::vector<search::Product> found;
  if (graph_) {
    std::vector<float> longer(query.begin(), query.end());
    longer.push_back(0.0F);
    for (const search::Hit& hit : graph_->find(longer, limit)) {
      const int64_t row = std::stoll(hit.id);
      const auto own = vector(static_cast<int32_t>(row));
      found.push_back({.row = row, .value = std::inner_product(own.begin(), own.end(), query.begin(), 0.0F)});
    }
  }
  if (graph_items_ < size()) {
    const auto more = vectors_.best(query, limit, graph_items_);
    found.insert(found.end(), more.begin(), more.end());
  }
  std::erase_if(found,
                [&](const search::Product& each) { return !at(static_cast<int32_t>(each.row)).has_vector; });
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.value > b.value; });
  if (static_cast<int64_t>(found.size()) > limit) found.resize(static_cast<size_t>(limit));
  return found;
}

double Catalogue::recall(std::span<const float> queries, int64_t limit) const {
  int64_t wanted = 0, met = 0;
  for (size_t begin = 0; begin + dim_ <= queries.size(); begin += dim_) {
    const auto query = queries.subspan(begin, dim_);
    const auto given = best(query, limit);
    for (const search::Product& right : vectors_.best(query, limit)) {
      ++wanted;
      met += std::ranges::any_of(given, [&](const auto& each) { return each.row == right.row; }) ? 1 : 0;
    }
  }
  return wanted == 0 ? 1.0 : static_cast<double>(met) / static_cast<double>(wanted);
}

void Catalogue::remake_lists() const {
  const int64_t now = store::now_us();
  if (lists_changes_ == changes_ || now - lists_made_us_ < kListUs) return;
  lists_changes_ = changes_;
  lists_made_us_ = now;
  const auto top = [&](auto&& is_before) {
    std::vector<int32_t> order(items_.size());
    std::iota(order.begin(), order.end(), 0);
    const auto kept = std::min(order.size(), static_cast<size_t>(kListLength));
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                      is_before);
    order.resize(kept);
    return order;
  };
  popular_ =
      top([&](int32_t a, int32_t b) { return people(a) > people(b) || (people(a) == people(b) && a < b); });
  newest_ = top([&](int32_t a, int32_t b) {
    const int64_t x = at(a).item.ts_us, y = at(b).item.ts_us;
    return x > y || (x == y && a > b);
  });
}

std::vector<int32_t> Catalogue::popular(int64_t limit) const {
  const std::lock_guard lock(lists_mutex_);
  remake_lists();
  return first(popular_, limit);
}

std::vector<int32_t> Catalogue::newest(int64_t limit) const {
  const std::lock_guard lock(lists_mutex_);
  remake_lists();
  return first(newest_, limit);
}

}  // namespace heed::apps::recommend
