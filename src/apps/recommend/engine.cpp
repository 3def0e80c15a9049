#include "apps/recommend/engine.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::apps::recommend {
namespace {

constexpr int64_t kDayUs = 86'400'000'000;
constexpr size_t kMaxIdBytes = store::kMaxIdBytes;
constexpr int32_t kMostKinds = 255;
constexpr size_t kBecause = 3, kWords = 4;

void check_id(const std::string& id, const char* what) {
  if (!id.empty() && id.size() <= kMaxIdBytes) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: expected an id of 1 to {} bytes, found {}", what, kMaxIdBytes, id.size()));
}

uint64_t seed_of(const std::string& id) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix64(hash);
}

double days_since(int64_t ts_us, int64_t now_us) {
  return std::max(0.0, static_cast<double>(now_us - ts_us) / static_cast<double>(kDayUs));
}

}  // namespace

// A candidate on its way.
struct Engine::Found {
  int32_t item = 0;
  const char* source = "attention";
  double score = 0.0;  // by attention
  double value = 0.0;
  Features features{};
  std::map<std::string, double> goals{};
  std::vector<float> direction{};  // of its vector
};

// One answer in the making, all with the catalogue's lock held.
struct Engine::Work {
  int64_t now_us = 0;
  std::vector<HistoryEvent> history;
  std::vector<infer::SequenceEvent> events;  // those of known items
  std::vector<size_t> event_places;          // of each, in `history`
  infer::EncodedHistory encoded;             // no query without events
  std::unordered_set<int32_t> seen;
  std::vector<Found> found;
};

Engine::Engine(const infer::SequenceRanker& model, Ranker ranker, EngineOptions options, const Engine* before)
    : model_(model),
      ranker_(std::move(ranker)),
      options_(std::move(options)),
      catalogue_(model, options_.catalogue),
      histories_(before != nullptr ? before->histories_
                                   : std::make_shared<UserHistories>(options_.max_history)),
      recent_(before != nullptr ? before->recent_ : std::make_shared<RecentSlates>()) {
  if (before != nullptr) {
    const std::lock_guard lock(before->kinds_mutex_);
    for (const std::string& kind : before->kinds_.names()) kinds_.add(kind);
  }
  for (const std::string& kind : model.config().kinds) {
    if (kinds_.size() < kMostKinds) kinds_.add(kind);
  }
}

uint8_t Engine::kind_number(const std::string& kind) {
  const std::lock_guard lock(kinds_mutex_);
  if (const auto known = kinds_.find(kind)) return static_cast<uint8_t>(*known);
  return kinds_.size() < kMostKinds ? static_cast<uint8_t>(kinds_.add(kind)) : 0;
}

void Engine::check(const std::string& user, const std::string& item, const std::string& kind, int64_t ts_us) {
  check_id(user, "user");
  check_id(item, "item");
  check_id(kind, "kind");
  if (ts_us > store::now_us() + kDayUs)
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "time: expected one that has been, found {} microseconds since 1970, more than a day from "
            "now; is the clock right?",
            ts_us));
}

Taken Engine::take(const std::string& user, const std::string& item, const std::string& kind, int64_t ts_us) {
  check(user, item, kind, ts_us);
  std::optional<int32_t> number;
  {
    const std::shared_lock lock(catalogue_.mutex());
    number = catalogue_.find(item);
  }
  if (!number) number = catalogue_.put({.id = item, .is_hidden = true});
  Taken taken{.is_new = histories_->add(user, {.item = *number, .kind = kind_number(kind), .ts_us = ts_us}),
              .decision_id = recent_->decision_of(user, *number)};
  if (taken.is_new) catalogue_.count(*number, user);
  return taken;
}

void Engine::take_over(const Engine& before) {
  const std::shared_lock lock(before.catalogue_.mutex());
  for (int32_t i = 0; i < before.catalogue_.size(); ++i) {
    const data::Item& item = before.catalogue_.at(i).item;
    const bool is_here = [&] {
      const std::shared_lock own(catalogue_.mutex());
      return i < catalogue_.size() && catalogue_.at(i).item == item;
    }();
    if (!is_here) catalogue_.put(item);
  }
  catalogue_.take_counts(before.catalogue_);
}

