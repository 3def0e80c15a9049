#include "serve/router.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/nearest.h"
#include "serve/body_width.h"
#include "serve/error_reply.h"
#include "serve/url.h"

namespace heed::serve {
namespace {

using Clock = infer::Job::Clock;

// A request id of the client's own is kept where it can stand in a header and a log as it is.
bool is_plain_id(const std::string& id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
}

std::string bearer(const std::string& authorization) {
  constexpr std::string_view kBegin = "bearer ";
  if (authorization.size() <= kBegin.size()) return "";
  const bool is_bearer = std::equal(kBegin.begin(), kBegin.end(), authorization.begin(), [](char a, char b) {
    return a == std::tolower(static_cast<unsigned char>(b));
  });
  return is_bearer ? authorization.substr(kBegin.size()) : "";
}

Clock::time_point deadline_of(const HttpRequest& request, const ServerSettings& settings) {
  int64_t ms = settings.deadline_ms;
  if (!request.deadline_ms.empty()) {
    const std::string& text = request.deadline_ms;
    int64_t wanted = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), wanted);
    if (read.ptr != text.data() + text.size() || wanted < 1)
      throw apps::FieldError("X-Deadline-Ms",
                             "expected milliseconds, a whole number above 0, found another header");
    ms = std::min(ms, wanted);
  }
  return Clock::now() + std::chrono::milliseconds(ms);
}

}  // namespace

// The reply goes out once, with what every reply carries; then it is counted and logged.
class Router::RoutedCall : public apps::Call,
                           public PendingReply,
                           public std::enable_shared_from_this<RoutedCall> {
 public:
  RoutedCall(Router& router, HttpRequest request, Respond respond)
      : router_(router),
        request_(std::move(request)),
        respond_(std::move(respond)),
        running_(router.running_) {
    ++*running_;
  }
  ~RoutedCall() override { --*running_; }

  void reply(apps::HttpReply reply) override {
    if (replied_.exchange(true)) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    const bool is_page = match_.route == nullptr;
    reply.headers.emplace_back("X-Request-Id", id);
    reply.headers.emplace_back("X-Content-Type-Options", "nosniff");
    if (!is_page) reply.headers.emplace_back("Cache-Control", "no-store");
    router_.parts_.traffic.request_done({.route = match_.label,
                                         .status = reply.status,
                                         .seconds = seconds,
                                         .is_watch = is_page ? match_.is_file : match_.route->is_watch});
    log(reply, seconds);
    std::exchange(respond_, nullptr)(std::move(reply));
  }
  void fail(const std::exception_ptr& error) override { reply(error_reply(error)); }
  void on_cancel(std::function<void()> cancel) override {
    const std::lock_guard lock(mutex_);
    cancel_ = std::move(cancel);
  }
  void answered_by(const infer::LiveModel& model, double queue_seconds) override {
    const std::lock_guard lock(mutex_);
    model_ = fmt::format("{}@{}", model.name(), model.version());
    queue_seconds_ = queue_seconds;
    router_.parts_.traffic.left_queue(model, queue_seconds);
  }

  Clock::time_point deadline() const override { return apps::Call::deadline; }
  void expire() override {
    cancel();
    reply(error_reply(ErrorCode::deadline_exceeded, 504,
                      "request: expected an answer before its deadline, found the server busy"));
  }
  void cancel() override {
    const std::function<void()> cancel = [&] {
      const std::lock_guard lock(mutex_);
      return std::exchange(cancel_, nullptr);
    }();
    if (cancel) cancel();
  }

  const HttpRequest& request() const { return request_; }
  Match& match() { return match_; }

 private:
  void log(const apps::HttpReply& reply, double seconds) {
    AccessLog& log = router_.parts_.log;
    if (!log.enabled()) return;
    const std::lock_guard lock(mutex_);
    const auto now =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    // Written by hand, as JSON's library would take half of a short request's time: nothing here has a quote
    // or a backslash but what users wrote.
    std::string line = fmt::format(
        R"({{"ts":{:.3f},"id":"{}","method":"{}","route":"{}","status":{},"ms":{:.3f},"bytes_in":{},"bytes_out":{},"remote":"{}")",
        now, id, request_.method, match_.label, reply.status, 1e3 * seconds, request_.body.size(),
        reply.body.size(), request_.remote);
    if (!match_.key_name.empty()) line += fmt::format(R"(,"key":{})", Json(match_.key_name).dump());
    if (!model_.empty())
      line += fmt::format(R"(,"model":{},"queue_ms":{:.3f})", Json(model_).dump(), 1e3 * queue_seconds_);
    if (router_.parts_.settings.log_text)
      line += fmt::format(R"(,"body":{})",
                          Json(request_.body).dump(-1, ' ', false, Json::error_handler_t::replace));
    log.write(line + "}");
  }

  Router& router_;
  const HttpRequest request_;
  Match match_;
  Respond respond_;
  const std::shared_ptr<std::atomic<int64_t>> running_;
  const Clock::time_point begin_ = Clock::now();
  std::atomic<bool> replied_{false};
  std::mutex mutex_;  // of what follows
  std::function<void()> cancel_;
  std::string model_;
  double queue_seconds_ = 0.0;
};

