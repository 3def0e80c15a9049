#include "apps/recommend/user_histories.h"

#include <algorithm>
#include <cstring>

namespace heed::apps::recommend {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

struct Unpacked {
  uint32_t item = 0, seconds = 0;  // 0: not known
  uint8_t kind = 0;

  bool operator==(const Unpacked&) const = default;
};

Unpacked unpack(const uint8_t* bytes) {
  Unpacked event;
  std::memcpy(&event.item, bytes, 4);
  std::memcpy(&event.seconds, bytes + 4, 4);
  event.kind = bytes[8];
  return event;
}

void pack(const Unpacked& event, uint8_t* bytes) {
  std::memcpy(bytes, &event.item, 4);
  std::memcpy(bytes + 4, &event.seconds, 4);
  bytes[8] = event.kind;
}

}  // namespace

UserHistories::UserHistories(int64_t most)
    : most_(static_cast<size_t>(std::clamp<int64_t>(most, 1, 65535))) {}

void UserHistories::grow(Packed& packed) const {
  const size_t capacity = std::min(most_, std::max<size_t>(4, size_t{2} * packed.capacity));
  auto larger = std::make_unique<uint8_t[]>(capacity * kEventBytes);
  if (packed.count > 0) std::memcpy(larger.get(), packed.events.get(), packed.count * kEventBytes);
  packed.events = std::move(larger);
  packed.capacity = static_cast<uint16_t>(capacity);
}

bool UserHistories::add(std::string_view user, const HistoryEvent& event) {
  const Unpacked added{.item = static_cast<uint32_t>(event.item),
                       .seconds = event.ts_us < 0 ? 0 : static_cast<uint32_t>(event.ts_us / kSecondUs),
                       .kind = event.kind};
  Shard& own = shard(user);
  const std::lock_guard lock(own.mutex);
  auto person = own.people.find(user);
  if (person == own.people.end()) person = own.people.try_emplace(std::string(user)).first;
  Packed& packed = person->second;
  const auto at = [&](size_t i) { return packed.events.get() + i * kEventBytes; };
  size_t place = packed.count;
  while (added.seconds != 0 && place > 0 && unpack(at(place - 1)).seconds > added.seconds) --place;
  for (size_t i = place; added.seconds != 0 && i > 0; --i) {
    const Unpacked before = unpack(at(i - 1));
    if (before.seconds != added.seconds) break;
    if (before == added) return false;
  }
  if (packed.count == most_) {
    if (place == 0) return false;
    std::memmove(at(0), at(1), (place - 1) * kEventBytes);
    pack(added, at(place - 1));
    return true;
  }
  if (packed.count == packed.capacity) grow(packed);
  std::memmove(at(place + 1), at(place), (packed.count - place) * kEventBytes);
  pack(added, at(place));
  ++packed.count;
  return true;
}

std::vector<HistoryEvent> UserHistories::of(std::string_view user) const {
  const Shard& own = shard(user);
  const std::lock_guard lock(own.mutex);
  const auto person = own.people.find(user);
  std::vector<HistoryEvent> events;
  if (person == own.people.end()) return events;
  for (size_t i = 0; i < person->second.count; ++i) {
    const Unpacked event = unpack(person->second.events.get() + i * kEventBytes);
    events.push_back({.item = static_cast<int32_t>(event.item),
                      .kind = event.kind,
                      .ts_us = event.seconds == 0 ? -1 : int64_t{event.seconds} * kSecondUs});
  }
  return events;
}

std::vector<std::string> UserHistories::some(int64_t limit) const {
  std::vector<std::string> ids;
  for (const Shard& own : shards_) {
    const std::lock_guard lock(own.mutex);
    for (const auto& [id, events] : own.people) {
      if (static_cast<int64_t>(ids.size()) >= limit) break;
      ids.push_back(id);
    }
  }
  std::ranges::sort(ids);
  return ids;
}

void UserHistories::forget(std::string_view user) {
  Shard& own = shard(user);
  const std::lock_guard lock(own.mutex);
  if (const auto person = own.people.find(user); person != own.people.end()) own.people.erase(person);
}

int64_t UserHistories::people() const {
  int64_t count = 0;
  for (const Shard& own : shards_) {
    const std::lock_guard lock(own.mutex);
    count += static_cast<int64_t>(own.people.size());
  }
  return count;
}

}  // namespace heed::apps::recommend
