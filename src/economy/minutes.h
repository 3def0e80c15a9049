#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "economy/ledger.h"
#include "economy/quiet_hours.h"

// One market for a person's minutes: every application asks here, sees one price, and what becomes of the
// minutes stands in one ledger.
namespace heed::economy {

// How people spend a day, each beginning at midnight.
struct DayRules {
  double minutes = 30;                       // that a person gives
  int64_t utc_us = 0;                        // local time less UTC
  QuietHours quiet = {};                     // nothing is given then but what is urgent or the person's own
  std::map<std::string, double> most = {};   // minutes that a task may take of them; a task without: any
  std::map<std::string, double> worth = {};  // what one of a task's value is worth; a task without: 1
};

// What a person gives of one day.
struct PersonDay {
  std::string person = {}, group = {};
  int64_t begin_us = 0, end_us = 0;
  double price = 0;  // of a minute, to begin with: yesterday's
  DayRules rules = {};
};

// An application wants some of a person's minutes.
struct MinuteBid {
  std::string id = {};                 // idempotency key: the same bid again is not paid for twice
  std::string person = {}, task = {};  // task: "alerts", "digest"
  std::string source = {};
  double minutes = 0, value = 0;
  int64_t ts_us = 0;
  bool urgent = false;  // may break quiet hours
  // The person asks for it: given at any price and at any hour; minutes that are missing are acquired with
  // it.
  bool own = false;
};

enum class Refusal { none, quiet_hours, none_left, task_limit, price };

struct MinuteGrant {
  bool given = false;
  Refusal refusal = Refusal::none;
  double price = 0;         // of the person's minute when it was asked: the same for every task
  double value = 0;         // of the bid, after the task's worth and fatigue
  std::string reason = {};  // in prices, one line
};

// The id of a bid for one thing of a decision, of which both are known when it is settled.
std::string bid_id(std::string_view decision, std::string_view thing);

// A person's day as it stands.
struct PersonMinutes {
  std::string person = {}, group = {};
  double minutes = 0, left = 0;             // given for the day, and not yet granted
  double price = 0;                         // of the next one
  std::map<std::string, double> used = {};  // by task
  std::map<std::string, double> next = {};  // by task: the most that a refused minute would have been worth
};

struct MarketOptions {
  std::string tenant = {};
  // A grant of a task makes the person's next ones of it worth this, for a while.
  double fatigue = 0.9;
  double rest_hours = 4;  // after which half of that is forgotten
  double step = 1.0;  // how far one answer moves a price, times the mean value of a minute / sqrt(minutes)
  // Whoever is asked for and has not joined joins by these; none: they are refused.
  std::optional<DayRules> usual = {};
};

// A bid gets its minutes where value > price x minutes, and they are there. The price follows by dual mirror
// descent (arXiv:2011.10124, as in online.h), paced over what is left of the day:
//   price += step v (minutes used - minutes left x time passed / time left) / sqrt(minutes of the day)
// v: mean value of a minute among bids. It rises while more is taken than the pace allows and falls while
// nobody wants any, so that what one application does not use another may. Minutes move in the ledger alone:
// world -> acquired (join, offer), acquired -> allocated (a grant), allocated -> retained, lost or acquired
// again (settle), acquired -> lost (close). What was answered is on the disk: a market that begins again
// after a crash reads from there what is left, what tasks have had, and the last price (restore).
// Thread-safe. Throws invalid_argument where a person is not known or a number is none, and what the ledger
// throws.
class MinuteMarket {
 public:
  explicit MinuteMarket(Ledger& ledger, const MarketOptions& options = {});

  // Takes up the day of everyone who has joined it, from the ledger. By MarketOptions::usual.
  void restore(int64_t now_us);
  // Begins a person's day, once: a second time in the same day changes nothing but its rules. A day before it
  // is closed.
  void join(const PersonDay& day);
  // A person says that they have so many minutes: what is missing to that is acquired, once an id.
  void offer(const std::string& id, const std::string& person, double minutes, int64_t ts_us);
  // All bids of one moment, the dearest minute first; answers in their order. One that was granted before is
  // granted again, and nothing moves.
  std::vector<MinuteGrant> ask(const std::vector<MinuteBid>& bids);
  // What became of the grant of a bid, once: minutes attended, minutes asked for in vain; the rest goes back.
  // False, and nothing changes: it was settled before, or never granted.
  bool settle(const std::string& id, double retained, double lost, int64_t ts_us);
  // The same by shares of what was granted, each from 0 to 1.
  bool settle_share(const std::string& id, double retained, double lost, int64_t ts_us);
  // Settles it as attended from when it was granted until now, at most its minutes; the rest goes back.
  bool settle_until(const std::string& id, int64_t now_us);
  // Whose minutes they are that this bid was granted; nullopt: none were.
  std::optional<std::string> granted_to(const std::string& id) const;
  // Grants before `before_us` of which nobody told what became are lost; how many. Days that ended before
  // then are closed. By one thread, `before_us` never falling.
  int64_t sweep(int64_t before_us, int64_t now_us);
  // The end of a person's day: what nobody used is lost.
  void close(const std::string& person, int64_t ts_us);

  double price(const std::string& person) const;
  double left(const std::string& person) const;
  std::vector<PersonMinutes> people() const;
  // Drops a person; the ledger's own forget() is the store's.
  void forget(const std::string& person);

 private:
  struct Account {
    PersonDay day = {};
    double minutes = 0;  // acquired for the day
    int64_t left_ms = 0;
    double price = 0;
    int64_t moved_us = 0;                          // when the price was
    std::map<std::string, double> tired = {};      // by task: fatigue's exponent
    std::map<std::string, int64_t> tired_us = {};  // as of then
    std::map<std::string, double> used = {};       // minutes by task
    std::map<std::string, double> next = {};
  };
  Account& account(const std::string& person);
  const Account& account(const std::string& person) const;
  Account& account_at(const std::string& person, int64_t ts_us);
  PersonDay usual_day(const std::string& person, int64_t ts_us) const;
  void begin(const PersonDay& day);
  int64_t acquired(const std::string& person) const;  // milliseconds, by the ledger
  void learn_value(double of_minute);
  void end(Account& account, int64_t ts_us);
  MinuteGrant answer(const MinuteBid& bid, Account& account);
  double rest(Account& account, const std::string& task, int64_t ts_us) const;
  void move_price(Account& account, double used, int64_t ts_us);
  std::optional<Posting> granted(const std::string& id) const;
  bool settle_granted(const Posting& granted, int64_t retained_ms, int64_t lost_ms, int64_t ts_us);
  Posting posting(const Account& account, const MinuteBid& bid, const std::string& what, Stage from, Stage to,
                  int64_t milliseconds, int64_t ts_us) const;

  Ledger& ledger_;
  MarketOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, Account> accounts_;
  double minute_value_ = 0;  // mean of bids that were not the person's own
  int64_t bids_ = 0;
  int64_t swept_us_ = 0;  // what is older was settled, or lost
};

}  // namespace heed::economy
