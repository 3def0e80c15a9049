#include "heed/client.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <random>
#include <string_view>
#include <utility>

#include "http_connection.h"

namespace heed::client {

using Json = nlohmann::json;

// Where the server is, and the way there.
struct Client::Connection {
  Connection(const std::string& host, const std::string& port, std::string path_prefix)
      : place(host + ":" + port),
        authority(host.find(':') == std::string::npos ? place : "[" + host + "]:" + port),
        prefix(std::move(path_prefix)),
        http(host, port) {}

  std::string place, authority, prefix;
  HttpConnection http;
};

namespace {

// An object of the fields that say something: empty texts and zeros are left to the server.
class Body {
 public:
  Body& add(const char* name, Json value) {
    json_[name] = std::move(value);
    return *this;
  }
  Body& text(const char* name, const std::string& value) { return value.empty() ? *this : add(name, value); }
  Body& number(const char* name, int64_t value) { return value == 0 ? *this : add(name, value); }
  Body& number(const char* name, double value) { return value == 0.0 ? *this : add(name, value); }
  Body& explain(bool wanted) { return wanted ? add("explain", "attention") : *this; }
  const Json& json() const { return json_; }
  std::string dump() const { return json_.dump(); }

 private:
  Json json_ = Json::object();
};

std::string text_or_empty(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || !found->is_string() ? "" : found->get<std::string>();
}

template <class Number>
Number number_or_zero(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || !found->is_number() ? Number{} : found->get<Number>();
}

std::vector<std::string> as_list(std::span<const std::string> texts) { return {texts.begin(), texts.end()}; }

Attention attention_of(const Json& json) {
  return {.source = json.at("source"), .target = json.at("target"), .weights = json.at("weights")};
}

std::vector<Word> words_of(const Json& answer) {
  std::vector<Word> words;
  if (!answer.contains("attention")) return words;
  for (const Json& word : answer.at("attention").at("words")) {
    words.push_back({.text = word.at("text"),
                     .start = word.at("start"),
                     .end = word.at("end"),
                     .weight = word.at("weight")});
    if (word.contains("vote")) words.back().vote = word.at("vote").get<double>();
  }
  return words;
}

Classification classification_of(const Json& answer, const Json& reply) {
  Classification result = {.label = answer.at("label"),
                           .probability = answer.at("probability"),
                           .words = words_of(answer),
                           .model = reply.at("model"),
                           .version = reply.at("version")};
  for (const Json& label : answer.at("labels"))
    result.labels.push_back({.label = label.at("label"), .probability = label.at("probability")});
  if (answer.contains("heads")) {
    for (const auto& [name, head] : answer.at("heads").items())
      result.heads.emplace(name, classification_of(head, reply));
  }
  return result;
}

Json to_json(const Candidate& candidate) {
  return {{"id", candidate.id},
          {"score", candidate.score},
          {"propensity", candidate.propensity},
          {"position", candidate.position}};
}

Json to_json(const Event& event) {
  Body body;
  body.add("type", event.type)
      .add("event_id", event.event_id.empty() ? new_event_id() : event.event_id)
      .number("ts", event.ts)
      .text("tenant", event.tenant)
      .text("app", event.app)
      .text("subject", event.subject);
  if (event.type == "outcome") {
    body.add("decision_id", event.decision_id)
        .add("kind", event.kind)
        .add("value", event.value)
        .text("text", event.text);
  } else {
    Json candidates = Json::array();
    for (const Candidate& candidate : event.candidates) candidates.push_back(to_json(candidate));
    body.add("candidates", std::move(candidates))
        .add("chosen", event.chosen)
        .text("context_hash", event.context_hash)
        .text("model", event.model)
        .number("version", event.version)
        .text("reason", event.reason)
        .number("minutes", event.minutes);
  }
  return body.json();
}

Event event_of(const Json& json) {
  Event event = {.type = json.at("type"),
                 .event_id = json.at("event_id"),
                 .ts = number_or_zero<int64_t>(json, "ts"),
                 .tenant = text_or_empty(json, "tenant"),
                 .app = text_or_empty(json, "app"),
                 .subject = text_or_empty(json, "subject"),
                 .context_hash = text_or_empty(json, "context_hash"),
                 .chosen = text_or_empty(json, "chosen"),
                 .model = text_or_empty(json, "model"),
                 .reason = text_or_empty(json, "reason"),
                 .version = number_or_zero<int64_t>(json, "version"),
                 .minutes = number_or_zero<double>(json, "minutes"),
                 .decision_id = text_or_empty(json, "decision_id"),
                 .kind = text_or_empty(json, "kind"),
                 .text = text_or_empty(json, "text"),
                 .value = number_or_zero<double>(json, "value")};
  if (!json.contains("candidates")) return event;
  for (const Json& candidate : json.at("candidates")) {
    event.candidates.push_back({.id = candidate.at("id"),
                                .score = candidate.at("score"),
                                .propensity = candidate.at("propensity"),
                                .position = candidate.at("position")});
  }
  return event;
}

Written written_of(const Json& reply) {
  return {.accepted = reply.at("accepted"), .duplicates = reply.at("duplicates")};
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view kPlain = "-._~", kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x80 && std::isalnum(byte) != 0) || kPlain.find(c) != std::string_view::npos)
      result += c;
    else
      result.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return result;
}

