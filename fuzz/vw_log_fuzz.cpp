// A Vowpal Wabbit log or policy from anyone: what is read has propensities that can be divided by and chances
// that sum to 1, and can be judged.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "economy/policy_log.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::economy;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  std::vector<LoggedDecision> log;
  try {
    log = read_vw_log(text, "log.vw");
    for (const LoggedDecision& one : log) {
      if (!(one.propensity > 0 && one.propensity <= 1) || !std::isfinite(one.reward)) std::abort();
    }
    const PolicyLog judged =
        judge(log, std::vector<std::vector<ActionChance>>(log.size(), {{.action = 0, .chance = 1}}));
    if (judged.rewards.size() != log.size()) std::abort();
  } catch (const heed::Error&) {
  }
  try {
    for (const auto& chances : read_vw_policy(text, "policy.txt")) {
      double sum = 0;
      for (const ActionChance& one : chances) sum += one.chance;
      if (!(std::abs(sum - 1) <= 1e-3)) std::abort();
    }
  } catch (const heed::Error&) {
  }
  return 0;
}
