#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heed::apps::recommend {

struct HistoryEvent {
  int32_t item = 0;    // of the catalogue
  uint8_t kind = 0;    // of the engine's kinds
  int64_t ts_us = -1;  // kept to the second; below 0: not known

  bool operator==(const HistoryEvent&) const = default;
};

// The latest events of many people in little memory: 9 bytes an event and about 100 a person. Every function
// may be called from any thread; people do not wait for each other.
class UserHistories {
 public:
  // `most` events of each person, at most 65535.
  explicit UserHistories(int64_t most = 50);

  // Puts an event where its time belongs, behind those of the same second; one whose time is not known goes
  // last. The earliest gives way where there are more than `most`. False where it stands there already (item,
  // kind and second), or is earlier than all of a full history.
  bool add(std::string_view user, const HistoryEvent& event);

  // In the order of time. Empty for somebody unknown.
  std::vector<HistoryEvent> of(std::string_view user) const;

  // As many people at most, whoever they are, in the order of their ids: for who looks around.
  std::vector<std::string> some(int64_t limit) const;

  void forget(std::string_view user);
  int64_t people() const;

 private:
  static constexpr size_t kEventBytes = 9;

  // `count` packed events in a block that grows with them.
  struct Packed {
    std::unique_ptr<uint8_t[]> events;
    uint16_t count = 0, capacity = 0;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Packed, Hash, std::equal_to<>> people;
  };

  void grow(Packed& packed) const;
  Shard& shard(std::string_view user) const { return shards_[Hash()(user) % shards_.size()]; }

  size_t most_;
  mutable std::array<Shard, 61> shards_;  // a prime: the maps' own buckets stay evenly filled
};

}  // namespace heed::apps::recommend
