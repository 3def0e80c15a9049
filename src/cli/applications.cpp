#include "apps/translate/application.h"
#include "cli/commands.h"

namespace heed::cli {

const std::vector<apps::Application>& applications() {
  static const std::vector<apps::Application> kApplications = {apps::translate_application()};
  return kApplications;
}

}  // namespace heed::cli
