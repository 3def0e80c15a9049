#include "economy/acquisition.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"
#include "economy/review_log.h"
#include "metrics/calibration.h"

namespace heed::economy {
namespace {

constexpr size_t kSeen = 16;  // of a person's impressions, the latest
constexpr int64_t kEventFeatures = 4;
constexpr double kLeastChance = 1e-6;
constexpr uint64_t kSign = uint64_t{1} << 40;

double held(double p) { return std::clamp(p, kLeastChance, 1 - kLeastChance); }
double logit(double p) { return std::log(held(p) / (1 - held(p))); }

float product(const std::vector<float>& a, const std::vector<float>& b) {
  float all = 0;
  for (size_t k = 0; k < a.size(); ++k) all += a[k] * b[k];
  return all;
}

size_t bytes_of_character(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

// Shares attended so far, drawn to `usual` by as many impressions as `prior`.
struct Share {
  double attended = 0, shown = 0;
  float value(double usual, double prior) const {
    return static_cast<float>((attended + prior * usual) / (shown + prior) - usual);
  }
};

}  // namespace

std::vector<float> sketch(std::string_view text) {
  std::vector<float> all(kSketch, 0);
  std::vector<size_t> begins;
  for (size_t at = 0; at < text.size(); at += bytes_of_character(static_cast<unsigned char>(text[at])))
    begins.push_back(at);
  begins.push_back(text.size());
  for (size_t first = 0; first + 1 < begins.size(); ++first) {
    for (size_t length = 1; length <= 3 && first + length < begins.size(); ++length) {
      uint64_t hash = length;
      for (size_t k = begins[first]; k < std::min(begins[first + length], text.size()); ++k) {
        const char c = text[k];
        hash = mix64(hash ^ static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
      }
      all[hash % kSketch] += (hash & kSign) != 0 ? 1.0F : -1.0F;
    }
  }
  const float norm = std::sqrt(product(all, all));
  for (float& one : all) one /= std::max(norm, 1e-6F);
  return all;
}

void ImpressionLog::add(const std::string& person, const std::string& item, const std::string& text,
                        int64_t position, const std::string& time, bool attended, const std::string& where,
                        const std::optional<Treatment>& treatment) {
  if (position < 0 || position > 9999)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: expected a position from 0 to 9999, found {}", where, position));
  const auto [who, new_person] = person_index_.try_emplace(person, static_cast<uint32_t>(people_.size()));
  if (new_person) people_.push_back(person);
  const auto [what, new_item] = item_index_.try_emplace(item, static_cast<uint32_t>(items_.size()));
  if (new_item) {
    items_.push_back(item);
    texts_.push_back(text);
    sketches_.push_back(sketch(text));
  } else if (!text.empty() && texts_[what->second] != text) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "{}: item '{}': expected the text it had before, found another: give it a name of its own", where,
            item));
  }
  positions_ = std::max(positions_, position + 1);
  impressions_.push_back({.person = who->second,
                          .item = what->second,
                          .position = static_cast<int32_t>(position),
                          .time_us = parse_time(time, where),
                          .attended = attended,
                          .treatment = treatment});
}

void ImpressionLog::sort() {
  if (impressions_.empty())
    throw Error(ErrorCode::invalid_argument, "impressions: expected some, found none");
  std::ranges::stable_sort(impressions_, {}, &Impression::time_us);
}

std::vector<HistoryExample> attraction_examples(const ImpressionLog& log, size_t from, size_t to) {
  std::vector<HistoryExample> examples;
  std::vector<std::vector<size_t>> past(log.people().size());
  std::vector<Share> items(log.items().size()), people(log.people().size());
  Share all;
  for (size_t k = 0; k < to; ++k) {
    const Impression& now = log.impressions()[k];
    const std::vector<float>& text = log.sketches()[now.item];
    std::vector<size_t>& own = past[now.person];
    const double usual = (all.attended + 1) / (all.shown + 2);
    if (k >= from) {
      HistoryExample one;
      for (size_t j = own.size() > kSeen ? own.size() - kSeen : 0; j < own.size(); ++j) {
        const Impression& event = log.impressions()[own[j]];
        const double days = static_cast<double>(now.time_us - event.time_us) / static_cast<double>(kDayUs);
        const float alike = product(log.sketches()[event.item], text), was = event.attended ? 1 : -1;
        const auto age = static_cast<float>(std::log1p(days) / 3);
        one.events.insert(one.events.end(), {was, alike, was * alike, age});
      }
      one.query = {items[now.item].value(usual, 20) * 4, people[now.person].value(usual, 5) * 4,
                   0.3F * std::log1p(static_cast<float>(own.size())),
                   0.3F * std::log1p(static_cast<float>(items[now.item].shown))};
      for (size_t c = 0; c < kSketch; c += 4)  // a coarser one: few parameters
        one.query.push_back(text[c] + text[c + 1] + text[c + 2] + text[c + 3]);
      one.outcome = now.attended ? 1 : 0;
      examples.push_back(std::move(one));
    }
    own.push_back(k);
    for (Share* share : {&all, &items[now.item], &people[now.person]}) {
      share->shown += 1;
      share->attended += now.attended ? 1 : 0;
    }
  }
  return examples;
}

