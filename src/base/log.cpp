#include "base/log.h"

#include <cstdlib>

#include <spdlog/sinks/stdout_color_sinks.h>

namespace heed {

void start_logging() {
  auto logger = spdlog::stderr_color_mt("heed");
  logger->set_pattern("%^%l%$: %v");
  if (const char* level = std::getenv("HEED_LOG")) logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace heed
