#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "economy/ledger.h"

// One market for a person's minutes: every application asks here, sees one price, and what becomes of the
// minutes stands in one ledger.
namespace heed::economy {

// What a person gives of one day.
struct PersonDay {
  std::string person = {}, group = {};
  double minutes = 0;
  int64_t begin_us = 0, end_us = 0;  // within which they are spent
  // Within the day, [begin, end): nothing is given but what is urgent. Equal: never.
  int64_t quiet_begin_us = 0, quiet_end_us = 0;
  std::map<std::string, double> most = {};  // minutes that a task may take of them; a task without: any
  double price = 0;                         // of a minute, to begin with: yesterday's
};

// An application wants some of a person's minutes.
struct MinuteBid {
  std::string id = {};                 // idempotency key: the same bid again is not paid for twice
  std::string person = {}, task = {};  // task: "alerts", "digest"
  std::string source = {};
  double minutes = 0, value = 0;
  int64_t ts_us = 0;
  bool urgent = false;  // may break quiet hours
};

struct MinuteGrant {
  bool given = false;
  double price = 0;         // of the person's minute when it was asked: the same for every task
  double value = 0;         // of the bid, after fatigue
  std::string reason = {};  // in prices, one line
};

struct MarketOptions {
  std::string tenant = {};
  // A grant of a task makes the person's next ones of it worth this, for a while.
  double fatigue = 0.9;
  double rest_hours = 4;  // after which half of that is forgotten
  double step = 1.0;  // how far one answer moves a price, times the mean value of a minute / sqrt(minutes)
};

// A bid gets its minutes where value > price x minutes, and they are there. The price follows by dual mirror
// descent (arXiv:2011.10124, as in online.h), paced over what is left of the day:
//   price += step v (minutes used - minutes left x time passed / time left) / sqrt(minutes of the day)
// v: mean value of a minute among bids. It rises while more is taken than the pace allows and falls while
// nobody wants any, so that what one application does not use another may. Minutes move in the ledger alone:
// world -> acquired (join), acquired -> allocated (a grant), allocated -> retained, lost or acquired again
// (settle), acquired -> lost (close). What was answered is on the disk; a market that begins again after a
// crash reads what is left from there. Thread-safe. Throws invalid_argument where a person is not known or a
// number is none, and what the ledger throws.
class MinuteMarket {
 public:
  MinuteMarket(Ledger& ledger, const MarketOptions& options = {});

  // Begins a person's day, once: a second time in the same day changes nothing but quiet hours and caps.
  void join(const PersonDay& day);
  // All bids of one moment, the dearest minute first; answers in their order.
  std::vector<MinuteGrant> ask(const std::vector<MinuteBid>& bids);
  // What became of a grant: minutes attended, minutes asked for in vain; the rest goes back.
  void settle(const MinuteBid& bid, double retained, double lost, int64_t ts_us);
  // The end of a person's day: what nobody used is lost.
  void close(const std::string& person, int64_t ts_us);

  double price(const std::string& person) const;
  double left(const std::string& person) const;

 private:
  struct Account {
    PersonDay day = {};
    int64_t left_ms = 0;
    double price = 0;
    int64_t moved_us = 0;                          // when the price was
    std::map<std::string, double> tired = {};      // by task: fatigue's exponent
    std::map<std::string, int64_t> tired_us = {};  // as of then
    std::map<std::string, double> used = {};       // minutes by task
  };
  Account& account(const std::string& person);
  const Account& account(const std::string& person) const;
  MinuteGrant answer(const MinuteBid& bid, Account& account);
  void move_price(Account& account, double used, int64_t ts_us);
  Posting posting(const Account& account, const MinuteBid& bid, const std::string& what, Stage from, Stage to,
                  int64_t milliseconds, int64_t ts_us) const;

  Ledger& ledger_;
  MarketOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, Account> accounts_;
  double minute_value_ = 0;  // mean of bids
  int64_t bids_ = 0;
};

}  // namespace heed::economy
