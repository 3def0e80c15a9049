#include "store/stream.h"

#include <unistd.h>

#include "base/error.h"
#include "store/database.h"
#include "store/followed_file.h"
#include "store/line_stream.h"
#include "store/redis_stream.h"
#include "store/url.h"

namespace heed::store {
namespace {

FollowedFile parse_file_url(const std::string& url) {
  const std::string rest = url.substr(std::string_view("file:").size());
  const size_t question = rest.find('?');
  FollowedFile file{.path = rest.substr(0, question), .position = {}};
  if (file.path.empty())
    throw Error(ErrorCode::invalid_argument, url + ": expected file:PATH, found no path");
  if (question == rest.npos) return file;
  for (const auto& [name, value] : parse_parameters(rest.substr(question + 1), url)) {
    if (name != "position") {
      throw Error(ErrorCode::invalid_argument, url + ": expected position=FILE, found '" + name + "'");
    }
    file.position = value;
  }
  return file;
}

}  // namespace

std::unique_ptr<Stream> open_stream(const std::string& url, const StreamLimits& limits) {
  if (url == "-") return stream_lines(STDIN_FILENO, "standard input", limits);
  if (url.starts_with("file:")) return follow_file(parse_file_url(url), limits);
  if (url.starts_with("redis:") || url.starts_with("redis+unix:")) {
    return open_redis_stream(parse_redis_url(url), limits);
  }
  throw Error(ErrorCode::invalid_argument,
              "stream: expected -, file:PATH, redis://… or redis+unix://…, found '" + shown_url(url) + "'");
}

}  // namespace heed::store
