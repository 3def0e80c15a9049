#pragma once

#include <exception>
#include <string>
#include <utility>

#include "apps/route.h"
#include "base/error.h"

namespace heed::serve {

// The reason phrase of a status: "Not Found".
const char* reason_of(int status);

// A path that is known, by another method; `allowed` is what Allow lists.
class MethodError : public Error {
 public:
  MethodError(const std::string& message, std::string allowed)
      : Error(ErrorCode::invalid_argument, message), allowed_(std::move(allowed)) {}
  const std::string& allowed() const { return allowed_; }

 private:
  std::string allowed_;
};

// The one error object of every endpoint, OpenAI's shape: {"error": {"message", "type", "param", "code"}}.
// `param` is the field at fault, "" for none.
apps::HttpReply error_reply(ErrorCode code, int status, const std::string& message,
                            const std::string& param = "");

// What a call failed by. Where that is no heed::Error, only that it happened is told; the rest is logged.
apps::HttpReply error_reply(const std::exception_ptr& error);

}  // namespace heed::serve
