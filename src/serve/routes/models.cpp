#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "model/model_directory.h"
#include "serve/routes.h"
#include "serve/server.h"

namespace heed::serve {
namespace {

namespace fs = std::filesystem;
using apps::Field;
using Kind = Field::Kind;

constexpr size_t kHistoryPoints = 2000;
constexpr uint64_t kMaxCardBytes = 1 << 20, kMaxHistoryBytes = 64 << 20;

std::vector<Field> model_fields() {
  return {{.name = "id", .help = "Its name", .required = true},
          {.name = "object", .help = "model", .required = true},
          {.name = "version", .kind = Kind::integer, .help = "That its name means", .required = true},
          {.name = "versions", .kind = Kind::any, .help = "On the disk", .required = true},
          {.name = "loaded", .kind = Kind::any, .help = "In memory", .required = true},
          {.name = "aliases", .kind = Kind::any, .help = "Other names", .required = true},
          {.name = "task", .help = "translate or classify", .required = true},
          {.name = "state",
           .help = "ready; failed: the last load was refused, and an older version answers",
           .required = true},
          {.name = "error", .help = "Why"},
          {.name = "architecture", .help = "As in config.json", .required = true},
          {.name = "parameters", .kind = Kind::integer, .help = "Numbers in its weights", .required = true},
          {.name = "weights", .help = "fp32, bf16 or int8", .required = true},
          {.name = "heads",
           .kind = Kind::objects,
           .help = "Of a classifier",
           .required = true,
           .fields = {{.name = "name", .help = "Of the head"},
                      {.name = "labels", .kind = Kind::any, .help = "In order"}}},
          {.name = "loaded_at", .kind = Kind::integer, .help = "Seconds since 1970", .required = true}};
}

std::vector<Field> detail_fields() {
  std::vector<Field> fields = model_fields();
  fields.push_back({.name = "card", .help = "Markdown: what it is, its data and licence, its limits"});
  fields.push_back({.name = "metrics", .kind = Kind::any, .help = "metrics.json"});
  fields.push_back({.name = "config", .kind = Kind::object, .help = "config.json"});
  fields.push_back(
      {.name = "history", .kind = Kind::any, .help = "Lines of run/metrics.jsonl, at most 2000 of them"});
  return fields;
}

Json to_json(const std::string& name, const ServedModel& served, const infer::LiveModel& live,
             const Models& models) {
  Json heads = Json::array(), loaded = Json::array();
  for (const HeadConfig& head : live.config().classification_heads)
    heads.push_back({{"name", head.name}, {"labels", head.labels}});
  for (const auto& [version, model] : served.versions) loaded.push_back(version);
  Json json = {{"id", name},
               {"object", "model"},
               {"version", live.version()},
               {"versions", model_versions(served.folder)},
               {"loaded", std::move(loaded)},
               {"aliases", models.aliases_of(name)},
               {"task", live.task()},
               {"state", served.problem.empty() ? "ready" : "failed"}};
  if (!served.problem.empty()) json["error"] = served.problem;
  json["architecture"] = to_string(live.config().architecture);
  json["parameters"] = live.parameters();
  json["weights"] = live.weights();
  json["heads"] = std::move(heads);
  json["loaded_at"] = served.loaded_at;
  return json;
}

std::string file_or_empty(const fs::path& path, uint64_t max_bytes) {
  std::error_code error;
  return fs::is_regular_file(path, error) ? read_file(path, max_bytes) : "";
}

// Evenly thinned where there are more than kHistoryPoints; the first and the last are kept.
Json history_of(const fs::path& version) {
  std::istringstream lines(file_or_empty(version / "run" / "metrics.jsonl", kMaxHistoryBytes));
  std::vector<Json> points;
  for (std::string line; std::getline(lines, line);) {
    Json point = Json::parse(line, nullptr, false);
    if (point.is_object()) points.push_back(std::move(point));
  }
  if (points.size() <= kHistoryPoints) return points;
  Json thinned = Json::array();
  for (size_t i = 0; i < kHistoryPoints; ++i)
    thinned.push_back(std::move(points[i * (points.size() - 1) / (kHistoryPoints - 1)]));
  return thinned;
}

Json details_of(const std::string& name, const ServedModel& served, const infer::LiveModel& live,
                const Models& models) {
  const fs::path version = served.folder / std::to_string(live.version());
  Json json = to_json(name, served, live, models);
  json["card"] = file_or_empty(version / "card.md", kMaxCardBytes);
  std::error_code error;
  json["metrics"] = fs::exists(version / "metrics.json", error)
                        ? read_json_file(version / "metrics.json", kMaxCardBytes)
                        : Json();
  json["config"] = read_json_file(version / "config.json", kMaxCardBytes);
  json["history"] = history_of(version);
  return json;
}

// Runs `work` in the background and replies with what it gives.
void reply_later(Server* server, const apps::CallPointer& call, std::function<Json()> work) {
  server->in_background([call, work = std::move(work)] {
    try {
      call->reply(apps::json_reply(work()));
    } catch (...) {
      call->fail(std::current_exception());
    }
  });
}

void show(Server* server, const apps::CallPointer& call) {
  const std::string version = call->parameter("version");
  const std::string asked = call->parameter("model") + (version.empty() ? "" : "@" + version);
  const auto live = server->models().find(asked, "");
  reply_later(server, call, [server, live] {
    const auto table = server->models().table();
    const auto served = table->find(live->name());
    if (served == table->end())
      throw Error(ErrorCode::not_found, "model '" + live->name() + "': gone meanwhile");
    return details_of(live->name(), served->second, *live, server->models());
  });
}

Json list(const Models& models) {
  Json data = Json::array();
  const auto table = models.table();
  for (const auto& [name, served] : *table) data.push_back(to_json(name, served, *served.live(), models));
  return {{"object", "list"}, {"data", std::move(data)}};
}

Json load(Server* server, const std::string& name, int64_t version) {
  Models& models = server->models();
  models.load(name, version);
  const auto table = models.table();
  const ServedModel& served = table->at(name);
  spdlog::info("model '{}': version {} answers now", name, served.current);
  return to_json(name, served, *served.live(), models);
}

}  // namespace

std::vector<apps::Route> model_routes(Server* server) {
  const auto show_model = [server](const apps::CallPointer& call, apps::Services&) { show(server, call); };
  return {{.method = "GET",
           .path = "/v1/models",
           .summary = "The models that are served",
           .reply = {{.name = "object", .help = "list", .required = true},
                     {.name = "data",
                      .kind = Kind::objects,
                      .help = "By name",
                      .required = true,
                      .fields = model_fields()}},
           .handle =
               [server](const apps::CallPointer& call, apps::Services&) {
                 reply_later(server, call, [server] { return list(server->models()); });
               }},
          {.method = "GET",
           .path = "/v1/models/{model}",
           .summary = "A model with its card, metrics and training curves",
           .reply = detail_fields(),
           .handle = show_model},
          {.method = "GET",
           .path = "/v1/models/{model}/versions/{version}",
           .summary = "The same of a version that is in memory",
           .reply = detail_fields(),
           .handle = show_model},
          {.method = "POST",
           .path = "/v1/models/{model}/load",
           .scope = apps::Scope::admin,
           .summary = "Let another version answer under the model's name; where it fails its check, the one "
                      "before stays",
           .body = {{.name = "version",
                     .kind = Kind::integer,
                     .help = "Without it, the one that current names",
                     .min = 1,
                     .max = 1e9}},
           .reply = model_fields(),
           .handle =
               [server](const apps::CallPointer& call, apps::Services&) {
                 reply_later(server, call,
                             [server, name = call->parameter("model"),
                              version = apps::integer_or(call->body, "version", 0)] {
                               return load(server, name, version);
                             });
               }},
          {.method = "POST",
           .path = "/v1/reload",
           .scope = apps::Scope::admin,
           .summary = "Read models, keys and the certificate again, as on SIGHUP",
           .reply = {{.name = "failed",
                      .kind = Kind::integer,
                      .help = "As many could not be read; the log says why, and what was before stays",
                      .required = true}},
           .handle = [server](const apps::CallPointer& call, apps::Services&) {
             reply_later(server, call, [server] { return Json{{"failed", server->reload()}}; });
           }}};
}

}  // namespace heed::serve
