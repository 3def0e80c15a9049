#include <algorithm>
#include <charconv>
#include <filesystem>

#include "model/model_directory.h"
#include "model/version_name.h"

namespace heed {

int64_t parse_version(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == end && !text.empty() && text.front() != '0';
  return whole && number > 0 && text.size() <= 15 ? number : 0;
}

std::vector<int64_t> model_versions(const std::filesystem::path& name) {
  std::vector<int64_t> versions;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(name, problem)) {
    const int64_t version = parse_version(entry.path().filename().string());
    if (version > 0 && entry.is_directory(problem) && !entry.is_symlink(problem)) versions.push_back(version);
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

}  // namespace heed
