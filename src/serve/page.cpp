#include "serve/page.h"

#include <algorithm>
#include <array>
#include <utility>

#include <zlib.h>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "serve/error_reply.h"
#include "serve/keys.h"

namespace heed::serve {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxBytes = 64 << 20;
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr const char* kNotBuilt =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Heed</title><h1>Heed is running</h1>"
    "<p>Its page is not built here: run <code>./dev web</code>, then start the server again. The HTTP "
    "interface "
    "is at <a href=\"/openapi.json\">/openapi.json</a>.</p>"
    "<p "
    "lang=\"zh-CN\">"
    "\xe6\x9c\x8d\xe5\x8a\xa1\xe5\xb7\xb2\xe8\xbf\x90\xe8\xa1\x8c\xef\xbc\x8c\xe4\xbd\x86\xe7\xbd\x91\xe9\xa1"
    "\xb5"
    "\xe5\xb0\x9a\xe6\x9c\xaa\xe6\x9e\x84\xe5\xbb\xba\xef\xbc\x9a\xe8\xaf\xb7\xe8\xbf\x90\xe8\xa1\x8c "
    "<code>./dev web</code> "
    "\xe5\x90\x8e\xe9\x87\x8d\xe6\x96\xb0\xe5\x90\xaf\xe5\x8a\xa8\xe3\x80\x82</p></html>";

std::string type_of(const fs::path& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".json", "application/json"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"},
  }};
  const std::string extension = path.extension().string();
  const auto found =
      std::ranges::find(kTypes, extension, &std::pair<std::string_view, std::string_view>::first);
  return found == kTypes.end() ? "application/octet-stream" : std::string(found->second);
}

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return "";
  std::string zipped(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(zipped.data());
  stream.avail_out = static_cast<uInt>(zipped.size());
  const int status = deflate(&stream, Z_FINISH);
  zipped.resize(stream.total_out);
  deflateEnd(&stream);
  return status == Z_STREAM_END && zipped.size() < bytes.size() ? zipped : "";
}

std::string tag_of(const std::string& bytes) {
  const Digest digest = digest_of(bytes);
  std::string tag = "\"";
  for (size_t i = 0; i < 8; ++i)
    tag += "0123456789abcdef"[digest[i] >> 4], tag += "0123456789abcdef"[digest[i] & 15];
  return tag + "\"";
}

fs::path installed_page() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& folder : {program / "../share/heed/web", program / "../../web"}) {
    if (fs::is_regular_file(folder / "index.html", error)) return folder;
  }
  return {};
}

}  // namespace

Page::Page(const fs::path& folder) {
  const fs::path found = folder.empty() ? installed_page() : folder;
  std::error_code error;
  if (!folder.empty() && !fs::is_regular_file(folder / "index.html", error)) {
    throw Error(ErrorCode::not_found, "server.page: expected index.html in " + folder.string() +
                                          ", found none; build the page with ./dev web");
  }
  if (!found.empty()) {
    read(found);
    return;
  }
  files_["/index.html"] = {.bytes = kNotBuilt,
                           .zipped = "",
                           .type = type_of("index.html"),
                           .tag = tag_of(kNotBuilt),
                           .caching = "no-cache"};
}

void Page::read(const fs::path& folder) {
  uint64_t total = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    total += entry.file_size();
    if (total > kMaxBytes) {
      throw Error(ErrorCode::too_large,
                  "server.page: expected at most 64 MiB in " + folder.string() + ", found more");
    }
    const std::string path = "/" + fs::relative(entry.path(), folder).generic_string();
    File file{.bytes = read_file(entry.path(), kMaxBytes),
              .zipped = "",
              .type = type_of(entry.path()),
              .tag = "",
              .caching = ""};
    file.zipped = gzip(file.bytes);
    file.tag = tag_of(file.bytes);
    // The names of built assets carry a hash of their content.
    file.caching = path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    files_[path] = std::move(file);
  }
}

apps::HttpReply Page::reply(const std::string& path, const HttpRequest& request) const {
  const auto found = files_.find(path == "/" ? "/index.html" : path);
  if (found == files_.end()) {
    return error_reply(ErrorCode::not_found, 404,
                       "path: expected one of /openapi.json, found '" + path.substr(0, 128) + "'");
  }
  const File& file = found->second;
  apps::HttpReply reply = {.status = 200, .body = "", .content_type = file.type};
  reply.headers = {{"ETag", file.tag},
                   {"Cache-Control", file.caching},
                   {"Vary", "Accept-Encoding"},
                   {"Content-Security-Policy", kPolicy},
                   {"Referrer-Policy", "no-referrer"}};
  if (request.if_none_match == file.tag) {
    reply.status = 304;
    return reply;
  }
  const bool zipped = !file.zipped.empty() && request.accept_encoding.find("gzip") != std::string::npos;
  if (zipped) reply.headers.emplace_back("Content-Encoding", "gzip");
  reply.body = zipped ? file.zipped : file.bytes;
  return reply;
}

}  // namespace heed::serve