void Engine::forget(const std::string& user) {
  histories_->forget(user);
  recent_->forget(user);
}

std::vector<SessionEvent> Engine::history(const std::string& user) const {
  const std::vector<HistoryEvent> events = histories_->of(user);
  const std::shared_lock lock(catalogue_.mutex());
  const std::lock_guard kinds_lock(kinds_mutex_);
  std::vector<SessionEvent> named;
  for (const HistoryEvent& event : events)
    named.push_back(
        {.item = catalogue_.at(event.item).item.id, .kind = kinds_.name(event.kind), .ts_us = event.ts_us});
  return named;
}

void Engine::read_history(const RecommendRequest& request, Work& work) const {
  work.history = histories_->of(request.user);
  const std::lock_guard lock(kinds_mutex_);
  for (const SessionEvent& event : request.session) {
    const auto item = catalogue_.find(event.item);
    if (!item) continue;  // nothing is known of it
    const auto kind = kinds_.find(event.kind);
    work.history.push_back(
        {.item = *item, .kind = static_cast<uint8_t>(kind.value_or(0)), .ts_us = event.ts_us});
  }
  int64_t before_us = data::kNoTime;
  for (size_t i = 0; i < work.history.size(); ++i) {
    const HistoryEvent& event = work.history[i];
    work.seen.insert(event.item);
    if (!catalogue_.at(event.item).has_vector) continue;
    const bool timed = before_us >= 0 && event.ts_us >= 0;
    work.events.push_back(
        {.item = catalogue_.vector(event.item),
         .kind = model_.kind(kinds_.name(event.kind)),
         .gap_seconds = timed ? static_cast<double>(event.ts_us - before_us) * 1e-6 : -1.0});
    work.event_places.push_back(i);
    before_us = event.ts_us;
  }
}

void Engine::look(const RecommendRequest& request, Work& work) const {
  if (work.events.empty()) return;
  work.encoded = std::move(model_.encode({&work.events, 1}, request.explain)[0]);
}

void Engine::find_candidates(const RecommendRequest& request, Work& work) const {
  std::unordered_set<int32_t> met;
  const auto add = [&](int32_t item, const char* source) {
    const CatalogueItem& entry = catalogue_.at(item);
    if (entry.item.is_hidden && source != std::string_view("asked")) return;
    if (!options_.repeats && request.among.empty() && work.seen.contains(item)) return;
    if (met.insert(item).second) work.found.push_back({.item = item, .source = source});
  };
  if (!request.among.empty()) {
    for (const std::string& id : request.among) {
      if (const auto item = catalogue_.find(id)) add(*item, "asked");
    }
    return;
  }
  // Hidden and seen ones are found and left out: look further where many are.
  int64_t limit = options_.candidates + static_cast<int64_t>(work.seen.size());
  while (!work.encoded.query.empty()) {
    for (const search::Product& each : catalogue_.best(work.encoded.query, limit)) {
      if (static_cast<int64_t>(work.found.size()) < options_.candidates)
        add(static_cast<int32_t>(each.row), "attention");
    }
    if (static_cast<int64_t>(work.found.size()) >= options_.candidates || limit >= catalogue_.size()) break;
    limit *= 4;
  }
  const int64_t lists = work.encoded.query.empty() ? options_.candidates : options_.list_candidates;
  for (const int32_t item : catalogue_.popular(lists + static_cast<int64_t>(work.seen.size()))) {
    if (catalogue_.people(item) > 0.0) add(item, "popular");
  }
  for (const int32_t item : catalogue_.newest(lists)) add(item, "fresh");
}