std::string query_of(const EventQuery& query) {
  std::string text = "?limit=" + std::to_string(query.limit);
  const auto add = [&](const char* name, const std::string& value) {
    text.append("&").append(name).append("=").append(percent_encoded(value));
  };
  if (!query.before.empty()) add("before", query.before);
  if (!query.type.empty()) add("type", query.type);
  if (!query.app.empty()) add("app", query.app);
  if (!query.subject.empty()) add("subject", query.subject);
  if (query.tenant) add("tenant", *query.tenant);
  return text;
}

Error no_answer(const std::string& code, const std::string& message) {
  Error error(message);
  error.code = code;
  return error;
}

// The server's error object; where something else answered, a proxy, what there is of it.
Error error_of(const HttpReply& reply, const std::string& place) {
  const auto header = [&](const char* name) {
    const auto found = reply.headers.find(name);
    return found == reply.headers.end() ? std::string() : found->second;
  };
  const Json json = Json::parse(reply.body, nullptr, false);
  const bool ours = json.is_object() && json.contains("error") && json["error"].is_object();
  Error error(ours ? text_or_empty(json["error"], "message")
                   : place + ": expected JSON of heed serve, found status " + std::to_string(reply.status) +
                         ": " + reply.body.substr(0, 200));
  error.status = reply.status;
  error.code = ours ? text_or_empty(json["error"], "code") : "http_" + std::to_string(reply.status);
  error.param = ours ? text_or_empty(json["error"], "param") : "";
  error.request_id = header("x-request-id");
  const std::string after = header("retry-after");
  int seconds = 0;
  if (std::from_chars(after.data(), after.data() + after.size(), seconds).ec == std::errc())
    error.retry_after = std::chrono::seconds(seconds);
  return error;
}

}  // namespace

std::string new_event_id() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  std::string id;
  while (id.size() < 32) {
    for (auto [bits, i] = std::pair(random(), 0); i < 8; ++i, bits >>= 4) id += kDigits[bits & 15];
  }
  return id;
}

Client::Client(const std::string& url, Options options) : options_(std::move(options)) {
  constexpr std::string_view kScheme = "http://";
  const auto refuse = [&] {
    throw std::invalid_argument("url: expected http://HOST:PORT, found '" + url + "'");
  };
  if (!url.starts_with(kScheme)) refuse();
  const std::string rest = url.substr(kScheme.size());
  const size_t slash = std::min(rest.find('/'), rest.size());
  const std::string authority = rest.substr(0, slash);
  std::string prefix = rest.substr(slash);
  while (prefix.ends_with('/')) prefix.pop_back();
  size_t colon = authority.rfind(':');
  if (colon != std::string::npos && authority.find(']', colon) != std::string::npos)
    colon = std::string::npos;
  std::string host = authority.substr(0, colon);
  const std::string port = colon == std::string::npos ? "80" : authority.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || port.empty() || options_.key.find_first_of("\r\n") != std::string::npos) refuse();
  connection_ = std::make_unique<Connection>(host, port, prefix);
}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Json Client::call(const std::string& method, const std::string& path, const std::string& body) {
  std::string request = method + " " + connection_->prefix + path +
                        " HTTP/1.1\r\nHost: " + connection_->authority + "\r\nAccept: application/json\r\n";
  if (!options_.key.empty()) request += "Authorization: Bearer " + options_.key + "\r\n";
  if (options_.deadline.count() > 0)
    request += "X-Deadline-Ms: " + std::to_string(options_.deadline.count()) + "\r\n";
  if (method == "POST")
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n" + body;

  const auto deadline = HttpConnection::Clock::now() + options_.timeout;
  HttpReply reply;
  try {
    const bool kept = connection_->http.is_open();
    try {
      reply = connection_->http.exchange(request, deadline);
    } catch (const Closed&) {
      if (!kept) throw;
      reply = connection_->http.exchange(request, deadline);
    }
  } catch (const TimedOut&) {
    throw no_answer("deadline_exceeded", connection_->place + ": no answer within " +
                                             std::to_string(options_.timeout.count()) + " ms");
  } catch (const std::runtime_error& problem) {
    throw no_answer("unavailable", connection_->place + ": expected a server that answers, found: " +
                                       problem.what() + "; is heed serve running there?");
  }
  Json json = Json::parse(reply.body, nullptr, false);
  if (reply.status != 200 || json.is_discarded()) throw error_of(reply, connection_->place);
  return json;
}

