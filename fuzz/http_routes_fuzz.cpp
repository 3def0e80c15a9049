// A request from anyone, past the parser: the first line is method and target, the second the key, the
// third the deadline, the rest the body. Every request gets one reply with a request id; one that is
// refused gets the one error object.

#include <cstdlib>
#include <string>
#include <string_view>

#include "apps/translate/application.h"
#include "base/error.h"
#include "serve/router.h"
#include "serve/server.h"

namespace {

namespace apps = heed::apps;
namespace serve = heed::serve;
namespace store = heed::store;
namespace infer = heed::infer;
namespace economy = heed::economy;
using heed::Error;
using heed::ErrorCode;
using heed::Json;

// No model is served: what comes as far as asking for one is refused there.
class NoModels : public apps::Services {
 public:
  std::shared_ptr<const infer::LiveModel> model(const std::string& name, std::string_view) override {
    throw Error(ErrorCode::not_found, "model '" + name.substr(0, 64) + "': not here");
  }
  bool has_model(const std::string&) override { return false; }
  infer::Batcher& batcher() override { std::abort(); }
  std::filesystem::path folder_of(const infer::LiveModel&) override { std::abort(); }
  store::EventLog& events() override { std::abort(); }
  store::EventWriter& event_writer() override { std::abort(); }
  std::string store_url() override { std::abort(); }
  economy::MinuteMarket* minutes() override { return nullptr; }
  void in_background(std::function<void()>) override { std::abort(); }
  std::string hmac_sha256(std::string_view, std::string_view) override { std::abort(); }
  apps::HttpReply post(const apps::HttpPost&) override { std::abort(); }
  apps::HttpReply get(const apps::HttpGet&) override { std::abort(); }
};

// The routes without a server: what reaches one of the server's own parts is answered by nothing here.
std::vector<apps::Route> routes() {
  std::vector<apps::Route> all = serve::all_routes(nullptr, std::vector{apps::translate_application()});
  for (apps::Route& route : all) {
    const bool asks_model = route.path.find("/infer") != std::string_view::npos ||
                            route.path == "/v1/translate" || route.path == "/v1/classify" ||
                            route.path == "/v1/embeddings" || route.path == "/v1/rerank";
    if (!asks_model)
      route.handle = [](const apps::CallPointer& call, apps::Services&) {
        call->reply(apps::json_reply(call->body));
      };
  }
  return all;
}

struct Fuzzed {
  serve::ServerSettings settings;
  NoModels models;
  serve::Traffic traffic;
  serve::AccessLog log{false};
  serve::Page page{""};
  serve::Router router{{.settings = settings,
                        .routes = routes(),
                        .services = models,
                        .traffic = traffic,
                        .log = log,
                        .page = page}};
};

std::string next_line(std::string_view& rest) {
  const size_t end = std::min(rest.find('\n'), rest.size());
  std::string line(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

bool is_error_object(const std::string& body) {
  const Json json = Json::parse(body, nullptr, false);
  return json.is_object() && json.contains("error") && json["error"].contains("message") &&
         json["error"].contains("code") && json["error"].contains("type") && json["error"].contains("param");
}

void check(const apps::HttpReply& reply, const std::string& method) {
  bool has_id = false;
  for (const auto& [name, value] : reply.headers) {
    has_id = has_id || name == "X-Request-Id";
    if (value.find('\n') != std::string::npos || value.find('\r') != std::string::npos) std::abort();
  }
  if (!has_id || reply.status == 500) std::abort();
  if (reply.status >= 400 && method != "HEAD" && !is_error_object(reply.body)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static Fuzzed fuzzed;
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  serve::HttpRequest request;
  const std::string first = next_line(rest);
  const size_t space = first.find(' ');
  request.method = first.substr(0, space);
  request.target = space == std::string::npos ? "" : first.substr(space + 1);
  request.host = "localhost";
  request.authorization = next_line(rest);
  request.deadline_ms = next_line(rest);
  request.request_id = request.authorization;
  request.body = std::string(rest);
  const std::string method = request.method;
  int replies = 0;
  if (const auto refused = fuzzed.router.refuse(request)) check(*refused, method);
  fuzzed.router.handle(std::move(request), [&](const apps::HttpReply& reply) {
    ++replies;
    check(reply, method);
  });
  if (replies != 1) std::abort();
  return 0;
}
