#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/monitor/intake.h"
#include "base/random.h"

// Made messages for tests: hours of talk about two companies, with a surge where it is asked for.
namespace heed::apps::monitor {

inline constexpr int64_t kTalkBegin = int64_t{1'704'067'200} * 1'000'000;  // Monday 2024-01-01
inline constexpr int64_t kHourInUs = int64_t{3600} * 1'000'000;

inline Message said(int64_t ts_us, const std::string& id, const std::string& text, const std::string& topic,
                    double sentiment) {
  Message message = {.ts_us = ts_us, .source = "test", .id = id, .text = text, .topic = topic};
  message.sentiment = sentiment;
  return message;
}

// `hours` of talk: about ten voices an hour on "service", a fifth of them negative; between `surge_begin` and
// `surge_end` (hours) two in three are, of a scandal of Nokia's.
inline std::vector<Message> talk(int64_t hours, int64_t surge_begin = -1, int64_t surge_end = -1,
                                 uint64_t seed = 1) {
  Random random(seed);
  std::vector<Message> messages;
  for (int64_t hour = 0; hour < hours; ++hour) {
    const bool is_surge = hour >= surge_begin && hour < surge_end;
    const auto count = 8 + random.below(5) + (is_surge ? 15 : 0);
    for (uint64_t i = 0; i < count; ++i) {
      const int64_t ts = kTalkBegin + hour * kHourInUs + static_cast<int64_t>(i) * kHourInUs / 40;
      const bool is_bad = random.uniform() < (is_surge ? 0.7 : 0.2);
      const uint64_t word = random.next();
      const std::string text =
          is_bad && is_surge
              ? fmt::format("Nokia battery scandal {:x} 诺基亚电池丑闻 {:x}", word, random.next())
          : i % 3 == 0 ? fmt::format("诺基亚手机 {:x} 今天 {:x} 见闻", word, random.next())
                       : fmt::format("phones today {:x} and {:x} more", word, random.next());
      messages.push_back(said(ts, fmt::format("m{}-{}", hour, i), text, "service", is_bad ? -0.9 : 0.5));
    }
  }
  return messages;
}

inline Entities two_companies() {
  return Entities({{.name = "Nokia", .aliases = {"诺基亚"}}, {.name = "Apple", .aliases = {"苹果公司"}}});
}

inline std::vector<Delivery> deliveries(const std::vector<Message>& messages, size_t begin, size_t end) {
  std::vector<Delivery> list;
  for (size_t i = begin; i < std::min(end, messages.size()); ++i)
    list.push_back({.key = "stream/" + messages[i].id, .message = messages[i]});
  return list;
}

// What a watch says of alerts, one line of JSON a step.
struct Watched {
  std::string steps;
  Json state;
  MessageCounts counts;
};

}  // namespace heed::apps::monitor
