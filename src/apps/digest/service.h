#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "apps/digest/digest.h"
#include "apps/feed_poller.h"
#include "apps/route.h"
#include "base/settings.h"
#include "store/event_writer.h"

namespace heed::apps::digest {

// [apps.digest] of heed.toml.
struct DigestSettings {
  std::vector<std::string> feeds;  // addresses that are polled
  double feed_minutes = 15;        // between two visits of one
  double keep_days = 14;           // of items
  int64_t most_items = 5000;
  double minutes = 20, unexpected = 0.1, half_life_days = 2;  // where a request does not say
  int64_t restored_events = 1'000'000;

  DigestOptions options() const;
};
void add_settings(Settings& keys, const std::string& prefix, DigestSettings& settings);

struct DigestRequest {
  std::string reader{};  // "": nobody in particular, nothing is remembered
  std::vector<std::string> topics{};
  bool topics_given = false;
  bool preview = false;  // nothing is remembered or logged: for a page whose slider moves
  DigestOptions options{};
  std::vector<Item> items{};  // instead of those of the feeds
};

struct MadeDigest {
  Digest digest{};
  std::string decision{};  // its id in the event log, where it stands; "": not logged
};

// What a server's digests share: items of the polled feeds, in memory, asked again at each start; readers,
// whose deeds and topics are outcomes of the event log, read from there at the start. Every function may be
// called from any thread.
class DigestService {
 public:
  // `services` outlives it. Begins to poll.
  DigestService(const DigestSettings& settings, Services& services);
  ~DigestService();

  const DigestSettings& settings() const { return settings_; }
  // With a market for minutes, a reader's request offers the minutes that it says and each story bids for its
  // own: one whose minutes are worth more elsewhere is left out, and says so. What is then read or saved is
  // attended, of what is skipped a glance is lost and the rest goes back.
  MadeDigest make(const DigestRequest& request);
  // In memory at once; `done` when it is in the log. Throws not_found where `event` has no words and no feed
  // has the item.
  void take(const std::string& reader, ReaderEvent event, const std::string& decision,
            store::EventWriter::Done done);
  void forget(const std::string& reader);

  std::vector<FeedStatus> feeds() const { return poller_ ? poller_->status() : std::vector<FeedStatus>(); }
  size_t items() const;
  std::atomic<int64_t> made{0}, taken{0};

 private:
  void restore();
  void add_items(const std::vector<FeedEntry>& entries);
  std::shared_ptr<Shelf> shelf_of_feeds();
  void draw_minutes(const DigestRequest& request, const std::string& decision, int64_t now_us,
                    Digest& digest);
  void record(store::Decision decision);
  void remember_topics(const std::string& reader, const std::vector<std::string>& topics);

  const DigestSettings settings_;
  Services& services_;
  mutable std::mutex mutex_;  // of what follows, and of a shelf's vocabulary
  std::map<std::string, Item> items_;
  std::shared_ptr<Shelf> shelf_;  // null: items have changed
  std::map<std::string, Reader> readers_;
  std::unique_ptr<FeedPoller> poller_;
  std::jthread thread_;  // ends first
};

using ServicePointer = std::shared_ptr<std::unique_ptr<DigestService>>;

}  // namespace heed::apps::digest
