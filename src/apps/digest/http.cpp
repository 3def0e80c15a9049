#include "apps/digest/http.h"

#include <charconv>
#include <cmath>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "apps/background.h"
#include "apps/digest/output.h"
#include "apps/digest/service.h"
#include "apps/event_time.h"
#include "base/error.h"

namespace heed::apps::digest {
namespace {

using Kind = Field::Kind;

constexpr double kMostMinutes = 1440;
constexpr size_t kMostItems = 2000;

DigestService& of(const ServicePointer& service) {
  if (*service) return **service;
  throw Error(ErrorCode::unavailable, "digest: the server is starting or stopping; ask again in a moment");
}

std::vector<Field> reply_fields() {
  return {
      {.name = "digest",
       .help = "The decision's id, for feedback; empty where nothing is logged",
       .required = true},
      {.name = "minutes", .kind = Kind::number, .help = "There were", .required = true},
      {.name = "used", .kind = Kind::number, .help = "Of them", .required = true},
      {.name = "value", .kind = Kind::number, .help = "Of what the allocator chose", .required = true},
      {.name = "bound", .kind = Kind::number, .help = "No choice is worth more", .required = true},
      {.name = "minute_price", .kind = Kind::number, .help = "What one more would bring", .required = true},
      {.name = "stories",
       .kind = Kind::any,
       .help = "[{id, title, url, author, ts, language, minutes, sources, summary, reason, subject, account, "
               "why: {en, zh}}]",
       .required = true},
      {.name = "left_out",
       .kind = Kind::any,
       .help = "The 20 nearest to being in, [{id, title, …, account, why}]: what they would have cost",
       .required = true},
      {.name = "offered", .kind = Kind::any, .help = "{stories, items}: there were", .required = true},
      {.name = "notices", .kind = Kind::any, .help = "For the reader, a sentence each", .required = true}};
}

Json with_decision(const MadeDigest& made) {
  Json json = {{"digest", made.decision}};
  json.update(to_json(made.digest));
  return json;
}

// --- GET

double number_of(const Call& call, const char* name, double fallback, double most) {
  const std::string text = call.parameter(name);
  if (text.empty()) return fallback;
  double value = -1;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= most))
    throw FieldError(name,
                     fmt::format("expected a number from 0 to {}, found '{}'", most, text.substr(0, 40)));
  return value;
}

