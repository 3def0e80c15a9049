#include "apps/recommend/service.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/count_minutes.h"
#include "apps/recommend/dataset.h"
#include "apps/recommend/decision_log.h"
#include "apps/recommend/model_engine.h"
#include "base/error.h"
#include "base/log.h"
#include "store/event_log.h"
#include "store/event_writer.h"

namespace heed::apps::recommend {
namespace {

constexpr const char* kApp = "recommend";
constexpr const char* kItemKind = "catalogue-item";  // an outcome that holds an item's JSON
constexpr const char* kNoDecision = "none";
constexpr const char* kTask = "slates";
constexpr int64_t kPage = 1000;

// The same event sent twice has one key.
std::string key_of(const Feedback& feedback) {
  uint64_t high = 0xcbf29ce484222325ULL, low = 0x9e3779b97f4a7c15ULL;
  for (const std::string* part : {&feedback.user, &feedback.item, &feedback.kind}) {
    for (const char c : *part) high = (high ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    low = mix64(low ^ high ^ part->size());
  }
  return fmt::format("{:016x}{:016x}", mix64(high ^ static_cast<uint64_t>(feedback.ts_us)),
                     mix64(low + static_cast<uint64_t>(feedback.ts_us)));
}

store::Outcome outcome_of(const Feedback& feedback, const std::string& decision) {
  return {.event_id = key_of(feedback),
          .decision_id = decision.empty() ? kNoDecision : decision,
          .ts_us = feedback.ts_us,
          .kind = feedback.kind,
          .value = feedback.value,
          .text = feedback.item,
          .app = kApp,
          .subject = feedback.user};
}

void log_failure(const store::WriteResult& result) {
  if (result.error) spdlog::error("recommend: an event could not be recorded: {}", result.error->what());
}

}  // namespace

RecommendService::RecommendService(const RecommendSettings& settings, Services& services)
    : settings_(settings), services_(services), workers_(settings.workers, settings.max_waiting) {
  settings_.engine();  // throws where goals are no goals
  std::shared_ptr<const infer::LiveModel> model;
  try {
    model = services_.model(settings_.model, kApp);
  } catch (const Error&) {
    if (!settings_.model.empty()) throw;  // a name in the configuration must mean a model
    return;
  }
  now_ = load(model, nullptr);
  read_data(*now_.engine);
  read_log(*now_.engine);
  now_.engine->catalogue().build_index();
}

RecommendService::Loaded RecommendService::load(const std::shared_ptr<const infer::LiveModel>& model,
                                                const Engine* before) {
  if (model->ranker() == nullptr)
    throw Error(ErrorCode::invalid_argument,
                "model '" + model->name() + "': expected one of sequences, found one that can " +
                    std::string(model->task()) + "; make one with heed recommend train");
  const std::filesystem::path assets = services_.folder_of(*model) / "assets";
  Ranker ranker;
  if (std::filesystem::exists(assets / kRankerFile))
    ranker = Ranker::parse(read_json_file(assets / kRankerFile), (assets / kRankerFile).string());
  auto engine = std::make_shared<Engine>(*model->ranker(), std::move(ranker), settings_.engine(), before);
  if (before != nullptr) engine->take_over(*before);
  std::vector<data::Item> items;
  if (std::filesystem::exists(assets / kItemsFile)) items = data::read_items(assets / kItemsFile);
  for (data::Item& item : items) {
    const bool is_there = before != nullptr && [&] {
      const std::shared_lock lock(engine->catalogue().mutex());
      return engine->catalogue().find(item.id).has_value();
    }();
    if (!is_there) engine->put(std::move(item));
  }
  if (items.empty()) {
    for (const std::string& id : model->ranker()->config().items) engine->put({.id = id});
  }
  return {model, std::move(engine)};
}

void RecommendService::read_data(Engine& engine) const {
  if (settings_.data.empty()) return;
  const Dataset dataset = read_dataset(settings_.data);
  for (const auto* part : {&dataset.split.train, &dataset.split.valid, &dataset.split.test}) {
    for (const data::Interaction& row : *part)
      engine.take(dataset.log.users.name(row.user), dataset.log.items.name(row.item),
                  dataset.log.kinds.name(row.kind), row.ts_us);
  }
}

// The log gives the newest first; histories keep the order of time. An item's latest description counts.
void RecommendService::read_log(Engine& engine) {
  std::vector<store::Outcome> items;
  store::EventQuery query{.app = kApp, .type = store::EventType::outcome, .limit = kPage};
  for (int64_t read = 0; read < settings_.restored_events; read += kPage) {
    const store::EventPage page = services_.events().list(query);
    for (const store::Event& event : page.events) {
      const auto& outcome = std::get<store::Outcome>(event);
      if (outcome.kind == kItemKind)
        items.push_back(outcome);
      else if (!outcome.text.empty() && !outcome.subject.empty())
        engine.take(outcome.subject, outcome.text, outcome.kind, outcome.ts_us);
    }
    if (page.next.empty()) break;
    query.before = page.next;
  }
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    const std::string where = "event log: item of event '" + item->event_id + "'";
    engine.put(data::item_from_json(parse_json(item->text, where), where));
  }
}

std::shared_ptr<Engine> RecommendService::engine() {
  std::shared_ptr<const infer::LiveModel> wanted;
  try {
    wanted = services_.model(settings_.model, kApp);
  } catch (const Error& problem) {
    const std::shared_lock lock(mutex_);
    if (now_.engine) return now_.engine;
    throw Error(ErrorCode::unavailable,
                std::string("recommend: expected a model of sequences, found none: ") + problem.what());
  }
  std::shared_ptr<Engine> engine;
  bool is_old = false;
  {
    const std::shared_lock lock(mutex_);
    engine = now_.engine;
    is_old = now_.model != wanted;
  }
  if (is_old && !replacing_.exchange(true)) services_.in_background([this, wanted] { replace(wanted); });
  if (!engine)
    throw Error(ErrorCode::unavailable, "recommend: the model is being loaded; ask again in a moment");
  return engine;
}

void RecommendService::replace(std::shared_ptr<const infer::LiveModel> model) {
  try {
    std::shared_ptr<Engine> before;
    {
      const std::shared_lock lock(mutex_);
      before = now_.engine;
    }
    Loaded next = load(model, before.get());
    if (!before) {
      read_data(*next.engine);
      read_log(*next.engine);
    }
    next.engine->catalogue().build_index();
    const std::unique_lock lock(mutex_);
    if (before) next.engine->take_over(*before);
    now_ = std::move(next);
  } catch (const std::exception& problem) {
    spdlog::error("recommend: the new version of model '{}' is not taken up: {}", model->name(),
                  problem.what());
  }
  replacing_ = false;
}

int64_t RecommendService::take(const std::vector<Feedback>& feedback) {
  const std::shared_ptr<Engine> current = engine();
  const int64_t now = store::now_us();
  std::vector<store::Event> events;
  int64_t count = 0;
  std::vector<std::string> attended;  // bids
  std::shared_lock lock(mutex_);      // no engine takes another's place meanwhile
  for (const Feedback& sent : feedback) Engine::check(sent.user, sent.item, sent.kind, sent.ts_us);
  for (Feedback own : feedback) {
    if (own.ts_us == data::kNoTime) own.ts_us = now;
    const Taken result = now_.engine->take(own.user, own.item, own.kind, own.ts_us);
    count += result.is_new ? 1 : 0;
    if (result.is_new) events.emplace_back(outcome_of(own, result.decision_id));
    if (result.is_new && !result.decision_id.empty())
      attended.push_back(economy::bid_id(result.decision_id, own.item));
  }
  taken += count;
  lock.unlock();
  if (!events.empty()) services_.event_writer().submit(std::move(events), log_failure);
  count_minutes(services_, kApp, [&](economy::MinuteMarket& market) {
    for (const std::string& bid : attended) market.settle_share(bid, 1, 0, now);
  });
  return count;
}

void RecommendService::put(const std::vector<data::Item>& items) {
  const std::shared_ptr<Engine> current = engine();
  std::vector<store::Event> events;
  for (const data::Item& item : items) {
    const std::string text = to_json(item).dump();
    if (text.size() > store::kMaxTextBytes)
      throw Error(ErrorCode::too_large,
                  fmt::format("item '{}': expected at most {} bytes in all, found {}; shorten its text",
                              item.id, store::kMaxTextBytes, text.size()));
    events.emplace_back(store::Outcome{.event_id = store::new_event_id(),
                                       .decision_id = kNoDecision,
                                       .ts_us = store::now_us(),
                                       .kind = kItemKind,
                                       .text = text,
                                       .app = kApp});
  }
  const std::shared_lock lock(mutex_);
  for (const data::Item& item : items) now_.engine->put(item);
  if (!events.empty()) services_.event_writer().submit(std::move(events), log_failure);
}

data::Item RecommendService::item(const std::string& id) {
  const std::shared_ptr<Engine> current = engine();
  const std::shared_lock lock(current->catalogue().mutex());
  const auto number = current->catalogue().find(id);
  if (!number) throw Error(ErrorCode::not_found, "item '" + id.substr(0, 64) + "': not here");
  return current->catalogue().at(*number).item;
}

void RecommendService::forget(const std::string& user) {
  const std::shared_lock lock(mutex_);
  if (now_.engine) now_.engine->forget(user);
}

void RecommendService::draw_minutes(economy::MinuteMarket& market, const std::string& user,
                                    Recommendation& recommendation) {
  const store::Decision& decision = recommendation.decision;
  // A place bids the slate's mean, so that one that is shown to learn is not priced out.
  double mean = 0.0;
  for (const auto& item : recommendation.items)
    mean += std::max(0.0, item.value) / static_cast<double>(recommendation.items.size());
  std::vector<economy::MinuteBid> bids;
  for (const auto& item : recommendation.items)
    bids.push_back({.id = economy::bid_id(decision.event_id, item.id),
                    .person = user,
                    .task = kTask,
                    .source = item.source,
                    .minutes = settings_.item_minutes,
                    .value = mean,
                    .ts_us = decision.ts_us,
                    .urgent = true});  // the person asks
  const std::vector<economy::MinuteGrant> grants = market.ask(bids);
  const size_t places =
      static_cast<size_t>(std::ranges::find(grants, false, &economy::MinuteGrant::given) - grants.begin());
  for (size_t k = places; k < grants.size(); ++k) {
    if (grants[k].given) market.settle(bids[k].id, 0, 0, decision.ts_us);
  }
  if (places == grants.size()) return;
  recommendation.items.resize(places);
  keep_places(places, recommendation.decision);
}

Recommendation RecommendService::recommend(const RecommendRequest& request) {
  std::shared_ptr<const infer::LiveModel> model;
  const std::shared_ptr<Engine> current = engine();
  {
    const std::shared_lock lock(mutex_);
    model = now_.model;
  }
  Recommendation recommendation = current->recommend(request);
  recommendation.decision.model = model->name();
  recommendation.decision.version = model->version();
  ++recommended;
  if (!request.preview && settings_.item_minutes > 0)
    count_minutes(services_, kApp,
                  [&](economy::MinuteMarket& market) { draw_minutes(market, request.user, recommendation); });
  if (!recommendation.items.empty() && !request.preview) {
    try {
      services_.event_writer().submit({recommendation.decision}, log_failure);
    } catch (const Error& problem) {
      spdlog::error("recommend: a decision is not recorded: {}", problem.what());
    }
  }
  return recommendation;
}

}  // namespace heed::apps::recommend
