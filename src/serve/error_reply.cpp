#include "serve/error_reply.h"

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "infer/batcher.h"

namespace heed::serve {

const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Internal Server Error";
  }
}

apps::HttpReply error_reply(ErrorCode code, int status, const std::string& message,
                            const std::string& param) {
  const std::string name(error_info(code).name);
  apps::HttpReply reply = apps::json_reply({{"error",
                                             {{"message", message},
                                              {"type", name},
                                              {"param", param.empty() ? Json() : Json(param)},
                                              {"code", name}}}},
                                           status);
  if (status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503) reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

apps::HttpReply error_reply(const std::exception_ptr& error) {
  const auto reply_to = [](const Error& known, const std::string& param = "") {
    return error_reply(known.code(), error_info(known.code()).http_status, known.what(), param);
  };
  try {
    std::rethrow_exception(error);
  } catch (const apps::FieldError& field) {
    return reply_to(field, field.field());
  } catch (const MethodError& method) {
    apps::HttpReply reply = error_reply(method.code(), 405, method.what());
    reply.headers.emplace_back("Allow", method.allowed());
    return reply;
  } catch (const infer::Overloaded& overloaded) {
    apps::HttpReply reply = reply_to(overloaded);
    const double seconds = std::clamp(std::ceil(overloaded.retry_after_seconds()), 1.0, 60.0);
    reply.headers.back().second = std::to_string(static_cast<int>(seconds));
    return reply;
  } catch (const Error& known) {
    return reply_to(known);
  } catch (const std::exception& unknown) {
    spdlog::error("unexpected: {}", unknown.what());
    return error_reply(ErrorCode::internal, 500,
                       "server: expected to answer, found a fault of its own; its log says more");
  }
}

}  // namespace heed::serve
