#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/monitor/monitor.h"
#include "store/event_log.h"
#include "store/shared_database.h"

// What the watch keeps, in the event log's database: counts, messages, alerts, silences, what is to be sent.
namespace heed::apps::monitor {

// What a batch of deliveries does to the store, all in one transaction.
struct Record {
  std::vector<std::string> deliveries;  // keys of the messages of streams that it covers; "": has none
  std::vector<store::DeadLetter> dead_letters;  // of those: not understood
  Changes changes;
  Json state;           // Monitor::state() after it
  bool notify = false;  // put alerts that are raised or end into the outbox
};

struct TrendQuery {
  int64_t unit = 60;  // minutes of a bucket: 1, 60, 1440
  int64_t since_us = 0, until_us = 0;
  std::string topic{};   // "": each; "*": all together
  std::string entity{};  // likewise
  std::string source{};
  int64_t limit = 10'000;  // rows
};

// Of a bucket; "*" where all are together.
struct TrendRow {
  CellBucket cell;
  Counts counts;
};

// An alert with what people did about it.
struct StoredAlert {
  Alert alert;
  int64_t raised_us = 0;  // by the wall clock
  int64_t acknowledged_us = 0;
  std::string acknowledged_by{};
  std::string silenced_by{};  // id of a silence; "": none
  int64_t escalated_us = 0;
};

struct Silence {
  std::string id{};
  std::string topic = kAll, entity = kAll, event = kAll;
  int64_t until_us = 0;
  std::string by{}, comment{};
};

struct Notification {
  int64_t seq = 0;
  std::string alert{};
  std::string status{};  // "firing", "resolved" or "escalated"
  int64_t due_us = 0, attempts = 0, created_us = 0;
  std::string problem{};  // of the last attempt
};

struct StoredMessage {
  int64_t seq = 0;
  KeptMessage kept;
};

struct MessageQuery {
  int64_t after = 0;    // seq; 0: the newest ones
  std::string topic{};  // "": any
  std::string entity{};
  int64_t limit = 50;
};

struct SourceFigures {
  std::string source;
  Counts counts;
  int64_t last_us = 0;  // time of its latest message
};

// How long what is kept, by the messages' own time.
struct Retention {
  int64_t message_days = 30;
  int64_t minute_days = 7;
  int64_t hour_days = 400;
};

// Thread-safe. Throws as EventLog does.
class MonitorStore {
 public:
  // `url` as open_event_log took it; makes the tables.
  explicit MonitorStore(const std::string& url);

  // Which of these have been recorded.
  std::vector<bool> delivered(std::span<const std::string> keys);
  std::vector<bool> known_ids(std::span<const std::string> ids);
  void record(const Record& record);

  // Fills a new Monitor with what was kept; false where there is nothing.
  bool restore(Monitor& monitor);

  // Ascending in time. Where a limit cuts, the latest are kept.
  std::vector<TrendRow> trends(const TrendQuery& query);
  std::vector<SourceFigures> sources(int64_t since_us);
  // The newest first; with `after`, those behind it in their order.
  std::vector<StoredMessage> messages(const MessageQuery& query);
  // state: "", "open", "ended", "unacknowledged". The newest first.
  std::vector<StoredAlert> alerts(const std::string& state, int64_t limit, int64_t before_us = INT64_MAX);
  std::optional<StoredAlert> alert(const std::string& id);
  std::vector<store::DeadLetter> unreadable(int64_t limit);

  // False where there is no such alert. One that is acknowledged already stays as it is.
  bool acknowledge(const std::string& id, const std::string& by);
  void silence(const Silence& silence);
  bool end_silence(const std::string& id);
  std::vector<Silence> silences();  // those that hold now

  // The oldest notifications, up to the first that is not due yet: none overtakes another. And what became of
  // one.
  std::vector<Notification> due(int64_t now_us, int64_t limit);
  std::vector<Notification> waiting(int64_t limit);
  void sent(int64_t seq);
  void failed(const Notification& notification);
  // Puts alerts into the outbox a second time that were raised before `raised_before_us`, go on, and are
  // neither acknowledged, silenced nor escalated; how many.
  int64_t escalate(int64_t raised_before_us, int64_t now_us);

  void prune(const Retention& retention, int64_t latest_us);

 private:
  store::SharedDatabase writer_, reader_;
};

}  // namespace heed::apps::monitor
