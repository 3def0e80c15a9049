#include "apps/economy/application.h"

#include "apps/background.h"
#include "apps/economy/http.h"
#include "apps/economy/market.h"

namespace heed::apps {
namespace economics {
void answer_by(const CallPointer& call, Services& services,
               Json (*work)(const Call& call, Services& services)) {
  answer_in_background(call, services, [call, &services, work] { return json_reply(work(*call, services)); });
}

const Json& rows_of(const Json& body, const char* name) {
  static const Json kNone = Json::array();
  return has(body, name) ? body[name] : kNone;
}

std::string text_of(const Json& object, const char* name) {
  if (!has(object, name)) return "";
  return object[name].is_string() ? object[name].get<std::string>() : object[name].dump();
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
          .mount = economics::mount_market};
}

}  // namespace heed::apps
