#include "apps/monitor/monitor_store.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "store/event.h"
#include "store/migrations.h"

namespace heed::apps::monitor {
namespace {

constexpr int64_t kMostWaiting = 10'000;  // notifications that are looked through

using store::Database;
using store::Parameters;
using store::Row;

// Whole numbers in both databases: PostgreSQL's sums of BIGINT are of a wider type.
constexpr const char* kSums =
    "CAST(SUM(messages) AS BIGINT), CAST(SUM(voices) AS BIGINT), CAST(SUM(negative) AS BIGINT), "
    "CAST(SUM(neutral) AS BIGINT),"
    " CAST(SUM(positive) AS BIGINT), CAST(SUM(score) AS BIGINT), CAST(SUM(score_squares) AS BIGINT)";
constexpr std::string_view kAddCounts =
    "INSERT INTO monitor_counts (unit, begin_us, topic, entity, source, messages, voices, negative, neutral, "
    "positive,"
    " score, score_squares) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    " ON CONFLICT (unit, begin_us, topic, entity, source) DO UPDATE SET"
    " messages = monitor_counts.messages + excluded.messages, voices = monitor_counts.voices + "
    "excluded.voices,"
    " negative = monitor_counts.negative + excluded.negative, neutral = monitor_counts.neutral + "
    "excluded.neutral,"
    " positive = monitor_counts.positive + excluded.positive, score = monitor_counts.score + excluded.score,"
    " score_squares = monitor_counts.score_squares + excluded.score_squares";
constexpr std::string_view kAddMessage =
    "INSERT INTO monitor_messages (tenant, id, subject, number, cluster, is_voice, fate, ts, source, topic, "
    "feeling, score,"
    " entities, text, url, lang) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
    "$16)"
    " ON CONFLICT (tenant, id) DO NOTHING";
constexpr std::string_view kMessageColumns =
    "SELECT seq, id, subject, number, cluster, is_voice, fate, ts, source, topic, feeling, score, entities, "
    "text, url, lang"
    " FROM monitor_messages";
constexpr std::string_view kPutAlert =
    "INSERT INTO monitor_alerts (id, ts, ended_us, event, topic, entity, content, raised_us, acknowledged_us,"
    " acknowledged_by, silenced_by, escalated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '', $9, 0)"
    " ON CONFLICT (id) DO UPDATE SET ended_us = excluded.ended_us, content = excluded.content";
constexpr std::string_view kAlertColumns =
    "SELECT content, raised_us, acknowledged_us, acknowledged_by, silenced_by, escalated_us FROM "
    "monitor_alerts";
constexpr std::string_view kNotify =
    "INSERT INTO monitor_outbox (alert, status, due_us, attempts, problem, created_us) VALUES ($1, $2, $3, "
    "0, '', $3)";
constexpr std::string_view kStateName = "monitor";
constexpr int64_t kDayUs = 1440 * kMinuteUs;

Counts counts_of(const Row& row, int first) {
  return {.messages = row.integer(first),
          .voices = row.integer(first + 1),
          .negative = row.integer(first + 2),
          .neutral = row.integer(first + 3),
          .positive = row.integer(first + 4),
          .score = row.integer(first + 5),
          .score_squares = row.integer(first + 6)};
}

Json entities_json(const Understood& one) {
  Json list = Json::array();
  for (const EntitySentiment& entity : one.entities)
    list.push_back({entity.entity, static_cast<int64_t>(entity.sentiment.feeling), entity.sentiment.score});
  return list;
}

KeptMessage message_of(const Row& row) {
  KeptMessage kept;
  Understood& one = kept.understood;
  one.message = {.ts_us = row.integer(7),
                 .source = std::string(row.text(8)),
                 .id = std::string(row.text(1)),
                 .text = std::string(row.text(13)),
                 .url = std::string(row.text(14)),
                 .author = std::string(row.text(2)),
                 .lang = std::string(row.text(15))};
  kept.number = static_cast<uint64_t>(row.integer(3));
  kept.cluster = static_cast<uint64_t>(row.integer(4));
  kept.is_voice = row.integer(5) != 0;
  kept.fate = row.text(6);
  one.topic = row.text(9);
  one.sentiment = {static_cast<Feeling>(row.integer(10)), row.integer(11)};
  for (const Json& entity : parse_json(row.text(12), "monitor_messages: entities"))
    one.entities.push_back(
        {entity.at(0).get<std::string>(),
         {static_cast<Feeling>(entity.at(1).get<int64_t>()), entity.at(2).get<int64_t>()}});
  return kept;
}

StoredAlert alert_of(const Row& row) {
  return {.alert = alert_from_json(parse_json(row.text(0), "monitor_alerts"), "monitor_alerts"),
          .raised_us = row.integer(1),
          .acknowledged_us = row.integer(2),
          .acknowledged_by = std::string(row.text(3)),
          .silenced_by = std::string(row.text(4)),
          .escalated_us = row.integer(5)};
}

std::vector<Silence> silences_at(Database& database, int64_t now_us) {
  std::vector<Silence> silences;
  database.query(
      "SELECT id, topic, entity, event, until_us, by_whom, comment FROM monitor_silences WHERE until_us > $1 "
      "ORDER BY id",
      {now_us}, [&](const Row& row) {
        silences.push_back({.id = std::string(row.text(0)),
                            .topic = std::string(row.text(1)),
                            .entity = std::string(row.text(2)),
                            .event = std::string(row.text(3)),
                            .until_us = row.integer(4),
                            .by = std::string(row.text(5)),
                            .comment = std::string(row.text(6))});
      });
  return silences;
}

std::string silence_of(const Alert& alert, const std::vector<Silence>& silences) {
  for (const Silence& one : silences) {
    const auto fits = [](const std::string& wanted, std::string_view is) {
      return wanted == kAll || wanted == is;
    };
    if (fits(one.topic, alert.series.topic) && fits(one.entity, alert.series.entity) &&
        fits(one.event, to_string(alert.event)))
      return one.id;
  }
  return "";
}

void record_alerts(Database& database, const Record& record, int64_t now_us) {
  if (record.changes.alerts.empty()) return;
  const std::vector<Silence> silences = silences_at(database, now_us);
  for (const AlertStep& step : record.changes.alerts) {
    const Alert& alert = step.alert;
    const std::string content = to_json(alert).dump(), silenced = silence_of(alert, silences);
    database.execute(kPutAlert, {alert.id, alert.begin_us, alert.ended_us, to_string(alert.event),
                                 alert.series.topic, alert.series.entity, content, now_us, silenced});
    if (!record.notify || step.kind == AlertStep::Kind::grown || !silenced.empty()) continue;
    const std::string_view status = step.kind == AlertStep::Kind::raised ? "firing" : "resolved";
    database.execute(kNotify, {alert.id, status, now_us});
  }
}

void record_all(Database& database, const Record& record) {
  const int64_t now = store::now_us();
  std::vector<Parameters> rows;
  for (const std::string& key : record.deliveries) {
    if (!key.empty()) rows.push_back({key, now});
  }
  database.execute_each("INSERT INTO effects (key, ts) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", rows);
  rows.clear();
  for (const store::DeadLetter& letter : record.dead_letters)
    rows.push_back({letter.stream, letter.message_id, letter.reason, letter.body, letter.ts_us});
  database.execute_each(
      "INSERT INTO dead_letters (stream, message_id, reason, body, ts) VALUES ($1, $2, $3, $4, $5)", rows);
  rows.clear();
  for (const auto& [cell, counts] : record.changes.counts)
    rows.push_back({cell.unit, cell.begin_us, cell.topic, cell.entity, cell.source, counts.messages,
                    counts.voices, counts.negative, counts.neutral, counts.positive, counts.score,
                    counts.score_squares});
  database.execute_each(kAddCounts, rows);
  rows.clear();
  std::vector<std::string> entities;
  for (const KeptMessage& kept : record.changes.messages)
    entities.push_back(entities_json(kept.understood).dump());
  for (size_t i = 0; i < record.changes.messages.size(); ++i) {
    const KeptMessage& kept = record.changes.messages[i];
    const Understood& one = kept.understood;
    const Message& said = one.message;
    rows.push_back({std::string_view(), said.id, said.author, static_cast<int64_t>(kept.number),
                    static_cast<int64_t>(kept.cluster), int64_t{kept.is_voice}, kept.fate, said.ts_us,
                    said.source, one.topic, static_cast<int64_t>(one.sentiment.feeling), one.sentiment.score,
                    entities[i], said.text, said.url, said.lang});
  }
  database.execute_each(kAddMessage, rows);
  rows.clear();
  for (const auto& [word, rate] : record.changes.words)
    rows.push_back({word, rate.recent, rate.usual, rate.bucket});
  database.execute_each(
      "INSERT INTO monitor_words (word, recent, usual, bucket) VALUES ($1, $2, $3, $4) ON CONFLICT (word) DO"
      " UPDATE SET recent = excluded.recent, usual = excluded.usual, bucket = excluded.bucket",
      rows);
  record_alerts(database, record, now);
  const std::string state = record.state.dump();
  database.execute(
      "INSERT INTO monitor_state (name, content) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET content ="
      " excluded.content",
      {kStateName, state});
}

std::vector<bool> which_exist(store::SharedDatabase& reader, std::span<const std::string> values,
                              std::string_view sql) {
  return reader.run([&](Database& database) {
    std::vector<bool> exist(values.size(), false);
    for (size_t i = 0; i < values.size(); ++i) {
      if (!values[i].empty()) database.query(sql, {values[i]}, [&](const Row&) { exist[i] = true; });
    }
    return exist;
  });
}

// Rows of several cells that were asked for together are one.
std::string grouped(const std::string& asked, const char* column) {
  return asked == kAll ? fmt::format("'{}'", kAll) : column;
}

}  // namespace

MonitorStore::MonitorStore(const std::string& url)
    : writer_((store::prepare_database(url), url)), reader_(url) {}

std::vector<bool> MonitorStore::delivered(std::span<const std::string> keys) {
  return which_exist(reader_, keys, "SELECT 1 FROM effects WHERE key = $1");
}

std::vector<bool> MonitorStore::known_ids(std::span<const std::string> ids) {
  return which_exist(reader_, ids, "SELECT 1 FROM monitor_messages WHERE tenant = '' AND id = $1");
}

void MonitorStore::record(const Record& record) {
  writer_.run_in_transaction([&](Database& database) {
    record_all(database, record);
    return true;
  });
}

bool MonitorStore::restore(Monitor& monitor) {
  return writer_.run_in_transaction([&](Database& database) {
    std::string content;
    database.query("SELECT content FROM monitor_state WHERE name = $1", {kStateName},
                   [&](const Row& row) { content = row.text(0); });
    if (content.empty()) return false;
    const std::string where = "monitor_state";
    const Json state = parse_json(content, where);
    const auto next_close = json_field<int64_t>(state, "next_close_us", where);
    database.query(fmt::format("SELECT begin_us, topic, entity, {} FROM monitor_counts WHERE unit = $1"
                               " GROUP BY begin_us, topic, entity ORDER BY begin_us, topic, entity",
                               kSums),
                   {monitor.options().bucket_minutes}, [&](const Row& row) {
                     monitor.restore_counts({.unit = monitor.options().bucket_minutes,
                                             .begin_us = row.integer(0),
                                             .topic = std::string(row.text(1)),
                                             .entity = std::string(row.text(2)),
                                             .source = kAll},
                                            counts_of(row, 3), next_close);
                   });
    database.query(std::string(kMessageColumns) + " WHERE number >= $1 AND number > 0 ORDER BY seq",
                   {json_field<int64_t>(state, "first_recent", where)},
                   [&](const Row& row) { monitor.restore_message(message_of(row)); });
    database.query("SELECT word, recent, usual, bucket FROM monitor_words", {}, [&](const Row& row) {
      monitor.restore_word(std::string(row.text(0)),
                           {.recent = row.real(1), .usual = row.real(2), .bucket = row.integer(3)});
    });
    std::vector<Alert> open;
    database.query(std::string(kAlertColumns) + " WHERE ended_us = 0 ORDER BY ts, id", {},
                   [&](const Row& row) { open.push_back(alert_of(row).alert); });
    monitor.restore_state(state, where, std::move(open));
    return true;
  });
}

std::vector<TrendRow> MonitorStore::trends(const TrendQuery& query) {
  const std::string topic = grouped(query.topic, "topic"),
                    source = query.source.empty() ? "source" : grouped(query.source, "source");
  // An entity's counts stand in rows of its own; those of all messages in rows of "*".
  std::string where = " WHERE unit = $1 AND begin_us >= $2 AND begin_us < $3";
  Parameters parameters = {query.unit, query.since_us, query.until_us};
  const auto add = [&](const char* column, const std::string& value) {
    parameters.push_back(value);
    where += fmt::format(" AND {} = ${}", column, parameters.size());
  };
  if (!query.topic.empty() && query.topic != kAll) add("topic", query.topic);
  if (!query.source.empty() && query.source != kAll) add("source", query.source);
  if (!query.entity.empty()) add("entity", query.entity);
  parameters.push_back(query.limit);
  const std::string sql = fmt::format(
      "SELECT begin_us, {0} AS t, entity, {1} AS s, {2} FROM monitor_counts{3} GROUP BY begin_us, t, entity, "
      "s"
      " ORDER BY begin_us DESC, t DESC, entity DESC, s DESC LIMIT ${4}",
      topic, source, kSums, where, parameters.size());
  return reader_.run([&](Database& database) {
    std::vector<TrendRow> rows;
    database.query(sql, parameters, [&](const Row& row) {
      rows.push_back({.cell = {.unit = query.unit,
                               .begin_us = row.integer(0),
                               .topic = std::string(row.text(1)),
                               .entity = std::string(row.text(2)),
                               .source = std::string(row.text(3))},
                      .counts = counts_of(row, 4)});
    });
    std::ranges::reverse(rows);
    return rows;
  });
}

std::vector<SourceFigures> MonitorStore::sources(int64_t since_us) {
  return reader_.run([&](Database& database) {
    std::vector<SourceFigures> sources;
    database.query(
        fmt::format(
            "SELECT source, {}, MAX(begin_us) FROM monitor_counts WHERE unit = 60 AND entity = '*' AND"
            " begin_us >= $1 GROUP BY source ORDER BY source",
            kSums),
        {since_us}, [&](const Row& row) {
          sources.push_back({std::string(row.text(0)), counts_of(row, 1), row.integer(8)});
        });
    return sources;
  });
}

std::vector<StoredMessage> MonitorStore::messages(const MessageQuery& query) {
  std::string sql = std::string(kMessageColumns) + " WHERE seq > $1";
  Parameters parameters = {query.after};
  if (!query.topic.empty()) {
    parameters.push_back(query.topic);
    sql += fmt::format(" AND topic = ${}", parameters.size());
  }
  std::string pattern;
  if (!query.entity.empty()) {
    pattern = "%" + Json(query.entity).dump() + "%";
    parameters.push_back(pattern);
    sql += fmt::format(" AND entities LIKE ${}", parameters.size());
  }
  parameters.push_back(query.limit);
  sql += fmt::format(" ORDER BY seq{} LIMIT ${}", query.after > 0 ? "" : " DESC", parameters.size());
  return reader_.run([&](Database& database) {
    std::vector<StoredMessage> messages;
    database.query(sql, parameters, [&](const Row& row) {
      messages.push_back({row.integer(0), message_of(row)});
    });
    return messages;
  });
}

std::vector<StoredAlert> MonitorStore::alerts(const std::string& state, int64_t limit, int64_t before_us) {
  std::string sql = std::string(kAlertColumns) + " WHERE ts < $1";
  if (state == "open") sql += " AND ended_us = 0";
  if (state == "ended") sql += " AND ended_us > 0";
  if (state == "unacknowledged") sql += " AND acknowledged_us = 0";
  sql += " ORDER BY ts DESC, id LIMIT $2";
  return reader_.run([&](Database& database) {
    std::vector<StoredAlert> alerts;
    database.query(sql, {before_us, limit}, [&](const Row& row) { alerts.push_back(alert_of(row)); });
    return alerts;
  });
}

std::optional<StoredAlert> MonitorStore::alert(const std::string& id) {
  return reader_.run([&](Database& database) {
    std::optional<StoredAlert> found;
    database.query(std::string(kAlertColumns) + " WHERE id = $1", {id},
                   [&](const Row& row) { found = alert_of(row); });
    return found;
  });
}

std::vector<store::DeadLetter> MonitorStore::unreadable(int64_t limit) {
  return reader_.run([&](Database& database) {
    std::vector<store::DeadLetter> letters;
    database.query(
        "SELECT stream, message_id, reason, body, ts FROM dead_letters WHERE stream LIKE 'monitor %' ORDER "
        "BY ts DESC,"
        " seq DESC LIMIT $1",
        {limit}, [&](const Row& row) {
          letters.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                             std::string(row.text(3)), row.integer(4)});
        });
    return letters;
  });
}