std::vector<std::string> list_of(const std::string& text) {
  std::vector<std::string> all;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    if (end > at) all.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

HttpReply page_of(const Call& call, DigestService& service) {
  DigestRequest request = {.reader = call.parameter("reader"),
                           .topics = list_of(call.parameter("topics")),
                           .preview = call.parameter("preview") == "yes",
                           .options = service.settings().options()};
  request.topics_given = !request.topics.empty();
  request.options.minutes = number_of(call, "minutes", request.options.minutes, kMostMinutes);
  request.options.must = list_of(call.parameter("must"));
  request.options.kept = call.parameter("kept") == "yes";
  const MadeDigest made = service.make(request);
  const bool chinese = call.parameter("language") == "zh";
  const std::string format = call.parameter("format");
  if (format == "html")
    return {.body = to_html(made.digest, chinese), .content_type = "text/html; charset=utf-8"};
  if (format == "feed")
    return {.body = to_json_feed(made.digest, chinese ? "您的摘要" : "Your digest").dump(),
            .content_type = "application/feed+json"};
  return json_reply(with_decision(made));
}

Route get_route(const ServicePointer& service) {
  return {.method = "GET",
          .path = "/v1/digest",
          .summary = "What deserves a reader's minutes, of the feeds that the server polls, and why",
          .query = {{.name = "reader", .help = "For whom; else nobody in particular"},
                    {.name = "minutes", .help = "They have"},
                    {.name = "topics", .help = "Chosen, a comma between them; remembered"},
                    {.name = "must", .help = "Words of which any makes a story be in, a comma between them"},
                    {.name = "kept", .help = "Saved items come again", .choices = {"yes", "no"}},
                    {.name = "preview", .help = "Nothing is remembered or logged", .choices = {"yes", "no"}},
                    {.name = "format",
                     .help = "json; feed: JSON Feed 1.1; html: a page for a mail",
                     .choices = {"json", "feed", "html"}},
                    {.name = "language", .help = "Of that page", .choices = {"en", "zh"}}},
          .reply = reply_fields(),
          .handle = [service](const CallPointer& call, Services& services) {
            answer_in_background(call, services, [call, service] { return page_of(*call, of(service)); });
          }};
}

// --- POST

HttpReply digest_of(const Json& body, DigestService& service) {
  DigestRequest request = {.reader = text_or(body, "reader"),
                           .topics = texts_of(body, "topics"),
                           .topics_given = has(body, "topics"),
                           .preview = boolean_or(body, "preview", false),
                           .options = service.settings().options()};
  const auto number = [&](const char* name, double fallback) {
    return has(body, name) ? body.at(name).get<double>() : fallback;
  };
  DigestOptions& options = request.options;
  options.minutes = number("minutes", options.minutes);
  options.unexpected = number("unexpected", options.unexpected);
  options.half_life_days = number("half_life_days", options.half_life_days);
  options.must = texts_of(body, "must");
  options.kept = boolean_or(body, "kept", false);
  if (has(body, "items")) {
    const Json& items = body.at("items");
    if (items.size() > kMostItems)
      throw FieldError("items", fmt::format("expected at most {}, found {}", kMostItems, items.size()));
    const int64_t now = store::now_us();
    for (size_t k = 0; k < items.size(); ++k)
      request.items.push_back(item_from_json(items[k], fmt::format("items[{}]", k), now));
    tell_apart(request.items);
  }
  return json_reply(with_decision(service.make(request)));
}

Route post_route(const ServicePointer& service) {
  return {
      .method = "POST",
      .path = "/v1/digest",
      .summary = "The same of a body: with items of its own, or another choice of what counts",
      .body =
          {{.name = "reader", .help = "For whom; else nobody in particular"},
           {.name = "minutes", .kind = Kind::number, .help = "They have", .min = 0, .max = kMostMinutes},
           {.name = "topics", .kind = Kind::texts, .help = "Chosen; remembered"},
           {.name = "must", .kind = Kind::texts, .help = "A story with these words is in"},
           {.name = "unexpected",
            .kind = Kind::number,
            .help = "Share of the minutes for what nothing speaks of yet",
            .min = 0,
            .max = 1},
           {.name = "half_life_days", .kind = Kind::number, .help = "Of freshness", .min = 0.01, .max = 3650},
           {.name = "kept", .kind = Kind::boolean, .help = "Saved items come again"},
           {.name = "preview", .kind = Kind::boolean, .help = "Nothing is remembered or logged"},
           {.name = "items",
            .kind = Kind::objects,
            .help = "To choose from, instead of what the feeds have; at most 2000",
            .fields =
                {{.name = "title", .help = "Or a text"},
                 {.name = "text", .help = "Or a title"},
                 {.name = "id", .help = "Else made of the others"},
                 {.name = "source", .help = "Who says it"},
                 {.name = "url", .help = "http or https"},
                 {.name = "author", .help = "Of it"},
                 {.name = "ts", .kind = Kind::any, .help = "ISO 8601, or a number since 1970; else now"}}}},
      .reply = reply_fields(),
      .handle = [service](const CallPointer& call, Services& services) {
        answer_in_background(call, services, [call, service] { return digest_of(call->body, of(service)); });
      }};
}

void take_feedback(const CallPointer& call, DigestService& service) {
  const Json& body = call->body;
  const std::string reader = text_or(body, "reader"), item = text_or(body, "item");
  if (reader.empty() || item.empty())
    throw FieldError(reader.empty() ? "reader" : "item", "expected a name, found an empty text");
  const Item of = {.id = item,
                   .title = text_or(body, "title"),
                   .text = text_or(body, "text"),
                   .url = text_or(body, "url")};
  service.take(reader, event_of(of, deed_of(text_or(body, "kind"), "field 'kind'"), store::now_us()),
               text_or(body, "digest"), [call](const store::WriteResult& result) {
                 if (result.error) {
                   call->fail(std::make_exception_ptr(*result.error));
                 } else {
                   call->reply(json_reply({{"accepted", true}}));
                 }
               });
}

Route feedback_route(const ServicePointer& service) {
  return {.method = "POST",
          .path = "/v1/digest/feedback",
          .scope = Scope::feedback,
          .summary = "What a reader did with a story; the next digest knows",
          .body = {{.name = "reader", .help = "Who", .required = true},
                   {.name = "item", .help = "The story's id", .required = true},
                   {.name = "kind", .help = "What", .required = true, .choices = {"read", "skip", "save"}},
                   {.name = "digest", .help = "In which it stood"},
                   {.name = "title", .help = "Of an item that no feed has"},
                   {.name = "text", .help = "Of such an item"},
                   {.name = "url", .help = "Of such an item"}},
          .reply = {{.name = "accepted", .kind = Kind::boolean, .help = "And in the log", .required = true}},
          .handle = [service](const CallPointer& call, Services& services) {
            run_in_background(call, services, [call, service] { take_feedback(call, of(service)); });
          }};
}

Route feeds_route(const ServicePointer& service) {
  return {.method = "GET",
          .path = "/v1/digest/feeds",
          .summary = "The feeds that the server polls, and what is wrong with them",
          .reply = {{.name = "items", .kind = Kind::integer, .help = "In memory", .required = true},
                    {.name = "feeds",
                     .kind = Kind::any,
                     .help = "[{url, asked, entries, failures, problem}]",
                     .required = true}},
          .handle = [service](const CallPointer& call, Services&) {
            Json feeds = Json::array();
            for (const FeedStatus& one : of(service).feeds())
              feeds.push_back({{"url", one.url},
                               {"asked", one.asked_us > 0 ? Json(format_time(one.asked_us)) : Json()},
                               {"entries", one.entries},
                               {"failures", one.failures},
                               {"problem", one.problem}});
            call->reply(json_reply({{"items", of(service).items()}, {"feeds", std::move(feeds)}}));
          }};
}

class MountedDigest : public MountedApplication {
 public:
  void add_settings(Settings& keys, const std::string& prefix) override {
    digest::add_settings(keys, prefix, settings_);
  }
  std::vector<Route> routes() override {
    return {get_route(service_), post_route(service_), feedback_route(service_), feeds_route(service_)};
  }
  void start(Services& services) override {
    *service_ = std::make_unique<DigestService>(settings_, services);
  }
  void stop() override { service_->reset(); }
  void forget(const std::string& tenant, const std::string& subject) override {
    if (tenant.empty() && *service_) (*service_)->forget(subject);
  }
  std::vector<Metric> metrics() const override {
    if (!*service_) return {};
    const DigestService& service = **service_;
    return {{.name = "digests_total",
             .help = "Digests made",
             .kind = "counter",
             .values = {{"", static_cast<double>(service.made)}}},
            {.name = "feedback_total",
             .help = "Reads, skips and saves taken",
             .kind = "counter",
             .values = {{"", static_cast<double>(service.taken)}}}};
  }

 private:
  DigestSettings settings_;
  ServicePointer service_ = std::make_shared<std::unique_ptr<DigestService>>();
};

}  // namespace

std::unique_ptr<MountedApplication> mount_digest() { return std::make_unique<MountedDigest>(); }

}  // namespace heed::apps::digest
