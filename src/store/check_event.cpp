#include "store/check_event.h"

#include <cmath>
#include <string>
#include <unordered_set>

#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"

namespace heed::store {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what,
                       ErrorCode code = ErrorCode::invalid_argument) {
  throw Error(code, path + ": " + what);
}

void check_number(double value, const std::string& path) {
  if (!std::isfinite(value)) fail(path, fmt::format("expected a finite number, found {}", value));
}

void check_range(double value, double low, double high, const std::string& path, std::string_view cure) {
  if (value >= low && value <= high) return;
  fail(path, fmt::format("expected a number from {} to {}, found {}; {}", low, high, value, cure));
}

void check_time(int64_t ts_us, const std::string& path) {
  if (ts_us >= kMinTimeUs && ts_us < kMaxTimeUs) return;
  fail(path, fmt::format("expected UTC microseconds since 1970, from the year 2000 to 2099, found {}; "
                         "multiply seconds by 1000000",
                         ts_us));
}

void check_candidates(const Decision& decision, const std::string& where) {
  const std::string path = field_path(where, "candidates");
  const std::vector<Candidate>& candidates = decision.candidates;
  if (candidates.empty()) fail(path, "expected at least the candidate that was chosen, found none");
  if (candidates.size() > kMaxCandidates) {
    fail(path,
         fmt::format("expected at most {}, found {}; send those that could have been shown", kMaxCandidates,
                     candidates.size()),
         ErrorCode::too_large);
  }
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    const std::string one = fmt::format("{}[{}]", path, i);
    check_id(candidate.id, one + ".id");
    check_number(candidate.score, one + ".score");
    check_range(candidate.propensity, 0, 1, one + ".propensity",
                "send the probability of being shown under the policy that decided");
    check_range(static_cast<double>(candidate.position), -1, 1e6, one + ".position",
                "places count from 0, and -1 is not shown");
    if (!seen.insert(candidate.id).second) {
      fail(one + ".id", fmt::format("expected each candidate once, found '{}' again", candidate.id));
    }
  }
  if (!seen.contains(decision.chosen)) {
    fail(field_path(where, "chosen"), fmt::format("expected the id of one of the candidates, found '{}'",
                                                  printable_utf8(decision.chosen, 80)));
  }
}

void check(const Decision& decision, const std::string& where) {
  check_text(decision.context_hash, field_path(where, "context_hash"), kMaxIdBytes);
  check_text(decision.model, field_path(where, "model"), kMaxIdBytes);
  check_text(decision.reason, field_path(where, "reason"), kMaxTextBytes);
  check_id(decision.app, field_path(where, "app"));
  check_range(static_cast<double>(decision.version), 0, 1e9, field_path(where, "version"),
              "send the number of the model's version, or 0");
  check_range(decision.minutes, 0, 1e6, field_path(where, "minutes"), "send minutes of attention");
  check_candidates(decision, where);
}

void check(const Outcome& outcome, const std::string& where) {
  check_id(outcome.decision_id, field_path(where, "decision_id"));
  check_id(outcome.kind, field_path(where, "kind"));
  check_number(outcome.value, field_path(where, "value"));
  check_text(outcome.text, field_path(where, "text"), kMaxTextBytes);
  check_text(outcome.app, field_path(where, "app"), kMaxIdBytes);
}

}  // namespace

void check_text(std::string_view text, const std::string& path, size_t max_bytes) {
  if (text.size() > max_bytes) {
    fail(path, fmt::format("expected at most {} bytes, found {}; shorten it", max_bytes, text.size()),
         ErrorCode::too_large);
  }
  if (const size_t at = text.find('\0'); at != text.npos) {
    fail(path, fmt::format("expected text, found a NUL at byte {}; remove it", at));
  }
  if (const size_t at = find_invalid_utf8(text); at != text.npos) {
    fail(path, fmt::format("expected UTF-8, found byte 0x{:02x} at byte {}; convert the text",
                           static_cast<unsigned char>(text[at]), at));
  }
}

std::string field_path(const std::string& where, std::string_view name) {
  return where.empty() ? std::string(name) : fmt::format("{}.{}", where, name);
}

void check_id(std::string_view text, const std::string& where) {
  if (text.empty()) fail(where, "expected a text, found an empty one");
  check_text(text, where, kMaxIdBytes);
}

void check_event(const Event& event, const std::string& where) {
  std::visit(
      [&](const auto& one) {
        check_id(one.event_id, field_path(where, "event_id"));
        check_time(one.ts_us, field_path(where, "ts"));
        check_text(one.tenant, field_path(where, "tenant"), kMaxIdBytes);
        check_text(one.subject, field_path(where, "subject"), kMaxIdBytes);
        check(one, where);
      },
      event);
}

}  // namespace heed::store
