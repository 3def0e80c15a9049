#include <utility>

#include "serve/openapi.h"
#include "serve/routes.h"
#include "serve/server.h"

namespace heed::serve {
namespace {

using apps::Field;
using Kind = Field::Kind;

Json status_of(Server& server) {
  const Traffic& traffic = server.traffic();
  const Gauges gauges = server.gauges();
  return {{"version", HEED_VERSION},
          {"uptime_seconds", rounded(traffic.uptime_seconds())},
          {"ready", true},
          {"draining", server.router().draining()},
          {"keys", server.router().has_keys()},
          {"queue", {{"length", gauges.queue_length}, {"capacity", gauges.queue_capacity}}},
          {"workers", server.settings().workers},
          {"connections", gauges.connections},
          {"traffic", traffic.seconds()},
          {"routes", traffic.routes()},
          {"models", traffic.models()},
          {"store", {{"kind", server.events().kind()}, {"pending", gauges.pending_events}}}};
}

std::vector<Field> status_fields() {
  const auto any = [](const char* name, const char* help) {
    return Field{.name = name, .kind = Kind::any, .help = help, .required = true};
  };
  return {any("version", "Of the program"),
          any("uptime_seconds", "Since the start"),
          any("ready", "Whether it can answer"),
          any("draining", "Whether it is stopping"),
          any("keys", "Whether requests need one"),
          any("queue", "length and capacity, in requests"),
          any("workers", "Threads that run models"),
          any("connections", "Open now"),
          any("traffic",
              "The last 300 seconds: ts, requests, errors (5xx), rejected (429, 503), p50_ms, p99_ms, queue; "
              "without what looks at the server: this, health, /metrics, /openapi.json, the page's files"),
          any("routes", "Since the start: route, requests, errors, rejected, p50_ms, p95_ms, p99_ms"),
          any("models", "Since the start: name, version, requests, batch_mean, tokens"),
          any("store", "kind of database, and events pending")};
}

}  // namespace

std::vector<apps::Route> status_routes(Server* server) {
  return {{.method = "GET",
           .path = "/v1/status",
           .summary = "How the server does, for people",
           .reply = status_fields(),
           .is_watch = true,
           .handle = [server](const apps::CallPointer& call,
                              apps::Services&) { call->reply(apps::json_reply(status_of(*server))); }},
          {.method = "GET",
           .path = "/metrics",
           .summary = "How the server does, for Prometheus",
           .reply_type = "text/plain; version=0.0.4",
           .is_watch = true,
           .handle =
               [server](const apps::CallPointer& call, apps::Services&) {
                 call->reply({.status = 200,
                              .body = server->traffic().prometheus(server->gauges()) +
                                      server->applications().metrics(),
                              .content_type = "text/plain; version=0.0.4; charset=utf-8"});
               }},
          {.method = "GET",
           .path = "/openapi.json",
           .summary = "This description",
           .is_watch = true,
           .handle = [server](const apps::CallPointer& call, apps::Services&) {
             call->reply(apps::json_reply(openapi(server->router().routes())));
           }}};
}

}  // namespace heed::serve
