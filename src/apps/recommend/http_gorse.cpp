#include "apps/recommend/http.h"
#include "base/error.h"

// The shapes of Gorse's RESTful interface (gorse.io), so that its clients and importers work unchanged.
namespace heed::apps::recommend {
namespace {

using Kind = Field::Kind;

std::vector<Field> feedback_fields() {
  return {{.name = "FeedbackType", .help = "What was done: view, click, share …", .required = true},
          {.name = "UserId", .help = "Who", .required = true},
          {.name = "ItemId", .help = "With what", .required = true},
          {.name = "Timestamp", .kind = Kind::any, .help = "ISO 8601, or a number since 1970; else now"},
          {.name = "Value", .kind = Kind::number, .help = "A rating, seconds; else 1"},
          {.name = "Comment", .help = "Not read"}};
}

std::vector<Field> item_fields() {
  return {{.name = "ItemId", .help = "Its id", .required = true},
          {.name = "IsHidden", .kind = Kind::boolean, .help = "Never recommended"},
          {.name = "Categories", .kind = Kind::texts, .help = "Its tags"},
          {.name = "Timestamp", .kind = Kind::any, .help = "When it appeared"},
          {.name = "Labels",
           .kind = Kind::any,
           .help = "A list of tags, or an object of attributes: author, brand, price …"},
          {.name = "Comment", .help = "Its title and words"}};
}

std::vector<Field> affected_fields() {
  return {{.name = "RowAffected", .kind = Kind::integer, .help = "How many were new", .required = true}};
}

// One object, or a list of them.
std::vector<Json> objects_of(const Json& body) {
  if (body.is_array()) return {body.begin(), body.end()};
  return {body};
}

HttpReply affected(int64_t rows) { return json_reply({{"RowAffected", rows}}); }

Feedback feedback_of(const Json& body) {
  return {.user = text_or(body, "UserId"),
          .item = text_or(body, "ItemId"),
          .kind = text_or(body, "FeedbackType"),
          .ts_us = time_of(body, "Timestamp"),
          .value = has(body, "Value") ? body.at("Value").get<double>() : 1.0};
}

data::Item item_of(const Json& body) {
  data::Item item{.id = text_or(body, "ItemId"), .title = text_or(body, "Comment")};
  item.tags = texts_of(body, "Categories");
  item.ts_us = time_of(body, "Timestamp");
  item.is_hidden = boolean_or(body, "IsHidden", false);
  if (!has(body, "Labels")) return item;
  const Json& labels = body.at("Labels");
  if (labels.is_array()) {
    for (const Json& label : labels)
      item.tags.push_back(label.is_string() ? label.get<std::string>() : label.dump());
  } else if (labels.is_object()) {
    for (const auto& [name, value] : labels.items())
      item.attributes[name] = value.is_string() ? value.get<std::string>() : value.dump();
  } else {
    throw FieldError(
        "Labels", "expected a list of tags or an object of attributes, found " + labels.dump().substr(0, 40));
  }
  return item;
}

Json to_gorse(const data::Item& item) {
  Json json = {{"ItemId", item.id},
               {"IsHidden", item.is_hidden},
               {"Categories", item.tags},
               {"Labels", item.attributes},
               {"Comment", item.words()}};
  if (item.ts_us >= 0) json["Timestamp"] = item.ts_us / 1000;
  return json;
}

HttpReply recommended(RecommendService& service, const Call& call) {
  RecommendRequest request{.user = call.parameter("user"), .slate = service.engine()->options().slate};
  request.freshness = service.engine()->options().freshness;
  request.slate.places = integer_or(call.body, "n", request.slate.places);
  Json ids = Json::array();
  for (const RecommendedItem& item : service.recommend(request).items) ids.push_back(item.id);
  return json_reply(ids);
}

Route feedback_route(const ServicePointer& service, std::string_view method) {
  return {.method = method,
          .path = "/api/feedback",
          .scope = Scope::feedback,
          .summary = "Take in what people did, one or a list (Gorse); the next answer knows it",
          .body = feedback_fields(),
          .reply = affected_fields(),
          .list_body = true,
          .handle = [service](const CallPointer& call, Services&) {
            RecommendService& own = of(service);
            answer_on_worker(call, own, [call, &own] {
              std::vector<Feedback> feedback;
              for (const Json& one : objects_of(call->body)) feedback.push_back(feedback_of(one));
              return affected(own.take(feedback));
            });
          }};
}

Route item_route(const ServicePointer& service, std::string_view path) {
  return {.method = "POST",
          .path = path,
          .scope = Scope::feedback,
          .summary = "Add or replace items, one or a list (Gorse); recommendable at once from their words",
          .body = item_fields(),
          .reply = affected_fields(),
          .list_body = true,
          .handle = [service](const CallPointer& call, Services&) {
            RecommendService& own = of(service);
            answer_on_worker(call, own, [call, &own] {
              std::vector<data::Item> items;
              for (const Json& one : objects_of(call->body)) items.push_back(item_of(one));
              own.put(items);
              return affected(static_cast<int64_t>(items.size()));
            });
          }};
}

}  // namespace

std::vector<Route> gorse_routes(const ServicePointer& service) {
  return {feedback_route(service, "POST"),
          feedback_route(service, "PUT"),
          item_route(service, "/api/item"),
          item_route(service, "/api/items"),
          {.method = "GET",
           .path = "/api/item/{item}",
           .summary = "An item (Gorse)",
           .reply = item_fields(),
           .handle =
               [service](const CallPointer& call, Services&) {
                 call->reply(json_reply(to_gorse(of(service).item(call->parameter("item")))));
               }},
          {.method = "DELETE",
           .path = "/api/item/{item}",
           .scope = Scope::feedback,
           .summary = "Hide an item from recommendations (Gorse)",
           .reply = affected_fields(),
           .handle =
               [service](const CallPointer& call, Services&) {
                 RecommendService& own = of(service);
                 data::Item item = own.item(call->parameter("item"));
                 item.is_hidden = true;
                 own.put({item});
                 call->reply(affected(1));
               }},
          {.method = "GET",
           .path = "/api/recommend/{user}",
           .summary = "Ids of what is recommended to a person, best first (Gorse)",
           .query = {{.name = "n", .kind = Kind::integer, .help = "How many; else 10", .min = 1, .max = 100}},
           .reply_type = "application/json",
           .handle = [service](const CallPointer& call, Services&) {
             RecommendService& own = of(service);
             answer_on_worker(call, own, [call, &own] { return recommended(own, *call); });
           }}};
}

}  // namespace heed::apps::recommend
