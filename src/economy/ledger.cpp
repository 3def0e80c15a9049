#include "economy/ledger.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/error.h"
#include "store/check_event.h"
#include "store/event.h"
#include "store/forget_person.h"
#include "store/migrations.h"
#include "store/shared_database.h"

namespace heed::economy {
namespace {

using store::Database;
using store::Parameters;
using store::Row;

constexpr int64_t kDayUs = int64_t{24} * 3600 * 1'000'000;
constexpr int64_t kPage = 10'000;

constexpr std::string_view kInsert =
    "INSERT INTO postings (tenant, posting_id, ts, person, person_group, source, task, from_stage, to_stage,"
    " milliseconds, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    " ON CONFLICT (tenant, posting_id) DO NOTHING";
constexpr std::string_view kAdd =
    "INSERT INTO balances (tenant, person, stage, milliseconds) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (tenant, person, stage) DO UPDATE SET milliseconds = balances.milliseconds +"
    " excluded.milliseconds";
const std::string kColumns =
    "SELECT seq, tenant, posting_id, ts, person, person_group, source, task, from_stage, to_stage, "
    "milliseconds,"
    " note FROM postings";
// Changes no row where less is there than is taken.
constexpr std::string_view kTake =
    "UPDATE balances SET milliseconds = milliseconds - $4 WHERE tenant = $1 AND person = $2 AND stage = $3"
    " AND milliseconds >= $4";

struct Account {
  std::string tenant, person;
  Stage stage;

  auto operator<=>(const Account&) const = default;
};

int64_t number(Stage stage) { return static_cast<int64_t>(stage); }

std::string seconds(int64_t milliseconds) {
  return fmt::format("{:.3f} s", static_cast<double>(milliseconds) / 1e3);
}

void check_posting(const Posting& posting, const std::string& where) {
  store::check_id(posting.id, where + ".id");
  for (const auto& [name, text] : {std::pair{"tenant", &posting.tenant},
                                   {"person", &posting.person},
                                   {"group", &posting.group},
                                   {"source", &posting.source},
                                   {"task", &posting.task}})
    store::check_text(*text, where + "." + name, store::kMaxIdBytes);
  store::check_text(posting.note, where + ".note", 4 * store::kMaxIdBytes);
  if (posting.milliseconds < 1 || posting.milliseconds > kMaxMilliseconds) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}.milliseconds: expected from 1 to {} (a year), found {}", where,
                            kMaxMilliseconds, posting.milliseconds));
  }
  if (posting.ts_us < 0 || posting.ts_us > store::kMaxTimeUs) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}.ts_us: expected microseconds since 1970, found {}", where, posting.ts_us));
  }
  if (!is_move(posting.from, posting.to)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: expected a move from world to acquired, acquired to allocated, allocated to "
                            "retained or lost, acquired to "
                            "lost, or back, found {} to {}",
                            where, to_string(posting.from), to_string(posting.to)));
  }
}

Posting posting_of(const Row& row) {
  return {.id = std::string(row.text(2)),
          .tenant = std::string(row.text(1)),
          .person = std::string(row.text(4)),
          .group = std::string(row.text(5)),
          .source = std::string(row.text(6)),
          .task = std::string(row.text(7)),
          .from = static_cast<Stage>(row.integer(8)),
          .to = static_cast<Stage>(row.integer(9)),
          .milliseconds = row.integer(10),
          .ts_us = row.integer(3),
          .note = std::string(row.text(11))};
}

std::vector<bool> insert(Database& database, std::span<const Posting> postings) {
  std::vector<Parameters> rows;
  rows.reserve(postings.size());
  for (const Posting& p : postings)
    rows.push_back({p.tenant, p.id, p.ts_us, p.person, p.group, p.source, p.task, number(p.from),
                    number(p.to), p.milliseconds, p.note});
  std::vector<bool> is_new;
  for (const int64_t changed : database.execute_each(kInsert, rows)) is_new.push_back(changed > 0);
  return is_new;
}

// In the order of the accounts, so that two transactions never wait for each other.
void move(Database& database, const std::map<Account, int64_t>& changes) {
  std::vector<Parameters> added, taken;
  std::vector<const Account*> from;
  for (const auto& [account, change] : changes) {
    if (change >= 0 || account.stage == Stage::world) {
      added.push_back({account.tenant, account.person, number(account.stage), change});
    } else {
      taken.push_back({account.tenant, account.person, number(account.stage), -change});
      from.push_back(&account);
    }
  }
  database.execute_each(kAdd, added);
  const std::vector<int64_t> changed = database.execute_each(kTake, taken);
  for (size_t i = 0; i < changed.size(); ++i) {
    if (changed[i] > 0) continue;
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "ledger: expected at least {} {} by person '{}', found less: post what was acquired first",
            seconds(std::get<int64_t>(taken[i][3])), to_string(from[i]->stage), from[i]->person));
  }
}

