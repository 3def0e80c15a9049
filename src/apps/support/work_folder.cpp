#include "apps/support/work_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "base/error.h"

namespace heed::apps::support {

WorkFolder::WorkFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "heed-support-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw Error(ErrorCode::io, pattern + ": cannot make the folder: " + std::strerror(errno));
  path_ = pattern;
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace heed::apps::support
