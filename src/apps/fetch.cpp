#include "apps/fetch.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::apps {
namespace {

Fetch lent = nullptr;

}  // namespace

void lend_fetch(Fetch fetch) { lent = fetch; }

std::string fetch(const HttpGet& request) {
  if (lent == nullptr) throw Error(ErrorCode::unavailable, request.url + ": this program asks no addresses");
  HttpReply reply = lent(request);
  if (reply.status == 200) return std::move(reply.body);
  const auto gone = std::ranges::find_if(reply.headers, [](const auto& header) {
    return std::ranges::equal(header.first, std::string_view("location"), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  });
  throw Error(ErrorCode::unavailable,
              fmt::format("{}: expected status 200, found {}{}", request.url, reply.status,
                          gone == reply.headers.end() ? "" : " to " + gone->second + ": give that address"));
}

}  // namespace heed::apps
