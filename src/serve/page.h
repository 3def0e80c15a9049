#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "apps/route.h"
#include "serve/http_request.h"

namespace heed::serve {

// The files of the web page, read once into memory.
class Page {
 public:
  // `folder` empty: share/heed/web beside the program's folder, or build/web of a checkout; where there is
  // none, a note in its place that says how to build it. Throws not_found where a named folder has no
  // index.html, and too_large above 64 MiB.
  explicit Page(const std::filesystem::path& folder);

  // The file at `path` ("/" is index.html); 404 where there is none.
  apps::HttpReply reply(const std::string& path, const HttpRequest& request) const;
  bool has(const std::string& path) const { return files_.contains(path); }

 private:
  struct File {
    std::string bytes, zipped;  // gzip, where smaller; else empty
    std::string type, tag, caching;
  };
  void read(const std::filesystem::path& folder);

  std::map<std::string, File> files_;
};

}  // namespace heed::serve