bool MonitorStore::acknowledge(const std::string& id, const std::string& by) {
  return writer_.run_in_transaction([&](Database& database) {
    bool exists = false;
    database.query("SELECT 1 FROM monitor_alerts WHERE id = $1", {id}, [&](const Row&) { exists = true; });
    database.execute(
        "UPDATE monitor_alerts SET acknowledged_us = $2, acknowledged_by = $3 WHERE id = $1 AND "
        "acknowledged_us = 0",
        {id, store::now_us(), by});
    return exists;
  });
}

void MonitorStore::silence(const Silence& one) {
  writer_.run_in_transaction([&](Database& database) {
    return database.execute(
        "INSERT INTO monitor_silences (id, topic, entity, event, until_us, by_whom, comment, created_us) "
        "VALUES"
        " ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET until_us = excluded.until_us",
        {one.id, one.topic, one.entity, one.event, one.until_us, one.by, one.comment, store::now_us()});
  });
}

bool MonitorStore::end_silence(const std::string& id) {
  const int64_t changed = writer_.run_in_transaction([&](Database& database) {
    return database.execute("DELETE FROM monitor_silences WHERE id = $1", {id});
  });
  return changed > 0;
}

std::vector<Silence> MonitorStore::silences() {
  return reader_.run([](Database& database) { return silences_at(database, store::now_us()); });
}