// Features, what they are worth, and the vectors that tell how alike two are.
void Engine::rank(const RecommendRequest& request, Work& work) const {
  const std::vector<float>& query = work.encoded.query;
  double best = -1e30;
  for (Found& each : work.found) {
    const auto vector = catalogue_.vector(each.item);
    if (!query.empty() && catalogue_.at(each.item).has_vector)
      each.score = std::inner_product(query.begin(), query.end(), vector.begin(), 0.0);
    best = std::max(best, each.score);
    const float square = std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F);
    if (square > 0.0F) each.direction.assign(vector.begin(), vector.end());
    for (float& value : each.direction) value /= std::sqrt(square);
  }
  std::unordered_map<int32_t, double> affinity;  // of a group: share of the history's events
  for (const HistoryEvent& event : work.history) {
    for (const int32_t group : catalogue_.at(event.item).groups)
      affinity[group] += 1.0 / static_cast<double>(work.history.size());
  }
  const auto times_shown = recent_->times_shown(request.user);
  const auto& goals = request.goals.empty() ? options_.goals : request.goals;
  double all = 0.0, people = 0.0;
  for (const Found& each : work.found) {
    all += std::exp(each.score - best);
    people += 1.0 + catalogue_.people(each.item);
  }
  for (Found& each : work.found) {
    const CatalogueItem& entry = catalogue_.at(each.item);
    Features& f = each.features;
    f[kAttention] = each.score;
    f[kMargin] = query.empty() ? 0.0 : each.score - best;
    f[kPopularity] = std::log1p(catalogue_.people(each.item));
    f[kIsNew] = entry.training_row < 0 ? 1.0 : 0.0;
    f[kAge] = entry.item.ts_us < 0 ? 0.0 : std::log1p(days_since(entry.item.ts_us, work.now_us));
    f[kPrice] = std::log1p(entry.price);
    for (const int32_t group : entry.groups) f[kAffinity] = std::max(f[kAffinity], affinity[group]);
    f[kFromLists] = each.source == std::string_view("attention") ? 0.0 : 1.0;
    for (const auto& [goal, worth] : goals) {
      if (!ranker_.has(goal)) continue;
      each.goals[goal] = ranker_.probability(goal, f);
      each.value += worth * each.goals[goal];
    }
    // Nothing learned yet: what the model says comes next; without a history, what most people took.
    if (each.goals.empty())
      each.value =
          query.empty() ? (1.0 + catalogue_.people(each.item)) / people : std::exp(each.score - best) / all;
    if (request.freshness > 0.0 && entry.item.ts_us >= 0)
      each.value *= 1.0 + request.freshness *
                              std::exp2(-days_since(entry.item.ts_us, work.now_us) / options_.half_life_days);
    if (const auto at = times_shown.find(each.item); at != times_shown.end() && request.among.empty())
      each.value *= std::pow(options_.fatigue, static_cast<double>(at->second));
  }
  std::ranges::stable_sort(work.found, [](const Found& a, const Found& b) { return a.value > b.value; });
}

// The past item that is most like each, by the cosine of their vectors.
void Engine::link(const Work& work, Recommendation& recommendation) const {
  const auto length = [](std::span<const float> vector) {
    return std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
  };
  for (RecommendedItem& each : recommendation.items) {
    const auto own = catalogue_.vector(*catalogue_.find(each.id));
    for (const HistoryEvent& event : work.history) {
      const auto past = catalogue_.vector(event.item);
      const double lengths = length(own) * length(past);
      if (lengths <= 0.0) continue;
      const double likeness = std::inner_product(own.begin(), own.end(), past.begin(), 0.0) / lengths;
      if (likeness > (each.like ? each.like->likeness : 0.0))
        each.like = {.item = catalogue_.at(event.item).item.id, .likeness = likeness};
    }
  }
}