Router::Router(Parts parts) : parts_(std::move(parts)) {
  for (const apps::Route& route : parts_.routes) {
    patterns_.push_back(split_path(route.path));
    labels_.push_back(fmt::format("{} {}", route.method, route.path));
  }
  id_begin_ = new_key().substr(5, 8);
  std::ranges::replace(id_begin_, '_', 'x');
}

std::shared_ptr<const KeyRing> Router::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

void Router::use_keys(std::shared_ptr<const KeyRing> keys) {
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
}

bool Router::has_keys() const { return !keys()->empty(); }

// Without keys, a page of another origin must not speak for the person whose browser shows it, nor one by a
// name that was made to lead here: a public name has a dot. A key is nothing that a browser adds by itself.
void Router::check_origin(const HttpRequest& head) const {
  if (has_keys()) return;
  const auto is_ours = [&](const std::string& host) {
    return std::ranges::find(parts_.settings.host_names, host) != parts_.settings.host_names.end();
  };
  const std::string authority = authority_of(head.origin);
  if (!head.origin.empty() && authority != head.host && !is_ours(host_of(authority))) {
    throw Error(ErrorCode::forbidden,
                "Origin: expected this server or one of server.host_names, found another page; use keys, "
                "or ask from a server of your own");
  }
  const std::string host = host_of(head.host);
  if (is_address(host) || host.find('.') == std::string::npos || is_ours(host)) return;
  throw Error(ErrorCode::forbidden,
              "Host: expected localhost, an address or one of server.host_names, found '" +
                  host.substr(0, 64) + "'; name it there, or use keys");
}

void Router::find_route(const HttpRequest& head, Match& match) const {
  const std::string_view target = head.target;
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view method = head.method == "HEAD" ? "GET" : std::string_view(head.method);
  const PathParts parts = split_path(path);
  std::string allowed;
  for (size_t i = 0; i < patterns_.size(); ++i) {
    const apps::Route& route = parts_.routes[i];
    std::map<std::string, std::string> parameters;
    if (!match_path(patterns_[i], parts, parameters)) continue;
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    if (route.method != method) continue;
    match.route = &route;
    match.parameters = std::move(parameters);
    match.label = labels_[i];
    return;
  }
  if (!allowed.empty()) {
    throw MethodError("method: expected " + allowed + " here, found " + head.method.substr(0, 32), allowed);
  }
  match.label = "page";
  const bool known = parts_.page.has(path == "/" ? "/index.html" : std::string(path));
  match.is_file = known && method == "GET";
  if (match.is_file) return;
  if (known) throw MethodError("method: expected GET here, found " + head.method.substr(0, 32), "GET");
  std::vector<std::string> paths;
  for (const apps::Route& route : parts_.routes) paths.emplace_back(route.path);
  const std::string shown(path.substr(0, 128));
  throw Error(ErrorCode::not_found,
              "path: nothing at '" + shown + "'" + did_you_mean(shown, paths) + "; /openapi.json lists all");
}

void Router::check_key(const HttpRequest& head, bool whole, Match& match) {
  const std::shared_ptr<const KeyRing> ring = keys();
  if (match.route == nullptr || match.route->own_key || ring->empty()) return;
  const std::string key = bearer(head.authorization);
  const KeyEntry* const entry = key.empty() ? nullptr : ring->find(key);
  if (entry == nullptr) {
    throw Error(ErrorCode::unauthenticated,
                std::string("Authorization: expected Bearer and a key of this server, found ") +
                    (head.authorization.empty() ? "none" : "another"));
  }
  match.key_name = entry->name;
  if (!entry->may(match.route->scope)) {
    throw Error(ErrorCode::forbidden, "key '" + entry->name + "': expected scope " +
                                          to_string(match.route->scope) + " for " + match.label +
                                          ", found a key without it");
  }
  if (!whole) return;
  const double rate = entry->rate > 0.0 ? entry->rate : parts_.settings.key_rate;
  if (const auto wait = rates_.take(entry->name, rate, Clock::now()))
    throw infer::Overloaded(
        fmt::format("key '{}': expected at most {:g} requests a second, found more", entry->name, rate),
        *wait);
}

