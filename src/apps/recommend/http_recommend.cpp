#include <map>
#include <shared_mutex>

#include "apps/recommend/http.h"
#include "apps/recommend/recommendation_json.h"

namespace heed::apps::recommend {
namespace {

using Kind = Field::Kind;

constexpr size_t kMostPoints = 21;  // of a frontier
constexpr int64_t kSomePeople = 50;

std::vector<Field> event_fields() {
  return {{.name = "item", .help = "Its id", .required = true},
          {.name = "kind", .help = "view, click, share …; else view"},
          {.name = "time", .kind = Kind::any, .help = "ISO 8601, or a number since 1970"}};
}

std::vector<Field> request_fields() {
  return {
      {.name = "user", .help = "For whom", .required = true},
      {.name = "n", .kind = Kind::integer, .help = "Places of the slate; else 10", .min = 1, .max = 100},
      {.name = "session",
       .kind = Kind::objects,
       .help = "What they did that the server does not know, in the order of time; not kept",
       .fields = event_fields()},
      {.name = "items", .kind = Kind::texts, .help = "Rank these alone"},
      {.name = "goals", .kind = Kind::object, .help = "What each goal is worth, by name"},
      {.name = "diversity",
       .kind = Kind::number,
       .help = "0: by value alone, 1: by difference alone",
       .min = 0,
       .max = 1},
      {.name = "diversity_method", .help = "How", .choices = {"mmr", "dpp"}},
      {.name = "cap",
       .kind = Kind::integer,
       .help = "Items of one tag or author; 0: any",
       .min = 0,
       .max = 100},
      {.name = "freshness",
       .kind = Kind::number,
       .help = "An item that appears now is worth 1 + this",
       .min = 0,
       .max = 100},
      {.name = "exploration",
       .kind = Kind::number,
       .help = "Chance of each place to show another",
       .min = 0,
       .max = 1},
      {.name = "preview",
       .kind = Kind::boolean,
       .help = "Somebody looks at what would be shown: not logged, and nobody was shown it"},
      {.name = "frontier",
       .kind = Kind::any,
       .help = "A list of diversities: add what the slate would be worth at each, and how different"},
      {.name = "id", .help = "Of the decision; the same id explores alike"},
      {.name = "explain", .kind = Kind::boolean, .help = "Add the past items and words that it came from"}};
}

std::vector<Field> reply_fields() {
  return {
      {.name = "decision_id",
       .help = "For outcomes; empty of a preview and where nothing is recommended",
       .required = true},
      {.name = "has_history",
       .kind = Kind::boolean,
       .help = "Else by popularity and freshness",
       .required = true},
      {.name = "items",
       .kind = Kind::objects,
       .help = "The slate, first place first",
       .required = true,
       .fields = {{.name = "id", .help = "Its id", .required = true},
                  {.name = "title", .help = "Its title", .required = true},
                  {.name = "value", .kind = Kind::number, .help = "Expected worth", .required = true},
                  {.name = "propensity",
                   .kind = Kind::number,
                   .help = "That it stood at this place",
                   .required = true},
                  {.name = "explored", .kind = Kind::boolean, .help = "Shown to learn", .required = true},
                  {.name = "source", .help = "attention, popular, fresh or asked", .required = true},
                  {.name = "features", .kind = Kind::object, .help = "What the ranker saw", .required = true},
                  {.name = "goals", .kind = Kind::object, .help = "Probabilities", .required = true},
                  {.name = "words", .kind = Kind::any, .help = "explain: of the item, what they add"},
                  {.name = "like",
                   .kind = Kind::object,
                   .help = "explain: item, title, likeness (cosine) of the past item most like it"}}},
      {.name = "frontier",
       .kind = Kind::objects,
       .help = "Where it was asked for, in that order",
       .fields = {{.name = "diversity", .kind = Kind::number, .help = "As asked", .required = true},
                  {.name = "value",
                   .kind = Kind::number,
                   .help = "Expected worth of a place, the mean",
                   .required = true},
                  {.name = "difference",
                   .kind = Kind::number,
                   .help = "1 - likeness, the mean over pairs",
                   .required = true}}},
      {.name = "because",
       .kind = Kind::objects,
       .help = "explain: past items and their share of the attention",
       .required = true,
       .fields = {{.name = "item", .help = "Its id", .required = true},
                  {.name = "title", .help = "Its title", .required = true},
                  {.name = "share", .kind = Kind::number, .help = "Of 1", .required = true}}},
      {.name = "model", .help = "Which answered", .required = true},
      {.name = "version", .kind = Kind::integer, .help = "Of that model", .required = true}};
}

std::vector<SessionEvent> session_of(const Json& body) {
  std::vector<SessionEvent> session;
  if (!has(body, "session")) return session;
  for (const Json& event : body.at("session"))
    session.push_back({.item = text_or(event, "item"),
                       .kind = text_or(event, "kind", "view"),
                       .ts_us = time_of(event, "time")});
  return session;
}

// Throws FieldError.
std::vector<double> frontier_of(const Json& body) {
  std::vector<double> diversities;
  if (!has(body, "frontier")) return diversities;
  const Json& list = body.at("frontier");
  if (!list.is_array() || list.size() > kMostPoints)
    throw FieldError("frontier", "expected a list of at most " + std::to_string(kMostPoints) +
                                     " diversities, found " + list.dump().substr(0, 40));
  for (const Json& one : list) {
    if (!one.is_number() || one.get<double>() < 0.0 || one.get<double>() > 1.0)
      throw FieldError("frontier", "expected numbers from 0 to 1, found " + one.dump().substr(0, 40));
    diversities.push_back(one.get<double>());
  }
  return diversities;
}

RecommendRequest request_of(const Json& body, const EngineOptions& options) {
  RecommendRequest request{.user = text_or(body, "user"),
                           .session = session_of(body),
                           .among = texts_of(body, "items"),
                           .slate = options.slate,
                           .goals = {},
                           .freshness = number_or(body, "freshness", options.freshness),
                           .explain = boolean_or(body, "explain", false),
                           .preview = boolean_or(body, "preview", false),
                           .frontier = frontier_of(body),
                           .id = text_or(body, "id")};
  SlateOptions& slate = request.slate;
  slate.places = integer_or(body, "n", slate.places);
  slate.diversity = number_or(body, "diversity", slate.diversity);
  slate.exploration = number_or(body, "exploration", slate.exploration);
  slate.cap = integer_or(body, "cap", slate.cap);
  if (has(body, "diversity_method"))
    slate.method = text_or(body, "diversity_method") == "dpp" ? Diversity::dpp : Diversity::mmr;
  if (!has(body, "goals")) return request;
  for (const auto& [name, worth] : body.at("goals").items()) {
    if (!worth.is_number() || worth.get<double>() < 0.0)
      throw FieldError("goals." + name,
                       "expected a number of at least 0, found " + worth.dump().substr(0, 40));
    request.goals[name] = worth.get<double>();
  }
  return request;
}

Json history_json(RecommendService& service, const std::string& user) {
  Json events = Json::array();
  for (const SessionEvent& event : service.engine()->history(user)) {
    const data::Item item = service.item(event.item);
    events.push_back({{"item", item.id}, {"title", item.title}, {"kind", event.kind}});
    if (event.ts_us >= 0) events.back()["time_us"] = event.ts_us;
  }
  return {{"user", user}, {"events", std::move(events)}};
}

// What slates are made from and by.
Json about_json(RecommendService& service) {
  const std::shared_ptr<Engine> engine = service.engine();
  const EngineOptions& options = engine->options();
  Json goals = Json::array();
  std::map<std::string, double> worths = options.goals;
  for (const std::string& goal : engine->ranker().goals()) worths.emplace(goal, 0.0);
  for (const auto& [goal, worth] : worths)
    goals.push_back({{"goal", goal}, {"worth", worth}, {"fitted", engine->ranker().has(goal)}});
  int64_t items = 0;
  {
    const std::shared_lock lock(engine->catalogue().mutex());
    items = engine->catalogue().size();
  }
  return {{"items", items},
          {"people", engine->histories().people()},
          {"some", engine->histories().some(kSomePeople)},
          {"goals", std::move(goals)},
          {"diversity", options.slate.diversity},
          {"diversity_method", options.slate.method == Diversity::dpp ? "dpp" : "mmr"},
          {"freshness", options.freshness}};
}

std::vector<Field> about_fields() {
  return {{.name = "items", .kind = Kind::integer, .help = "Of the catalogue", .required = true},
          {.name = "people", .kind = Kind::integer, .help = "With a history", .required = true},
          {.name = "some", .kind = Kind::texts, .help = "Ids of some of them", .required = true},
          {.name = "goals",
           .kind = Kind::objects,
           .help = "Of the settings and of the ranker",
           .required = true,
           .fields = {{.name = "goal", .help = "Its name", .required = true},
                      {.name = "worth", .kind = Kind::number, .help = "If none is given", .required = true},
                      {.name = "fitted",
                       .kind = Kind::boolean,
                       .help = "false: no ranker knows it (heed recommend fit), so its worth changes nothing",
                       .required = true}}},
          {.name = "diversity", .kind = Kind::number, .help = "If none is given", .required = true},
          {.name = "diversity_method", .help = "mmr or dpp, likewise", .required = true},
          {.name = "freshness", .kind = Kind::number, .help = "Likewise", .required = true}};
}

}  // namespace

std::vector<Route> recommend_routes(const ServicePointer& service) {
  return {{.method = "POST",
           .path = "/v1/recommend",
           .summary = "What deserves a person's next minute: a slate, and why",
           .body = request_fields(),
           .reply = reply_fields(),
           .handle =
               [service](const CallPointer& call, Services&) {
                 RecommendService& own = of(service);
                 answer_on_worker(call, own, [call, &own] {
                   const RecommendRequest request = request_of(call->body, own.engine()->options());
                   return json_reply(to_json(own.recommend(request), own, request.preview));
                 });
               }},
          {.method = "GET",
           .path = "/v1/recommend",
           .summary = "What slates are made from: items, people, goals and what each is worth",
           .reply = about_fields(),
           .handle =
               [service](const CallPointer& call, Services&) {
                 RecommendService& own = of(service);
                 answer_on_worker(call, own, [&own] { return json_reply(about_json(own)); });
               }},
          {.method = "GET",
           .path = "/v1/recommend/history/{user}",
           .summary = "A person's latest events, as recommendations see them",
           .reply = {{.name = "user", .help = "Whose", .required = true},
                     {.name = "events",
                      .kind = Kind::objects,
                      .help = "In the order of time",
                      .required = true,
                      .fields = {{.name = "item", .help = "Its id", .required = true},
                                 {.name = "title", .help = "Its title", .required = true},
                                 {.name = "kind", .help = "What was done", .required = true},
                                 {.name = "time_us", .kind = Kind::integer, .help = "UTC, microseconds"}}}},
           .handle = [service](const CallPointer& call, Services&) {
             call->reply(json_reply(history_json(of(service), call->parameter("user"))));
           }}};
}

}  // namespace heed::apps::recommend