void Engine::explain(Work& work, Recommendation& recommendation) const {
  std::map<int32_t, double> shares;
  for (size_t i = 0; i < work.encoded.attention.size(); ++i)
    shares[work.history[work.event_places[i]].item] += work.encoded.attention[i];
  for (const auto& [item, share] : shares)
    recommendation.because.push_back({.item = catalogue_.at(item).item.id, .share = share});
  std::ranges::stable_sort(recommendation.because,
                           [](const Because& a, const Because& b) { return a.share > b.share; });
  if (recommendation.because.size() > kBecause) recommendation.because.resize(kBecause);
  link(work, recommendation);
  if (work.encoded.query.empty()) return;
  for (RecommendedItem& each : recommendation.items) {
    const auto& entry = catalogue_.at(*catalogue_.find(each.id));
    const infer::PieceVotes votes = model_.word_votes(entry.item.words(), work.encoded.query);
    for (const WordWeight& word : strongest_words(votes.pieces, votes.votes, kWords)) {
      if (word.weight > 0.0) each.words.push_back(word);
    }
  }
}

store::Decision Engine::to_decision(const RecommendRequest& request, const Work& work,
                                    const Slate& slate) const {
  store::Decision decision;
  decision.event_id = request.id.empty() ? store::new_event_id() : request.id;
  decision.ts_us = work.now_us;
  decision.app = "recommend";
  decision.subject = request.user;
  if (slate.places.empty()) return decision;
  for (const SlateChance& chance : slate.chances) {
    const bool shown = slate.places[static_cast<size_t>(chance.place)].candidate == chance.candidate;
    const Found& found = work.found[chance.candidate];
    decision.candidates.push_back({.id = catalogue_.at(found.item).item.id,
                                   .score = found.value,
                                   .propensity = chance.propensity,
                                   .position = shown ? chance.place : -1});
  }
  decision.chosen = catalogue_.at(work.found[slate.places[0].candidate].item).item.id;
  Json features = Json::array();
  for (const Placed& placed : slate.places) {
    Json own = Json::array();
    for (const double value : work.found[placed.candidate].features) own.push_back(rounded(value));
    features.push_back(std::move(own));
  }
  decision.reason = Json{{"places", slate.places.size()},
                         {"exploration", request.slate.exploration},
                         {"diversity", request.slate.diversity},
                         {"features", std::move(features)}}
                        .dump();
  return decision;
}

Recommendation Engine::recommend(const RecommendRequest& request) {
  check_id(request.user, "user");
  Work work;
  work.now_us = store::now_us();
  Recommendation recommendation;
  const std::shared_lock lock(catalogue_.mutex());
  read_history(request, work);
  look(request, work);
  find_candidates(request, work);
  rank(request, work);
  std::vector<SlateCandidate> candidates;
  for (const Found& each : work.found)
    candidates.push_back(
        {.value = each.value, .vector = each.direction, .groups = catalogue_.at(each.item).groups});
  RecommendRequest seeded = request;
  if (seeded.id.empty()) seeded.id = store::new_event_id();
  Random random(seed_of(seeded.id));
  const Slate slate = make_slate(candidates, request.slate, random);
  std::vector<int32_t> shown;
  for (size_t p = 0; p < slate.places.size(); ++p) {
    const Placed& placed = slate.places[p];
    Found& found = work.found[placed.candidate];
    shown.push_back(found.item);
    recommendation.items.push_back({.id = catalogue_.at(found.item).item.id,
                                    .position = static_cast<int64_t>(p),
                                    .value = found.value,
                                    .propensity = placed.propensity,
                                    .explored = placed.explored,
                                    .source = found.source,
                                    .features = found.features,
                                    .goals = found.goals});
  }
  recommendation.has_history = !work.events.empty();
  recommendation.decision = to_decision(seeded, work, slate);
  for (const double diversity : request.frontier) {
    SlateOptions other = request.slate;
    other.diversity = diversity;
    recommendation.frontier.push_back(
        {.diversity = diversity, .quality = quality_of(candidates, choose_slate(candidates, other))});
  }
  if (request.explain) explain(work, recommendation);
  if (!shown.empty() && !request.preview) recent_->add(request.user, seeded.id, shown);
  return recommendation;
}

}  // namespace heed::apps::recommend