void Router::admit(const HttpRequest& head, bool whole, Match& match) {
  if (draining_) throw Error(ErrorCode::unavailable, "server: stopping; ask again in a moment");
  check_origin(head);
  find_route(head, match);
  check_key(head, whole, match);
}

// Adds what a query string says of `known` fields to `fields`, which go before it. Other names stay: the
// check finds them.
void Router::add_query(std::string_view target, const std::vector<apps::Field>& known, Json& fields) {
  const size_t mark = target.find('?');
  const auto pairs = parse_query(mark == std::string_view::npos ? "" : target.substr(mark + 1));
  if (!pairs)
    throw Error(ErrorCode::invalid_argument,
                "query: expected percent signs with two digits, found a broken one");
  for (const auto& [name, value] : *pairs) {
    if (apps::has(fields, name.c_str())) continue;
    fields[name] = value;
    const auto field = std::ranges::find(known, name, &apps::Field::name);
    if (field == known.end() || field->kind != apps::Field::Kind::integer) continue;
    int64_t number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ptr == value.data() + value.size() && !value.empty()) fields[name] = number;
  }
}

// What the handler sees: the body, where the route has one, and the query string, held to the route's fields.
Json Router::read_fields(const HttpRequest& request, const apps::Route& route) const {
  Json fields = route.body.empty() ? Json::object() : read_body(request);
  const std::vector<apps::Field>& known = route.body.empty() ? route.query : route.body;
  if (route.list_body && fields.is_array()) {
    for (const Json& each : fields) apps::check_fields(each, known, route.other_fields);
    return fields;
  }
  if (fields.is_object()) add_query(request.target, known, fields);
  apps::check_fields(fields, known, route.other_fields);
  return fields;
}

Json Router::read_body(const HttpRequest& request) const {
  if (request.body.empty())
    throw Error(ErrorCode::invalid_argument, "body: expected a JSON object, found none");
  check_width(request.body);
  try {
    return parse_json(request.body, "body", static_cast<int>(parts_.settings.json_depth),
                      "send it again as JSON in UTF-8");
  } catch (const Error& problem) {
    if (problem.code() != ErrorCode::corrupt_data) throw;
    throw Error(ErrorCode::invalid_argument, problem.what());
  }
}

std::shared_ptr<Router::RoutedCall> Router::begin_call(HttpRequest request, Respond respond) {
  auto call = std::make_shared<RoutedCall>(*this, std::move(request), std::move(respond));
  const std::string& wanted = call->request().request_id;
  call->id = is_plain_id(wanted) ? wanted : fmt::format("{}-{}", id_begin_, next_id_++);
  return call;
}

std::shared_ptr<PendingReply> Router::handle(HttpRequest request, Respond respond) {
  const std::shared_ptr<RoutedCall> call = begin_call(std::move(request), std::move(respond));
  const HttpRequest& asked = call->request();
  Match& match = call->match();
  try {
    admit(asked, true, match);
    if (match.route == nullptr) {
      call->reply(parts_.page.reply(asked.target.substr(0, asked.target.find('?')), asked));
      return call;
    }
    call->parameters = match.parameters;
    call->apps::Call::deadline = deadline_of(asked, parts_.settings);
    call->body = read_fields(asked, *match.route);
    if (match.route->body.empty()) {
      for (const auto& [name, value] : call->body.items())
        call->parameters.try_emplace(name, value.is_string() ? value.get<std::string>() : value.dump());
    }
    if (match.route->own_key) {
      call->raw_body = asked.body;
      call->headers = {asked.extensions.begin(), asked.extensions.end()};
    }
    match.route->handle(call, parts_.services);
  } catch (...) {
    call->fail(std::current_exception());
  }
  return call;
}

std::optional<apps::HttpReply> Router::refuse(const HttpRequest& head) {
  std::optional<apps::HttpReply> refused;
  Match match;
  try {
    admit(head, false, match);
  } catch (...) {
    const auto call = begin_call(head, [&](apps::HttpReply reply) { refused = std::move(reply); });
    call->match() = std::move(match);
    call->fail(std::current_exception());
  }
  return refused;
}

apps::HttpReply Router::refuse_broken(ErrorCode code, int status, const std::string& message) {
  apps::HttpReply refused;
  begin_call({}, [&](apps::HttpReply reply) {
    refused = std::move(reply);
  })->reply(error_reply(code, status, message));
  return refused;
}

}  // namespace heed::serve
