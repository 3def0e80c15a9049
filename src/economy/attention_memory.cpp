#include "economy/attention_memory.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

constexpr size_t kOwn = 12, kOthers = 12;  // reviews that are seen, the latest
constexpr int64_t kEventFeatures = 8, kQueryFeatures = 12;
constexpr double kLeastChance = 1e-6;
constexpr float kLogScale = 1.0F / 3;  // of logarithms of days: near to 1 within a month

float days_log(int64_t before_us, int64_t after_us) {
  const double days =
      static_cast<double>(std::max<int64_t>(0, after_us - before_us)) / static_cast<double>(kDayUs);
  return kLogScale * static_cast<float>(std::log1p(days));
}

// 0 where it is not known; 0 at 7 seconds.
float effort(const Review& review) {
  return review.seconds > 0 ? 0.5F * (std::log1p(review.seconds) - 2) : 0;
}

void add_rating(std::vector<float>& features, Rating rating) {
  for (int k = 1; k <= 4; ++k) features.push_back(static_cast<int>(rating) == k ? 1.0F : 0.0F);
}

// What is known of a person and their cards before each review.
class Past {
 public:
  explicit Past(const ReviewLog& log) : log_(log), by_card_(log.cards().size()) {}

  HistoryExample example(size_t at) const {
    const Review& now = log_.reviews()[at];
    const std::vector<size_t>& own = by_card_[now.card];
    HistoryExample example;
    const size_t first = own.size() > kOwn ? own.size() - kOwn : 0;
    for (size_t k = first; k < own.size(); ++k)
      add_event(example.events, log_.reviews()[own[k]], k > 0 ? &log_.reviews()[own[k - 1]] : nullptr, now);
    size_t others = 0;
    for (size_t k = at; k-- > 0 && others < kOthers;) {
      if (log_.reviews()[k].card == now.card) continue;
      add_event(example.events, log_.reviews()[k], nullptr, now);
      ++others;
    }
    add_query(example, own, now, at);
    return example;
  }

  void add(size_t at) {
    const Review& review = log_.reviews()[at];
    by_card_[review.card].push_back(at);
  }

  const std::vector<size_t>& of_card(uint32_t card) const { return by_card_[card]; }

 private:
  static void add_event(std::vector<float>& features, const Review& event, const Review* before,
                        const Review& now) {
    add_rating(features, event.rating);
    features.push_back(days_log(event.time_us, now.time_us));
    features.push_back(before == nullptr ? 0 : days_log(before->time_us, event.time_us));
    features.push_back(effort(event));
    features.push_back(event.card == now.card ? 1.0F : 0.0F);
  }

  void add_query(HistoryExample& example, const std::vector<size_t>& own, const Review& now,
                 size_t at) const {
    const Review& last = log_.reviews()[own.back()];
    int lapses = 0;
    for (const size_t k : own) lapses += log_.reviews()[k].rating == Rating::again ? 1 : 0;
    const float away = days_log(last.time_us, now.time_us);
    const float before =
        own.size() > 1 ? days_log(log_.reviews()[own[own.size() - 2]].time_us, last.time_us) : 0;
    add_rating(example.query, last.rating);
    for (const float one :
         {away, before, away - before, 0.5F * std::log1p(static_cast<float>(own.size())),
          0.5F * std::log1p(static_cast<float>(lapses)), effort(last), recent(at, 20), recent(at, 100)})
      example.query.push_back(one);
    example.fade = away;
    example.outcome = now.rating != Rating::again ? 1 : 0;
  }

  // Share recalled of the last reviews of any card, less what is usual.
  float recent(size_t at, size_t count) const {
    float recalled = 0, all = 0;
    for (size_t k = at; k-- > 0 && all < static_cast<float>(count); ++all)
      recalled += log_.reviews()[k].rating != Rating::again ? 1 : 0;
    return all > 0 ? recalled / all - 0.8F : 0;
  }