std::string day_of(int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string_view column_of(StatementKey key) {
  switch (key) {
    case StatementKey::source:
      return "source";
    case StatementKey::task:
      return "task";
    case StatementKey::group:
      return "person_group";
    default:
      return "''";
  }
}

void add_flow(Stage from, Stage to, int64_t milliseconds, StatementLine& line) {
  if (to == Stage::acquired && from == Stage::world) line.acquired += milliseconds;
  if (to == Stage::world) line.acquired -= milliseconds;
  if (to == Stage::allocated) line.allocated += milliseconds;
  if (to == Stage::acquired && from == Stage::allocated) line.allocated -= milliseconds;
  if (to == Stage::retained) line.retained += milliseconds;
  if (to == Stage::lost) line.lost += milliseconds;
}

class SqlLedger : public Ledger {
 public:
  explicit SqlLedger(const std::string& url) : writer_(url), reader_(url) {}

  std::vector<bool> post(std::span<const Posting> postings) override {
    for (size_t i = 0; i < postings.size(); ++i) check_posting(postings[i], fmt::format("postings[{}]", i));
    if (postings.empty()) return {};
    return writer_.run_in_transaction([&](Database& database) {
      std::vector<bool> is_new = insert(database, postings);
      std::map<Account, int64_t> changes;
      for (size_t i = 0; i < postings.size(); ++i) {
        if (!is_new[i]) continue;
        const Posting& p = postings[i];
        changes[{p.tenant, p.person, p.from}] -= p.milliseconds;
        changes[{p.tenant, p.person, p.to}] += p.milliseconds;
      }
      move(database, changes);
      return is_new;
    });
  }

  Balance balance(const std::string& tenant, const std::string& person) override {
    return reader_.run([&](Database& database) {
      Balance balance{};
      database.query(
          "SELECT stage, milliseconds FROM balances WHERE tenant = $1 AND person = $2", {tenant, person},
          [&](const Row& row) { balance.at(static_cast<size_t>(row.integer(0))) = row.integer(1); });
      return balance;
    });
  }

  std::vector<StatementLine> statement(const StatementQuery& query) override {
    const std::string key(column_of(query.by));
    const std::string day = query.by == StatementKey::day ? "ts / " + std::to_string(kDayUs) : "0";
    const std::string tenant = query.tenant ? " AND tenant = $3" : "";
    Parameters parameters = {query.since_us, query.until_us};
    if (query.tenant) parameters.emplace_back(*query.tenant);
    return reader_.run([&](Database& database) {
      std::map<std::pair<int64_t, std::string>, StatementLine> lines;
      database.query("SELECT " + day + " AS day, " + key +
                         " AS word, from_stage, to_stage, CAST(SUM(milliseconds) AS BIGINT) FROM postings "
                         "WHERE ts >= $1 AND ts < $2" +
                         tenant + " GROUP BY 1, 2, from_stage, to_stage",
                     parameters, [&](const Row& row) {
                       StatementLine& line = lines[{row.integer(0), std::string(row.text(1))}];
                       line.key =
                           query.by == StatementKey::day ? day_of(row.integer(0)) : std::string(row.text(1));
                       add_flow(static_cast<Stage>(row.integer(2)), static_cast<Stage>(row.integer(3)),
                                row.integer(4), line);
                     });
      std::vector<StatementLine> ordered;
      for (auto& [place, line] : lines) ordered.push_back(std::move(line));
      return ordered;
    });
  }

  std::optional<Posting> find(const std::string& tenant, const std::string& id) override {
    return reader_.run([&](Database& database) {
      std::optional<Posting> found;
      database.query(kColumns + " WHERE tenant = $1 AND posting_id = $2", {tenant, id},
                     [&](const Row& row) { found = posting_of(row); });
      return found;
    });
  }

  void for_each(const std::function<void(const Posting&)>& read, int64_t since_us) override {
    int64_t after = 0;
    for (bool more = true; more;) {
      std::vector<Posting> page;
      reader_.run([&](Database& database) {
        page.clear();
        int64_t last = after;
        database.query(kColumns + " WHERE seq > $1 AND ts >= $3 ORDER BY seq LIMIT $2",
                       {after, kPage, since_us}, [&](const Row& row) {
                         page.push_back(posting_of(row));
                         last = row.integer(0);
                       });
        after = last;
        return true;
      });
      for (const Posting& posting : page) read(posting);
      more = !page.empty();
    }
  }

  int64_t forget(const std::string& tenant, const std::string& person) override {
    return writer_.run_in_transaction(
        [&](Database& database) { return store::forget_postings_of(database, tenant, person); });
  }

  Audit audit() override {
    return reader_.run([&](Database& database) {
      Audit audit;
      std::map<Account, int64_t> sums;
      database.query(
          "SELECT tenant, person, from_stage, to_stage, CAST(SUM(milliseconds) AS BIGINT), COUNT(*) FROM "
          "postings"
          " GROUP BY tenant, person, from_stage, to_stage",
          {}, [&](const Row& row) {
            const std::string tenant(row.text(0)), person(row.text(1));
            sums[{tenant, person, static_cast<Stage>(row.integer(2))}] -= row.integer(4);
            sums[{tenant, person, static_cast<Stage>(row.integer(3))}] += row.integer(4);
            audit.postings += row.integer(5);
          });
      std::map<Account, int64_t> kept;
      database.query("SELECT tenant, person, stage, milliseconds FROM balances", {}, [&](const Row& row) {
        kept[{std::string(row.text(0)), std::string(row.text(1)), static_cast<Stage>(row.integer(2))}] =
            row.integer(3);
      });
      compare(sums, kept, audit);
      return audit;
    });
  }

 private:
  static void compare(const std::map<Account, int64_t>& sums, const std::map<Account, int64_t>& kept,
                      Audit& audit) {
    std::set<Account> accounts;
    for (const auto& [account, sum] : sums) accounts.insert(account);
    for (const auto& [account, sum] : kept) accounts.insert(account);
    const auto value = [](const std::map<Account, int64_t>& of, const Account& account) {
      const auto found = of.find(account);
      return found == of.end() ? 0 : found->second;
    };
    int64_t total = 0;
    for (const Account& account : accounts) {
      const int64_t posted = value(sums, account), balance = value(kept, account);
      audit.balance.at(static_cast<size_t>(account.stage)) += balance;
      total += balance;
      if (posted != balance) {
        audit.faults.push_back(fmt::format("person '{}', {}: postings make {}, the balance says {}",
                                           account.person, to_string(account.stage), seconds(posted),
                                           seconds(balance)));
      }
      if (balance < 0 && account.stage != Stage::world)
        audit.faults.push_back(
            fmt::format("person '{}': {} {}", account.person, seconds(balance), to_string(account.stage)));
    }
    if (total != 0) audit.faults.push_back(fmt::format("all balances: expected 0, found {}", seconds(total)));
  }

  store::SharedDatabase writer_, reader_;
};

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

std::string label(const std::string& value) {
  std::string text;
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

std::string_view to_string(Stage stage) {
  constexpr std::array<std::string_view, kStages> kNames = {"world", "acquired", "allocated", "retained",
                                                            "lost"};
  const auto place = static_cast<size_t>(stage);
  return place < kNames.size() ? kNames[place] : "unknown";
}

StatementKey statement_key(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames = {"day", "source", "task", "group"};
  const auto at = std::ranges::find(kNames, name);
  if (at != kNames.end()) return static_cast<StatementKey>(at - kNames.begin());
  throw Error(ErrorCode::invalid_argument,
              fmt::format("statement: expected day, source, task or group, found '{}'", name));
}

bool is_move(Stage from, Stage to) {
  using enum Stage;
  constexpr std::array<std::pair<Stage, Stage>, 7> kMoves = {{{world, acquired},
                                                              {acquired, world},
                                                              {acquired, allocated},
                                                              {allocated, acquired},
                                                              {allocated, retained},
                                                              {allocated, lost},
                                                              {acquired, lost}}};
  return std::ranges::find(kMoves, std::pair{from, to}) != kMoves.end();
}

std::unique_ptr<Ledger> open_ledger(const std::string& url) {
  store::prepare_database(url);
  return std::make_unique<SqlLedger>(url);
}

void write_csv(Ledger& ledger, const std::function<void(std::string_view line)>& write) {
  write("posting_id,ts,tenant,person,group,source,task,from,to,milliseconds,note\n");
  ledger.for_each([&](const Posting& p) {
    write(fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", quoted(p.id), p.ts_us, quoted(p.tenant),
                      quoted(p.person), quoted(p.group), quoted(p.source), quoted(p.task), to_string(p.from),
                      to_string(p.to), p.milliseconds, quoted(p.note)));
  });
}

std::string to_prometheus(Ledger& ledger) {
  std::string text =
      "# HELP heed_attention_seconds_total People's attention by stage, posted to the ledger.\n"
      "# TYPE heed_attention_seconds_total counter\n";
  for (const StatementLine& line : ledger.statement({.by = StatementKey::source})) {
    for (const auto& [stage, milliseconds] : {std::pair{"acquired", line.acquired},
                                              {"allocated", line.allocated},
                                              {"retained", line.retained},
                                              {"lost", line.lost}}) {
      text += fmt::format("heed_attention_seconds_total{{stage=\"{}\",source=\"{}\"}} {:.3f}\n", stage,
                          label(line.key), static_cast<double>(milliseconds) / 1e3);
    }
  }
  return text;
}

}  // namespace heed::economy