std::vector<Translation> Client::translate(std::span<const std::string> texts,
                                           const TranslateOptions& options) {
  Body body;
  body.add("q", as_list(texts))
      .text("model", options.model)
      .text("source", options.source)
      .text("target", options.target)
      .number("beam", options.beam)
      .number("alternatives", options.alternatives)
      .explain(options.explain);
  const Json reply = call("POST", "/v1/translate", body.dump());
  std::vector<Translation> results;
  for (const Json& text : reply.at("translatedText")) {
    const size_t i = results.size();
    Translation result = {.text = text, .model = reply.at("model"), .version = reply.at("version")};
    if (reply.contains("alternatives")) reply.at("alternatives").at(i).get_to(result.alternatives);
    if (reply.contains("attention")) result.attention = attention_of(reply.at("attention").at(i));
    results.push_back(std::move(result));
  }
  return results;
}

Translation Client::translate(const std::string& text, const TranslateOptions& options) {
  return translate(std::span(&text, 1), options).at(0);
}

std::vector<Classification> Client::classify(std::span<const std::string> texts,
                                             const ClassifyOptions& options) {
  Body body;
  body.add("text", as_list(texts))
      .text("model", options.model)
      .text("head", options.head)
      .number("top", options.top)
      .explain(options.explain);
  const Json reply = call("POST", "/v1/classify", body.dump());
  std::vector<Classification> results;
  for (const Json& answer : reply.at("results")) results.push_back(classification_of(answer, reply));
  return results;
}

Classification Client::classify(const std::string& text, const ClassifyOptions& options) {
  return classify(std::span(&text, 1), options).at(0);
}

std::vector<std::vector<float>> Client::embed(std::span<const std::string> texts, const std::string& model) {
  const Json reply =
      call("POST", "/v1/embeddings", Body().add("input", as_list(texts)).text("model", model).dump());
  std::vector<std::vector<float>> vectors;
  for (const Json& one : reply.at("data")) vectors.push_back(one.at("embedding"));
  return vectors;
}

std::vector<Ranked> Client::rerank(const std::string& query, std::span<const std::string> documents,
                                   const RerankOptions& options) {
  Body body;
  body.add("query", query)
      .add("documents", as_list(documents))
      .text("model", options.model)
      .number("top_n", options.top_n);
  if (options.return_documents) body.add("return_documents", true);
  const Json reply = call("POST", "/v1/rerank", body.dump());
  std::vector<Ranked> results;
  for (const Json& result : reply.at("results")) {
    results.push_back({.index = result.at("index"), .score = result.at("relevance_score")});
    if (result.contains("document")) results.back().document = result.at("document").at("text");
  }
  return results;
}

Written Client::send_events(std::span<const Event> events) {
  Json list = Json::array();
  for (const Event& event : events) list.push_back(to_json(event));
  return written_of(call("POST", "/v1/events", Body().add("events", std::move(list)).dump()));
}

Written Client::feedback(const Feedback& feedback) {
  Body body;
  body.add("event_id", feedback.event_id.empty() ? new_event_id() : feedback.event_id)
      .add("decision_id", feedback.decision_id)
      .text("correction", feedback.correction)
      .text("comment", feedback.comment)
      .text("tenant", feedback.tenant)
      .text("subject", feedback.subject);
  if (feedback.rating) body.add("rating", *feedback.rating);
  return written_of(call("POST", "/v1/feedback", body.dump()));
}

EventPage Client::events(const EventQuery& query) {
  const Json reply = call("GET", "/v1/events" + query_of(query));
  EventPage page = {.next = text_or_empty(reply, "next")};
  for (const Json& event : reply.at("events")) page.events.push_back(event_of(event));
  return page;
}

std::vector<Model> Client::models() {
  const Json reply = call("GET", "/v1/models");
  std::vector<Model> models;
  for (const Json& model : reply.at("data")) {
    models.push_back({.id = model.at("id"),
                      .task = model.at("task"),
                      .state = model.at("state"),
                      .version = model.at("version"),
                      .versions = model.at("versions"),
                      .aliases = model.at("aliases"),
                      .raw = model});
  }
  return models;
}

Json Client::model(const std::string& name) { return call("GET", "/v1/models/" + percent_encoded(name)); }

Json Client::status() { return call("GET", "/v1/status"); }

}  // namespace heed::client
