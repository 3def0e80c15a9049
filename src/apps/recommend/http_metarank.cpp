#include <algorithm>
#include <chrono>

#include "apps/recommend/http.h"

// The shape of Metarank's ranking request (docs.metarank.ai): a list that somebody else chose, put in order.
namespace heed::apps::recommend {
namespace {

using Kind = Field::Kind;

std::vector<Field> request_fields() {
  return {{.name = "id", .help = "Of the request", .required = true},
          {.name = "user", .help = "For whom; else the session"},
          {.name = "session", .help = "Of one sitting"},
          {.name = "timestamp", .kind = Kind::any, .help = "Not read"},
          {.name = "event", .help = "ranking"},
          {.name = "fields", .kind = Kind::any, .help = "Not read"},
          {.name = "items",
           .kind = Kind::objects,
           .help = "What is to be ranked",
           .required = true,
           .fields = {{.name = "id", .help = "Its id", .required = true},
                      {.name = "fields", .kind = Kind::any, .help = "Not read"},
                      {.name = "label", .kind = Kind::any, .help = "Not read"}}},
          {.name = "explain", .help = "true: add features and reasons"}};
}

std::vector<Field> reply_fields() {
  return {
      {.name = "took", .kind = Kind::integer, .help = "Milliseconds", .required = true},
      {.name = "items",
       .kind = Kind::objects,
       .help = "Best first; unknown ones last, with score 0",
       .required = true,
       .fields = {{.name = "item", .help = "Its id", .required = true},
                  {.name = "score", .kind = Kind::number, .help = "Expected worth", .required = true},
                  {.name = "features", .kind = Kind::any, .help = "explain: name and value of each"},
                  {.name = "words", .kind = Kind::any, .help = "explain: of the item, what they add"}}},
      {.name = "because", .kind = Kind::any, .help = "explain: past items and their share of the attention"}};
}

Json item_json(const RecommendedItem& each, bool explain) {
  Json item = {{"item", each.id}, {"score", each.value}};
  if (!explain) return item;
  item["features"] = Json::array();
  for (size_t f = 0; f < kFeatures; ++f)
    item["features"].push_back({{"name", kFeatureNames[f]}, {"value", rounded(each.features[f])}});
  item["words"] = Json::array();
  for (const WordWeight& word : each.words)
    item["words"].push_back({{"word", word.word}, {"weight", rounded(word.weight)}});
  return item;
}

HttpReply ranked(RecommendService& service, const Json& body) {
  const auto began = std::chrono::steady_clock::now();
  RecommendRequest request{.user = text_or(body, "user", text_or(body, "session")),
                           .slate = {.diversity = 0.0, .cap = 0, .exploration = 0.0, .pool = 0},
                           .explain = text_or(body, "explain") == "true",
                           .id = {}};
  if (request.user.empty()) throw FieldError("user", "expected a user or a session, found neither");
  for (const Json& item : body.at("items")) request.among.push_back(text_or(item, "id"));
  request.slate.places = static_cast<int64_t>(request.among.size());
  const Recommendation recommendation = service.recommend(request);
  Json items = Json::array();
  for (const RecommendedItem& each : recommendation.items) items.push_back(item_json(each, request.explain));
  for (const std::string& id : request.among) {
    const auto same = [&](const RecommendedItem& each) { return each.id == id; };
    if (std::ranges::none_of(recommendation.items, same)) items.push_back({{"item", id}, {"score", 0.0}});
  }
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  Json reply = {{"took", took.count()}, {"items", std::move(items)}};
  if (!request.explain) return json_reply(reply);
  reply["because"] = Json::array();
  for (const Because& each : recommendation.because)
    reply["because"].push_back({{"item", each.item}, {"share", rounded(each.share)}});
  return json_reply(reply);
}

}  // namespace

std::vector<Route> metarank_routes(const ServicePointer& service) {
  return {{.method = "POST",
           .path = "/rank/{model}",
           .summary = "Put a given list in order for a person (Metarank); any model name means the server's",
           .body = request_fields(),
           .reply = reply_fields(),
           .handle = [service](const CallPointer& call, Services&) {
             RecommendService& own = of(service);
             answer_on_worker(call, own, [call, &own] { return ranked(own, call->body); });
           }}};
}

}  // namespace heed::apps::recommend
