#include "store/migrations.h"

#include <array>

#include <fmt/format.h>

#include "base/error.h"
#include "store/event.h"

namespace heed::store {
namespace {

// Subjects are looked up only where there is one, so the others cost no index entry; a query must say
// subject <> '' for the index to be used.
constexpr std::string_view kEvents = R"(
CREATE TABLE decisions (
  seq {row number},
  tenant TEXT NOT NULL, event_id TEXT NOT NULL, ts BIGINT NOT NULL, app TEXT NOT NULL, subject TEXT NOT NULL,
  context_hash TEXT NOT NULL, candidates TEXT NOT NULL, chosen TEXT NOT NULL, model TEXT NOT NULL,
  version BIGINT NOT NULL, reason TEXT NOT NULL, minutes DOUBLE PRECISION NOT NULL,
  UNIQUE (tenant, event_id)
);
CREATE INDEX decisions_by_time ON decisions (ts, seq);
CREATE INDEX decisions_by_subject ON decisions (subject, tenant) WHERE subject <> '';
CREATE TABLE outcomes (
  seq {row number},
  tenant TEXT NOT NULL, event_id TEXT NOT NULL, decision_id TEXT NOT NULL, ts BIGINT NOT NULL,
  kind TEXT NOT NULL, value DOUBLE PRECISION NOT NULL, text TEXT NOT NULL, app TEXT NOT NULL,
  subject TEXT NOT NULL,
  UNIQUE (tenant, event_id)
);
CREATE INDEX outcomes_by_time ON outcomes (ts, seq);
CREATE INDEX outcomes_by_decision ON outcomes (tenant, decision_id);
CREATE INDEX outcomes_by_subject ON outcomes (subject, tenant) WHERE subject <> '';
)";

constexpr std::string_view kStreams = R"(
CREATE TABLE effects (key TEXT PRIMARY KEY, ts BIGINT NOT NULL);
CREATE INDEX effects_by_time ON effects (ts);
CREATE TABLE dead_letters (
  seq {row number},
  stream TEXT NOT NULL, message_id TEXT NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL, ts BIGINT NOT NULL
);
CREATE INDEX dead_letters_by_time ON dead_letters (ts, seq);
)";

// Every posting moves attention of one person from one stage to another, so that none appears or vanishes;
// balances are their sums, kept so that none can fall below 0.
constexpr std::string_view kLedger = R"(
CREATE TABLE postings (
  seq {row number},
  tenant TEXT NOT NULL, posting_id TEXT NOT NULL, ts BIGINT NOT NULL, person TEXT NOT NULL,
  person_group TEXT NOT NULL, source TEXT NOT NULL, task TEXT NOT NULL,
  from_stage BIGINT NOT NULL, to_stage BIGINT NOT NULL, milliseconds BIGINT NOT NULL, note TEXT NOT NULL,
  UNIQUE (tenant, posting_id)
);
CREATE INDEX postings_by_time ON postings (ts, seq);
CREATE INDEX postings_by_person ON postings (person, tenant) WHERE person <> '';
CREATE TABLE balances (
  tenant TEXT NOT NULL, person TEXT NOT NULL, stage BIGINT NOT NULL, milliseconds BIGINT NOT NULL,
  PRIMARY KEY (tenant, person, stage)
);
)";

// What an application keeps of a conversation beside its decisions.
constexpr std::string_view kConversations = R"(
CREATE TABLE conversations (
  tenant TEXT NOT NULL, id TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL, ts BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX conversations_by_time ON conversations (ts, id);
CREATE INDEX conversations_by_state ON conversations (state, ts);
CREATE INDEX conversations_by_subject ON conversations (subject, tenant) WHERE subject <> '';
)";