  const ReviewLog& log_;
  std::vector<std::vector<size_t>> by_card_;
};

}  // namespace

RecallExamples recall_examples(const ReviewLog& log, size_t from, size_t to) {
  RecallExamples found;
  Past past(log);
  for (size_t k = 0; k < to; ++k) {
    const Review& review = log.reviews()[k];
    const std::vector<size_t>& own = past.of_card(review.card);
    if (k >= from && !own.empty() && days_between(log.reviews()[own.back()].time_us, review.time_us) >= 1) {
      found.examples.push_back(past.example(k));
      found.reviews.push_back(k);
    }
    past.add(k);
  }
  return found;
}

HistoryModel fit_attention_memory(const ReviewLog& log, size_t to, const AttentionMemoryOptions& options) {
  RecallExamples found = recall_examples(log, 0, to);
  for (size_t k = 0; k < found.examples.size(); ++k) {
    const double place = static_cast<double>(found.reviews[k]) / static_cast<double>(to);
    found.examples[k].weight =
        static_cast<float>(options.oldest + (1 - options.oldest) * place * place * place);
  }
  HistoryFitOptions fit = options.fit;
  fit.event_features = kEventFeatures;
  return fit_history(found.examples, fit);
}

RecallFigures recall_figures(const HistoryModel& model, const ReviewLog& log, size_t from, size_t to) {
  RecallFigures figures;
  for (const HistoryExample& one : recall_examples(log, from, to).examples) {
    const double p = std::clamp(model.probability(one), kLeastChance, 1 - kLeastChance);
    ++figures.reviews;
    figures.log_loss -= std::log(one.outcome > 0 ? p : 1 - p);
    figures.recalled += one.outcome;
    figures.predicted += p;
  }
  const auto count = static_cast<double>(std::max<int64_t>(figures.reviews, 1));
  figures.log_loss /= count;
  figures.recalled /= count;
  figures.predicted /= count;
  return figures;
}

Json to_json(const HistoryModel& model) {
  const HistoryShape& shape = model.members.at(0).shape();
  Json members = Json::array();
  for (const HistoryAttention& one : model.members) members.push_back(one.parameters());
  return {{"model", "attention"},
          {"shape",
           {{"event_features", shape.event_features},
            {"query_features", shape.query_features},
            {"width", shape.width},
            {"hidden", shape.hidden}}},
          {"members", std::move(members)}};
}

HistoryModel history_model(const Json& json, const std::string& where) {
  const Json shape_json = json_field<Json>(json, "shape", where);
  const auto size = [&](const char* field) {
    const auto value = json_field<int64_t>(shape_json, field, where);
    if (value < 1 || value > 4096)
      throw Error(ErrorCode::corrupt_data,
                  fmt::format("{}: field 'shape.{}': expected 1 to 4096, found {}", where, field, value));
    return value;
  };
  const HistoryShape shape{.event_features = size("event_features"),
                           .query_features = size("query_features"),
                           .width = size("width"),
                           .hidden = size("hidden")};
  HistoryModel model;
  const Json members = json_field<Json>(json, "members", where);
  for (size_t m = 0; members.is_array() && m < members.size(); ++m) {
    std::vector<double> parameters;
    for (const Json& one : members[m]) {
      if (!one.is_number())
        throw Error(ErrorCode::corrupt_data, fmt::format("{}: member {}: expected numbers", where, m));
      parameters.push_back(one.get<double>());
    }
    try {
      model.members.emplace_back(shape, std::move(parameters));
    } catch (const Error& error) {
      throw Error(ErrorCode::corrupt_data, fmt::format("{}: member {}: {}", where, m, error.what()));
    }
  }
  if (model.members.empty())
    throw Error(ErrorCode::corrupt_data,
                fmt::format("{}: field 'members': expected models, found none", where));
  return model;
}

}  // namespace heed::economy