std::vector<Notification> MonitorStore::due(int64_t now_us, int64_t limit) {
  std::vector<Notification> due;
  std::set<std::string> held;  // alerts that wait for people, and whatever else is told of them
  for (Notification& one : waiting(kMostWaiting)) {
    if (static_cast<int64_t>(due.size()) == limit) break;
    if (one.due_us > now_us && one.attempts > 0) break;  // the receiver is down: everything keeps its order
    if (one.due_us > now_us || held.contains(one.alert)) {
      held.insert(one.alert);
    } else {
      due.push_back(std::move(one));
    }
  }
  return due;
}

std::vector<Notification> MonitorStore::waiting(int64_t limit) {
  return reader_.run([&](Database& database) {
    std::vector<Notification> notifications;
    database.query(
        "SELECT seq, alert, status, due_us, attempts, problem, created_us FROM monitor_outbox ORDER BY seq "
        "LIMIT $1",
        {limit}, [&](const Row& row) {
          notifications.push_back({.seq = row.integer(0),
                                   .alert = std::string(row.text(1)),
                                   .status = std::string(row.text(2)),
                                   .due_us = row.integer(3),
                                   .attempts = row.integer(4),
                                   .created_us = row.integer(6),
                                   .problem = std::string(row.text(5))});
        });
    return notifications;
  });
}