double AcquisitionModel::chance(const HistoryExample& moment, int64_t position) const {
  const auto place = static_cast<size_t>(
      std::clamp<int64_t>(position, 0, static_cast<int64_t>(examination.examination.size()) - 1));
  const double raw = logit(examination.examination[place] * attraction.probability(moment));
  return calibration.weights.empty() ? 1 / (1 + std::exp(-raw)) : calibration.probability(std::span(&raw, 1));
}

namespace {

Examination fit_places(const ImpressionLog& log, size_t to) {
  std::map<std::pair<int64_t, int64_t>, Impressions> counts;
  for (size_t k = 0; k < to; ++k) {
    const Impression& one = log.impressions()[k];
    Impressions& count = counts[{one.item, one.position}];
    count.item = one.item;
    count.position = one.position;
    count.shown += 1;
    count.attended += one.attended ? 1 : 0;
  }
  std::vector<Impressions> all;
  for (const auto& [where, count] : counts) all.push_back(count);
  return fit_examination(all, static_cast<int64_t>(log.items().size()), log.positions());
}

}  // namespace

AcquisitionModel fit_acquisition(const ImpressionLog& log, size_t to, const AcquisitionOptions& options) {
  AcquisitionModel model{.examination = fit_places(log, to), .attraction = {}, .calibration = {}};
  const auto learned = static_cast<size_t>(static_cast<double>(to) * (1 - options.calibration));
  std::vector<HistoryExample> examples = attraction_examples(log, 0, to);
  HistoryFitOptions fit = options.fit;
  fit.event_features = kEventFeatures;
  std::vector<double> attraction(to);
  for (size_t k = 0; k < to; ++k) attraction[k] = model.examination.attraction[log.impressions()[k].item];
  for (int64_t round = 0; round < std::max<int64_t>(options.rounds, 1); ++round) {
    for (size_t k = 0; k < learned; ++k) {
      const Impression& one = log.impressions()[k];
      const double e = model.examination.examination[static_cast<size_t>(one.position)], a = attraction[k];
      // Not attended: it may attract, and not have been looked at.
      examples[k].outcome = one.attended ? 1 : static_cast<float>(a * (1 - e) / std::max(1 - e * a, 1e-9));
    }
    model.attraction = fit_history(std::span(examples).first(learned), fit);
    for (size_t k = 0; k < to; ++k) attraction[k] = model.attraction.probability(examples[k]);
  }
  std::vector<double> raw;
  std::vector<uint8_t> labels;
  for (size_t k = learned; k < to; ++k) {
    const Impression& one = log.impressions()[k];
    raw.push_back(logit(model.examination.examination[static_cast<size_t>(one.position)] * attraction[k]));
    labels.push_back(one.attended ? 1 : 0);
  }
  const auto ones = std::ranges::count(labels, uint8_t{1});
  if (ones > 0 && ones < static_cast<int64_t>(labels.size()))
    model.calibration = metrics::fit_logistic(raw, labels, 1);
  return model;
}

AcquisitionFigures acquisition_figures(const AcquisitionModel& model, const ImpressionLog& log, size_t from,
                                       size_t to) {
  AcquisitionFigures figures;
  const std::vector<HistoryExample> examples = attraction_examples(log, from, to);
  Share before;
  for (size_t k = 0; k < from; ++k) {
    before.shown += 1;
    before.attended += log.impressions()[k].attended ? 1 : 0;
  }
  const double share = held((before.attended + 0.5) / (before.shown + 1));
  const auto loss = [](double p, bool attended) { return -std::log(attended ? held(p) : 1 - held(p)); };
  metrics::TopPredictions sure;
  for (size_t k = from; k < to; ++k) {
    const Impression& one = log.impressions()[k];
    const double p = model.chance(examples[k - from], one.position);
    const auto place = static_cast<size_t>(one.position);
    figures.log_loss += loss(p, one.attended);
    figures.by_share += loss(share, one.attended);
    figures.by_place_and_item +=
        loss(model.examination.examination[place] * model.examination.attraction[one.item], one.attended);
    figures.attended += one.attended ? 1 : 0;
    figures.predicted += p;
    sure.confidence.push_back(p);
    sure.correct.push_back(one.attended ? 1 : 0);
  }
  figures.impressions = static_cast<int64_t>(to - from);
  const auto count = static_cast<double>(std::max<int64_t>(figures.impressions, 1));
  for (double* one : {&figures.log_loss, &figures.by_share, &figures.by_place_and_item, &figures.attended,
                      &figures.predicted})
    *one /= count;
  figures.calibration_error =
      metrics::expected_calibration_error(metrics::reliability_table(sure, 10, metrics::Binning::equal_mass));
  return figures;
}

}  // namespace heed::economy
