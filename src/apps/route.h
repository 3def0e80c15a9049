#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/fields.h"
#include "base/json.h"
#include "infer/batcher.h"

namespace heed::store {
class EventLog;
class EventWriter;
}  // namespace heed::store
namespace heed::economy {
class MinuteMarket;
}  // namespace heed::economy

// What an application and the server say to each other over HTTP: routes as data, calls, and what the server
// lends a call.
namespace heed::apps {

// What a key may do. admin may do everything.
enum class Scope { read, feedback, admin };
const char* to_string(Scope scope);

struct HttpReply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

HttpReply json_reply(const Json& body, int status = 200);

// One request that waits for its reply.
class Call {
 public:
  virtual ~Call() = default;

  // Of the route's path, {model} and the like, percent signs decoded, then of the query string.
  std::map<std::string, std::string> parameters;
  Json body;  // checked by the route's fields; null where the request has none
  // Of routes with own_key alone: the body as it came, and the headers whose names begin with X-, names in
  // lower case, by which such a route may know its caller.
  std::string raw_body;
  std::map<std::string, std::string> headers;
  std::string id;
  infer::Job::Clock::time_point deadline = infer::Job::Clock::time_point::max();

  // Of parameters; "" where there is none.
  std::string parameter(const std::string& name) const;

  // Once, from any thread; later ones are dropped, as are those after the deadline or to a client that left.
  virtual void reply(HttpReply reply) = 0;
  virtual void fail(const std::exception_ptr& error) = 0;
  // Called when nobody waits for the reply any more. At most one.
  virtual void on_cancel(std::function<void()> cancel) = 0;
  // Which model answered, for logs and figures.
  virtual void answered_by(const infer::LiveModel& model, double queue_seconds) = 0;
};
using CallPointer = std::shared_ptr<Call>;

// A request to another server, at an address that the operator configured.
struct HttpPost {
  std::string url;  // http:// or https://
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};  // JSON
  std::chrono::milliseconds timeout{10'000};
};

// The same without a body. A redirect is answered as it is, not followed.
struct HttpGet {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::chrono::milliseconds timeout{10'000};
  size_t max_bytes = 1 << 20;  // of the answer
};

// What the server lends to routes and applications.
class Services {
 public:
  virtual ~Services() = default;

  // The model that `name` means: a name, an alias, NAME@VERSION, or "" where one alone can do `task`
  // ("translate", "classify"; "": any). Throws FieldError of 'model' that names those there are.
  virtual std::shared_ptr<const infer::LiveModel> model(const std::string& name, std::string_view task) = 0;
  virtual bool has_model(const std::string& name) = 0;
  virtual infer::Batcher& batcher() = 0;

  // Where a version of a model lies on the disk: NAME/3.
  virtual std::filesystem::path folder_of(const infer::LiveModel& model) = 0;
  virtual store::EventLog& events() = 0;
  virtual store::EventWriter& event_writer() = 0;
  // Of the event log's database, in which an application may have tables.
  virtual std::string store_url() = 0;
  // Where people's minutes are asked for (economy/minutes.h); null: nobody counts them here.
  virtual economy::MinuteMarket* minutes() = 0;
  // Runs what waits for a disk or a database, away from connections; it must not throw.
  virtual void in_background(std::function<void()> work) = 0;
  // HMAC-SHA-256 (RFC 2104), in lower-case hexadecimal digits.
  virtual std::string hmac_sha256(std::string_view key, std::string_view text) = 0;
  // Sends and waits; for threads of an application's own. Throws unavailable where there is no answer in
  // time.
  virtual HttpReply post(const HttpPost& request) = 0;
  virtual HttpReply get(const HttpGet& request) = 0;
};

struct Route {
  std::string_view method;  // GET, POST, DELETE
  std::string_view path;    // "/v1/models/{model}"
  Scope scope = Scope::read;
  std::string_view summary;       // one sentence
  std::vector<Field> query = {};  // of GET and DELETE: texts and whole numbers
  std::vector<Field> body = {};   // of POST; empty: none is read
  std::vector<Field> reply = {};  // 200, application/json; empty: `reply_type`
  std::string_view reply_type = "application/json";
  // Asked again and again by pages and probes that look at the server: no part of /v1/status's traffic.
  bool is_watch = false;
  bool other_fields = false;  // the body may have fields that are not in `body`, unread and unchecked
  bool list_body = false;     // the body may be a list of such objects; the handler sees it as it is
  bool own_key = false;       // asked without a key of the server's: it knows its callers by what they send
  // Runs on a connection's thread: quick, nothing that waits. May throw, which fails the call.
  std::function<void(const CallPointer& call, Services& services)> handle;
};

// Turns a model's answers into the reply, on a worker's thread. May throw, which fails the call.
using AnswersToReply =
    std::function<HttpReply(const infer::LiveModel& model, const std::vector<infer::Answer>&)>;

// Has `model` answer `texts`, and the call replied to with what `to_reply` makes of it.
void answer_texts(const CallPointer& call, Services& services, std::shared_ptr<const infer::LiveModel> model,
                  std::vector<std::string> texts, infer::AnswerOptions options, AnswersToReply to_reply);

}  // namespace heed::apps
