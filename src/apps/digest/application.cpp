#include "apps/digest/application.h"

#include "apps/digest/commands.h"
#include "apps/digest/http.h"

namespace heed::apps {

Application digest_application() {
  return {.name = "digest",
          .description = "A reader's digest: what deserves the minutes, and why",
          .add_commands = digest::add_digest_command,
          .routes = nullptr,
          .mount = digest::mount_digest};
}

}  // namespace heed::apps
