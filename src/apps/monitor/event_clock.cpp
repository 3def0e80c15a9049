#include "apps/monitor/event_clock.h"

#include <algorithm>
#include <cstdlib>

namespace heed::apps::monitor {

EventClock::Verdict EventClock::judge(int64_t ts_us) {
  if (latest_us_ == kNever) {
    latest_us_ = ts_us;
    believed_ = 1;
    return Verdict::on_time;
  }
  const bool is_ahead = ts_us - latest_us_ > options_.max_jump_us;
  const bool is_far_behind = latest_us_ - ts_us > options_.max_jump_us && believed_ < options_.agreeing;
  if (!is_ahead && !is_far_behind) {
    doubtful_ = 0;
    if (ts_us < watermark_us()) return Verdict::late;
    latest_us_ = std::max(latest_us_, ts_us);
    ++believed_;
    return Verdict::on_time;
  }
  const bool agrees = doubtful_ > 0 && std::abs(ts_us - doubtful_us_) <= options_.max_jump_us;
  doubtful_ = agrees ? doubtful_ + 1 : 1;
  doubtful_us_ = agrees ? std::max(doubtful_us_, ts_us) : ts_us;
  if (doubtful_ < options_.agreeing) return is_ahead ? Verdict::ahead : Verdict::late;
  latest_us_ = doubtful_us_;
  believed_ = doubtful_;
  doubtful_ = 0;
  return ts_us < watermark_us() ? Verdict::late : Verdict::on_time;
}

Json EventClock::to_json() const {
  return {{"latest_us", latest_us_},
          {"believed", believed_},
          {"doubtful_us", doubtful_us_},
          {"doubtful", doubtful_}};
}

void EventClock::restore(const Json& json, const std::string& where) {
  latest_us_ = json_field<int64_t>(json, "latest_us", where);
  believed_ = json_field<int64_t>(json, "believed", where);
  doubtful_us_ = json_field<int64_t>(json, "doubtful_us", where);
  doubtful_ = json_field<int64_t>(json, "doubtful", where);
}

}  // namespace heed::apps::monitor
