#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "infer/translator.h"

namespace heed::infer {
namespace {

constexpr int64_t kMaxBeam = 256;
constexpr int64_t kMaxBatch = 4096;
constexpr int64_t kMaxLength = int64_t{1} << 20;
constexpr double kMaxLengthPenalty = 10.0;

void range(const std::string& option, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return;
  throw Error(ErrorCode::invalid_argument, option + ": expected " + std::to_string(min) + " to " +
                                               std::to_string(max) + ", found " + std::to_string(value));
}

}  // namespace

int64_t default_translation_length(int64_t source, int64_t model_length) {
  return std::min(2 * source + 10, model_length);
}

void check_options(const TranslateOptions& options) {
  range("beam", options.beam, 1, kMaxBeam);
  range("nbest (at most beam)", options.nbest, 1, options.beam);
  range("max_length", options.max_length, 0, kMaxLength);
  range("batch", options.batch, 1, kMaxBatch);
  if (!(options.length_penalty >= 0.0 && options.length_penalty <= kMaxLengthPenalty)) {
    throw Error(ErrorCode::invalid_argument,
                "length_penalty: expected 0 to 10, found " + std::to_string(options.length_penalty));
  }
}

}  // namespace heed::infer
