#pragma once

#include "base/json.h"

namespace heed::bench {

// A day of 60 people with 40 minutes each, whom alerts, slates, a queue and a digest want (each person likes
// each of the four differently; together they want about three times the minutes there are), after a day
// before that sets prices. One market and one ledger, against a market and a quarter of the minutes for each
// task, with the same rules and the same bids.
Json loop_day();

}  // namespace heed::bench
