#include "figure.h"

#include <algorithm>

namespace heed::bench {

Spread map(const Spread& spread, const std::function<double(double)>& change) {
  const double low = change(spread.low), high = change(spread.high);
  return {std::min(low, high), change(spread.median), std::max(low, high)};
}

Measured milliseconds(const InTurn& times, const std::string& name, Beside kind) {
  return {"ms", times.own_seconds * 1e3, times.limit_seconds * 1e3, name, kind};
}

Figure speed_up(const SpeedUp& what, const Work& plain, const Work& own) {
  const InTurn times = time_in_turn(plain, own);
  return {what.key, what.text, map(times.ratio, [](double ratio) { return 1 / ratio; }),
          milliseconds(times, what.name, what.kind), times.rounds};
}

}  // namespace heed::bench
