#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/name_table.h"

// What people did with items: viewed, clicked, commented, shared, bought.
namespace heed::data {

constexpr int64_t kNoTime = -1;

struct Interaction {
  int32_t user = 0, item = 0, kind = 0;  // numbers of an InteractionLog's names
  float value = 1.0F;                    // a rating, seconds of dwelling; 1 where nothing is said
  int64_t ts_us = kNoTime;               // UTC, microseconds since 1970; kNoTime: its place in the file tells

  bool operator==(const Interaction&) const = default;
};

struct InteractionLog {
  NameTable users, items, kinds;
  std::vector<Interaction> rows;
};

struct InteractionFormat {
  // auto: by the file's name and first line. csv, tsv (also RecBole's .inter, whose header says name:type),
  // jsonl; sequences: a user and then the items in the order of time, one user a line, between blanks.
  std::string format = "auto";
  std::string kind = "view";  // of events that name none
};

// Appends the events of a file to `log`. A table needs a column of users and one of items; of kinds, times
// and values it may have one each (kNoTime, the format's kind, 1 where it has not). Columns go by usual
// names:
//   user, user_id, UserId ...; item, item_id, ItemId ...; kind, event, type, FeedbackType ...;
//   time, timestamp, ts, Timestamp, time_us; value, rating ...
// A time is a number since 1970 (seconds below 1e11, milliseconds below 1e14, else microseconds; of time_us
// microseconds) or ISO 8601. Throws corrupt_data or invalid_argument with file and line: no such column, an
// empty id, one above 256 bytes or with control characters, a time or value that is none, broken UTF-8.
void read_interactions(const std::filesystem::path& path, const InteractionFormat& format,
                       InteractionLog& log);

// The same of bytes in memory; `where` names them.
void parse_interactions(std::string_view bytes, const std::string& where, const InteractionFormat& format,
                        InteractionLog& log);

// The columns user, item, kind, time_us and value, as a .tsv that read_interactions reads; to the side, then
// renamed.
void write_interactions(const std::filesystem::path& path, const InteractionLog& log,
                        const std::vector<Interaction>& rows);

struct CleanCounts {
  int64_t kept = 0;
  int64_t duplicates = 0;  // same user, item, kind and time
  int64_t future = 0;      // later than a day from now
};

// Sorts by user and time (events without one stay in the order of the file) and leaves out what stands twice
// and what has not happened yet.
CleanCounts clean_interactions(InteractionLog& log, int64_t now_us);

// A number or ISO 8601 ("2024-05-01T10:00:00Z", "+08:00", a date alone) as microseconds since 1970; kNoTime
// where it is neither.
int64_t parse_time_us(std::string_view text);

}  // namespace heed::data
