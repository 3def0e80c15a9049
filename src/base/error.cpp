#include "base/error.h"

#include <array>

namespace heed {
namespace {

constexpr std::array<ErrorInfo, 13> kErrors = {{
    {ErrorCode::invalid_argument, "invalid_argument", 2, 400},
    {ErrorCode::not_found, "not_found", 3, 404},
    {ErrorCode::corrupt_data, "corrupt_data", 4, 422},
    {ErrorCode::io, "io", 5, 500},
    {ErrorCode::unsupported, "unsupported", 6, 501},
    {ErrorCode::unauthenticated, "unauthenticated", 7, 401},
    {ErrorCode::forbidden, "forbidden", 8, 403},
    {ErrorCode::too_large, "too_large", 9, 413},
    {ErrorCode::overloaded, "overloaded", 10, 429},
    {ErrorCode::deadline_exceeded, "deadline_exceeded", 11, 504},
    {ErrorCode::unavailable, "unavailable", 12, 503},
    {ErrorCode::cancelled, "cancelled", 13, 499},
    {ErrorCode::internal, "internal", 70, 500},
}};

}  // namespace

const ErrorInfo& error_info(ErrorCode code) {
  for (const ErrorInfo& info : kErrors) {
    if (info.code == code) return info;
  }
  return kErrors.back();
}

}  // namespace heed