void MonitorStore::sent(int64_t seq) {
  writer_.run_in_transaction([&](Database& database) {
    return database.execute("DELETE FROM monitor_outbox WHERE seq = $1", {seq});
  });
}

void MonitorStore::failed(const Notification& one) {
  writer_.run_in_transaction([&](Database& database) {
    return database.execute(
        "UPDATE monitor_outbox SET due_us = $2, attempts = $3, problem = $4 WHERE seq = $1",
        {one.seq, one.due_us, one.attempts, one.problem});
  });
}

int64_t MonitorStore::escalate(int64_t raised_before_us, int64_t now_us) {
  return writer_.run_in_transaction([&](Database& database) {
    std::vector<std::string> ids;
    database.query(
        "SELECT id FROM monitor_alerts WHERE ended_us = 0 AND acknowledged_us = 0 AND silenced_by = '' AND"
        " escalated_us = 0 AND raised_us < $1 ORDER BY ts, id",
        {raised_before_us}, [&](const Row& row) { ids.emplace_back(row.text(0)); });
    for (const std::string& id : ids) {
      database.execute("UPDATE monitor_alerts SET escalated_us = $2 WHERE id = $1", {id, now_us});
      database.execute(kNotify, {id, std::string_view("escalated"), now_us});
    }
    return static_cast<int64_t>(ids.size());
  });
}

void MonitorStore::prune(const Retention& keep, int64_t latest_us) {
  writer_.run_in_transaction([&](Database& database) {
    database.execute("DELETE FROM monitor_messages WHERE ts < $1", {latest_us - keep.message_days * kDayUs});
    database.execute("DELETE FROM monitor_counts WHERE unit = 1 AND begin_us < $1",
                     {latest_us - keep.minute_days * kDayUs});
    return database.execute("DELETE FROM monitor_counts WHERE unit = 60 AND begin_us < $1",
                            {latest_us - keep.hour_days * kDayUs});
  });
}

}  // namespace heed::apps::monitor
