#include "economy/gate.h"

#include <vector>

#include <fmt/format.h>

#include "base/json.h"

namespace heed::economy {

Verdict judge_differences(std::span<const double> differences, double effective, const std::string& what,
                          const GateOptions& options) {
  const metrics::MeanInterval difference = metrics::mean_interval(differences, options.confidence);
  Verdict verdict = {.difference = difference.mean, .interval = difference.interval, .why = {}};
  if (effective < options.least_effective) {
    verdict.why =
        fmt::format("the log is worth {:.0f} {} of the candidate, {:.0f} are needed: explore more, or longer",
                    effective, what, options.least_effective);
  } else if (verdict.interval.lower <= 0.0) {
    verdict.why = verdict.interval.upper < 0.0 ? "the candidate is worse" : "the difference may be chance";
  } else {
    verdict.promote = true;
    verdict.why = "the whole interval of the difference is above 0";
  }
  return verdict;
}

void keep_verdict(store::EventLog& log, const std::string& app, const std::string& candidate, bool promote,
                  const std::string& why, const std::string& table) {
  const std::string chosen = promote ? "promote" : "refuse";
  const store::Event event = store::Decision{
      .event_id = store::new_event_id(),
      .ts_us = store::now_us(),
      .app = "gate",
      .candidates = {{.id = "promote", .position = promote ? 0 : -1},
                     {.id = "refuse", .position = promote ? -1 : 0}},
      .chosen = chosen,
      .reason = Json{{"app", app}, {"candidate", candidate}, {"why", why}, {"table", table}}.dump()};
  log.append(std::span(&event, 1));
}

}  // namespace heed::economy
