#include "data/interactions.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include <fmt/format.h>

#include "base/files.h"

namespace heed::data {
namespace {

constexpr int64_t kDayUs = 86'400'000'000;

// Places of the rows, user by user, each in the order given.
std::vector<size_t> by_user(const InteractionLog& log) {
  std::vector<size_t> begins(static_cast<size_t>(log.users.size()) + 1, 0);
  for (const Interaction& row : log.rows) ++begins[static_cast<size_t>(row.user) + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<size_t> order(log.rows.size());
  for (size_t i = 0; i < log.rows.size(); ++i) order[begins[static_cast<size_t>(log.rows[i].user)]++] = i;
  return order;
}

}  // namespace

CleanCounts clean_interactions(InteractionLog& log, int64_t now_us) {
  CleanCounts counts;
  std::vector<Interaction> sorted;
  sorted.reserve(log.rows.size());
  for (const size_t place : by_user(log)) sorted.push_back(log.rows[place]);
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end =
        std::find_if(begin, sorted.end(), [&](const auto& row) { return row.user != begin->user; });
    std::stable_sort(begin, end, [](const auto& a, const auto& b) { return a.ts_us < b.ts_us; });
    begin = end;
  }
  log.rows.clear();
  size_t same_time = 0;  // where the events of this user and time begin in log.rows
  for (const Interaction& row : sorted) {
    if (row.ts_us > now_us + kDayUs) {
      ++counts.future;
      continue;
    }
    if (log.rows.empty() || log.rows.back().user != row.user || log.rows.back().ts_us != row.ts_us)
      same_time = log.rows.size();
    const auto same = [&](const Interaction& other) {
      return other.item == row.item && other.kind == row.kind;
    };
    const bool twice =
        row.ts_us != kNoTime &&
        std::any_of(log.rows.begin() + static_cast<std::ptrdiff_t>(same_time), log.rows.end(), same);
    counts.duplicates += twice ? 1 : 0;
    if (!twice) log.rows.push_back(row);
  }
  counts.kept = static_cast<int64_t>(log.rows.size());
  return counts;
}

void write_interactions(const std::filesystem::path& path, const InteractionLog& log,
                        const std::vector<Interaction>& rows) {
  constexpr size_t kBlock = 1 << 20;
  AtomicFile file(path);
  std::string block = "user\titem\tkind\ttime_us\tvalue\n";
  for (const Interaction& row : rows) {
    block += log.users.name(row.user);
    block += '\t';
    block += log.items.name(row.item);
    block += '\t';
    block += log.kinds.name(row.kind);
    block += '\t';
    char number[32];
    if (row.ts_us != kNoTime)
      block.append(number, std::to_chars(number, number + sizeof(number), row.ts_us).ptr);
    block += '\t';
    block.append(number, std::to_chars(number, number + sizeof(number), row.value).ptr);
    block += '\n';
    if (block.size() < kBlock) continue;
    file.write(block);
    block.clear();
  }
  file.write(block);
  file.commit();
}

}  // namespace heed::data
