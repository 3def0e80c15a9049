#include "apps/economy/application.h"

#include <exception>
#include <utility>

#include "apps/economy/http.h"

namespace heed::apps {
namespace economics {
void answer_in_background(const CallPointer& call, Services& services,
                          std::function<Json(const Call& call, Services& services)> work) {
  services.in_background([call, &services, work = std::move(work)] {
    try {
      call->reply(json_reply(work(*call, services)));
    } catch (...) {
      call->fail(std::current_exception());
    }
  });
}

const Json& rows_of(const Json& body, const char* name) {
  static const Json kNone = Json::array();
  return has(body, name) ? body[name] : kNone;
}

std::string text_of(const Json& object, const char* name) {
  if (!has(object, name)) return "";
  return object[name].is_string() ? object[name].get<std::string>() : object[name].dump();
}

double number_or(const Json& object, const char* name, double fallback) {
  return has(object, name) ? object[name].get<double>() : fallback;
}

std::vector<Route> routes() {
  std::vector<Route> all = measure_routes();
  all.insert(all.begin(), allocate_route());
  return all;
}

}  // namespace economics

namespace {

void add_no_commands(CLI::App& /*program*/) {}  // heed economy is the program's own

}  // namespace

Application economy_application() {
  return {.name = "economy",
          .description = "The attention economy: allocation, retention, evaluation, value network, ledger",
          .add_commands = add_no_commands,
          .routes = economics::routes,
          .mount = nullptr};
}

}  // namespace heed::apps
