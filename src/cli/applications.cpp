#include "apps/translate/application.h"
#include "cli/commands.h"

namespace heed::cli {

void add_application_commands(CLI::App& app) {
  for (const apps::Application& application : {apps::translate_application()}) application.add_commands(app);
}

}  // namespace heed::cli
