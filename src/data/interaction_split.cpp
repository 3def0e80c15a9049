#include "data/interaction_split.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::data {
namespace {

// Calls take(begin, end) for each user's events.
template <class Take>
void for_each_user(const std::vector<Interaction>& rows, Take take) {
  for (auto begin = rows.begin(); begin != rows.end();) {
    const auto end =
        std::find_if(begin, rows.end(), [&](const auto& row) { return row.user != begin->user; });
    take(begin, end);
    begin = end;
  }
}

InteractionSplit hold_out_last(const InteractionLog& log, std::ptrdiff_t held, std::ptrdiff_t least) {
  InteractionSplit split;
  for_each_user(log.rows, [&](auto begin, auto end) {
    const auto kept = end - begin < least ? end : end - held;
    split.train.insert(split.train.end(), begin, kept);
    if (kept == end) return;
    split.valid.push_back(*kept);
    split.test.insert(split.test.end(), kept + 1, end);
  });
  return split;
}

}  // namespace

InteractionSplit leave_one_out(const InteractionLog& log) { return hold_out_last(log, 2, 3); }

InteractionSplit leave_last_for_validation(const InteractionLog& log) { return hold_out_last(log, 1, 2); }

InteractionSplit split_by_time(const InteractionLog& log, double test_share) {
  std::vector<int64_t> times;
  times.reserve(log.rows.size());
  for (const Interaction& row : log.rows) {
    if (row.ts_us == kNoTime)
      throw Error(ErrorCode::invalid_argument,
                  "split by time: expected a time of every event, found one of user '" +
                      log.users.name(row.user) + "' without; split by leave-one-out");
    times.push_back(row.ts_us);
  }
  std::ranges::sort(times);
  const auto at = [&](double share) {
    return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
  };
  InteractionSplit split;
  if (!times.empty()) {
    const int64_t valid_from = at(1.0 - 2.0 * test_share), test_from = at(1.0 - test_share);
    for (const Interaction& row : log.rows)
      (row.ts_us < valid_from  ? split.train
       : row.ts_us < test_from ? split.valid
                               : split.test)
          .push_back(row);
  }
  if (split.train.empty() || split.valid.empty() || split.test.empty())
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("split by time: expected events before, in and after the {:g} held out for validation, "
                    "found {}, {} and {}; choose another share, or leave-one-out",
                    test_share, split.train.size(), split.valid.size(), split.test.size()));
  return split;
}

std::string find_leak(const InteractionLog& log, const InteractionSplit& split) {
  const auto users = static_cast<size_t>(log.users.size());
  std::vector<int64_t> first_held(users, std::numeric_limits<int64_t>::max());
  for (const auto* held : {&split.valid, &split.test}) {
    for (const Interaction& row : *held) {
      int64_t& first = first_held[static_cast<size_t>(row.user)];
      if (row.ts_us != kNoTime) first = std::min(first, row.ts_us);
    }
  }
  std::vector<Interaction> held = split.valid;
  held.insert(held.end(), split.test.begin(), split.test.end());
  std::ranges::sort(held, {}, &Interaction::user);
  const auto is_held = [&](const Interaction& row) {
    return std::ranges::any_of(
        std::ranges::equal_range(held, row.user, {}, &Interaction::user),
        [&](const auto& other) { return other.item == row.item && other.ts_us == row.ts_us; });
  };
  int64_t leaks = 0;
  std::string message;
  for (const Interaction& row : split.train) {
    const int64_t first = first_held[static_cast<size_t>(row.user)];
    const bool same = row.ts_us == first && is_held(row);
    if (row.ts_us == kNoTime || (row.ts_us <= first && !same)) continue;
    if (leaks++ == 0)
      message = fmt::format("user '{}': item '{}' is trained on at {} but the first held-out event is at {}",
                            log.users.name(row.user), log.items.name(row.item), row.ts_us, first);
  }
  return leaks == 0 ? "" : fmt::format("{} ({} such events)", message, leaks);
}

}  // namespace heed::data
