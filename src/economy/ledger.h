#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What became of people's attention: an append-only, double-entry record in the store. Nothing appears or
// vanishes: every posting takes from one stage what it gives to another.
namespace heed::economy {

// Where attention is. `world` is outside: what is acquired comes from there, so its balance is below 0 by
// what all the other stages hold.
enum class Stage : int64_t { world = 0, acquired = 1, allocated = 2, retained = 3, lost = 4 };
inline constexpr size_t kStages = 5;
std::string_view to_string(Stage stage);

// The moves there are: world -> acquired (a person gives it), acquired -> world (and takes it back),
// acquired -> allocated (to a task), allocated -> acquired (unused), allocated -> retained (attended),
// allocated -> lost (not attended), acquired -> lost (never used).
bool is_move(Stage from, Stage to);

struct Posting {
  std::string id;  // idempotency key within the tenant
  std::string tenant;
  std::string person;
  std::string group, source, task;  // what statements are made by; "" where unknown
  Stage from = Stage::world, to = Stage::acquired;
  int64_t milliseconds = 0;  // above 0, at most kMaxMilliseconds
  int64_t ts_us = 0;         // UTC; a clock may go back
  std::string note = {};

  bool operator==(const Posting&) const = default;
};

inline constexpr int64_t kMaxMilliseconds = int64_t{366} * 24 * 3600 * 1000;

enum class StatementKey { day, source, task, group };
// Throws invalid_argument where it is none of the four.
StatementKey statement_key(std::string_view name);

struct StatementQuery {
  std::optional<std::string> tenant{};
  int64_t since_us = 0;          // ts >= since
  int64_t until_us = INT64_MAX;  // ts < until
  StatementKey by = StatementKey::day;
};

// Milliseconds that moved, of one day ("2026-11-26"), source, task or group.
struct StatementLine {
  std::string key;
  int64_t acquired = 0;   // from the world, less what went back
  int64_t allocated = 0;  // to tasks, less what came back
  int64_t retained = 0;
  int64_t lost = 0;
};

// Sums by stage; they add up to 0.
using Balance = std::array<int64_t, kStages>;

// What does not agree; empty: the ledger balances.
struct Audit {
  int64_t postings = 0;
  Balance balance{};
  std::vector<std::string> faults;
};

// Every function may be called from any thread. What was posted is on the disk when the call returns. Throws
// as EventLog does (store/event_log.h).
class Ledger {
 public:
  virtual ~Ledger() = default;

  // All in one transaction: every posting is recorded, or none. The answer says of each whether it was new;
  // one whose id the tenant has already changes nothing. Throws invalid_argument: which posting, expected,
  // found, where a move is none of is_move, an amount or a text is out of range, or a person has less at a
  // stage than the new postings together take from it.
  virtual std::vector<bool> post(std::span<const Posting> postings) = 0;

  virtual std::optional<Posting> find(const std::string& tenant, const std::string& id) = 0;

  virtual Balance balance(const std::string& tenant, const std::string& person) = 0;

  // In the order of the keys.
  virtual std::vector<StatementLine> statement(const StatementQuery& query) = 0;

  // Postings of `since_us` and later in the order they were recorded, in pages.
  virtual void for_each(const std::function<void(const Posting&)>& read, int64_t since_us = 0) = 0;

  // Replaces a person's name by "" everywhere: the sums stay, who it was does not. How many postings.
  virtual int64_t forget(const std::string& tenant, const std::string& person) = 0;

  // Adds everything up again.
  virtual Audit audit() = 0;
};

// `url` as open_event_log takes it; the tables stand beside those of the event log.
std::unique_ptr<Ledger> open_ledger(const std::string& url);

// "posting_id,ts,tenant,person,group,source,task,from,to,milliseconds,note", a line a posting.
void write_csv(Ledger& ledger, const std::function<void(std::string_view line)>& write);

// Prometheus: heed_attention_seconds_total{stage="retained",source="rss"} a line, of everything there is.
std::string to_prometheus(Ledger& ledger);

}  // namespace heed::economy