// What is said of whom, counted; alerts on it, and what is to be sent of them.
constexpr std::string_view kMonitor = R"(
CREATE TABLE monitor_counts (
  unit BIGINT NOT NULL, begin_us BIGINT NOT NULL, topic TEXT NOT NULL, entity TEXT NOT NULL, source TEXT NOT NULL,
  messages BIGINT NOT NULL, voices BIGINT NOT NULL, negative BIGINT NOT NULL, neutral BIGINT NOT NULL,
  positive BIGINT NOT NULL, score BIGINT NOT NULL, score_squares BIGINT NOT NULL,
  PRIMARY KEY (unit, begin_us, topic, entity, source)
);
CREATE TABLE monitor_messages (
  seq {row number},
  tenant TEXT NOT NULL, id TEXT NOT NULL, subject TEXT NOT NULL, number BIGINT NOT NULL, cluster BIGINT NOT NULL,
  is_voice BIGINT NOT NULL, fate TEXT NOT NULL, ts BIGINT NOT NULL, source TEXT NOT NULL, topic TEXT NOT NULL,
  feeling BIGINT NOT NULL, score BIGINT NOT NULL, entities TEXT NOT NULL, text TEXT NOT NULL, url TEXT NOT NULL,
  lang TEXT NOT NULL,
  UNIQUE (tenant, id)
);
CREATE INDEX monitor_messages_by_time ON monitor_messages (ts, seq);
CREATE INDEX monitor_messages_by_subject ON monitor_messages (subject, tenant) WHERE subject <> '';
CREATE TABLE monitor_alerts (
  id TEXT PRIMARY KEY, ts BIGINT NOT NULL, ended_us BIGINT NOT NULL, event TEXT NOT NULL, topic TEXT NOT NULL,
  entity TEXT NOT NULL, content TEXT NOT NULL, raised_us BIGINT NOT NULL, acknowledged_us BIGINT NOT NULL,
  acknowledged_by TEXT NOT NULL, silenced_by TEXT NOT NULL, escalated_us BIGINT NOT NULL
);
CREATE INDEX monitor_alerts_by_time ON monitor_alerts (ts, id);
CREATE TABLE monitor_silences (
  id TEXT PRIMARY KEY, topic TEXT NOT NULL, entity TEXT NOT NULL, event TEXT NOT NULL, until_us BIGINT NOT NULL,
  by_whom TEXT NOT NULL, comment TEXT NOT NULL, created_us BIGINT NOT NULL
);
CREATE TABLE monitor_outbox (
  seq {row number},
  alert TEXT NOT NULL, status TEXT NOT NULL, due_us BIGINT NOT NULL, attempts BIGINT NOT NULL, problem TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX monitor_outbox_by_time ON monitor_outbox (due_us, seq);
CREATE TABLE monitor_words (
  word TEXT PRIMARY KEY, recent DOUBLE PRECISION NOT NULL, usual DOUBLE PRECISION NOT NULL, bucket BIGINT NOT NULL
);
CREATE TABLE monitor_state (name TEXT PRIMARY KEY, content TEXT NOT NULL);
)";

constexpr std::array<Migration, 5> kMigrations = {{
    {1, "events", kEvents},
    {2, "streams", kStreams},
    {3, "ledger", kLedger},
    {4, "conversations", kConversations},
    {5, "monitor", kMonitor},
}};

std::string statements(const Migration& step, std::string_view row_number_type) {
  constexpr std::string_view kWord = "{row number}";
  std::string sql(step.sql);
  for (size_t at = sql.find(kWord); at != sql.npos; at = sql.find(kWord, at)) {
    sql.replace(at, kWord.size(), row_number_type);
  }
  return sql;
}

// Its own transaction for each number read and step made: what another process did meanwhile is seen.
int64_t applied(Database& database) {
  database.lock_for_migration();
  database.run_script(
      "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, ts BIGINT NOT "
      "NULL);");
  int64_t number = 0;
  database.query("SELECT COALESCE(MAX(number), 0) FROM migrations", {},
                 [&](const Row& row) { number = row.integer(0); });
  return number;
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

void migrate(Database& database, std::span<const Migration> steps, const std::string& where) {
  const auto latest = static_cast<int64_t>(steps.size());
  for (bool is_done = false; !is_done;) {
    Transaction transaction(database);
    const int64_t number = applied(database);
    if (number > latest) {
      throw Error(
          ErrorCode::unsupported,
          fmt::format("{}: expected a database of at most migration {}, found {}; it belongs to a newer "
                      "heed: start that one, or name another database",
                      where, latest, number));
    }
    if (number < latest) {
      const Migration& step = steps[static_cast<size_t>(number)];
      database.run_script(statements(step, database.row_number_type()));
      database.execute("INSERT INTO migrations (number, name, ts) VALUES ($1, $2, $3)",
                       {step.number, step.name, now_us()});
    }
    transaction.commit();
    is_done = number == latest;
  }
}

const char* prepare_database(const std::string& url) {
  const std::unique_ptr<Database> database = open_database(url);
  migrate(*database, migrations(), shown_url(url));
  return database->kind();
}

}  // namespace heed::store
