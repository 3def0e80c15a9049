#include "store/conversation_store.h"

#include "base/error.h"
#include "store/check_event.h"
#include "store/event.h"

namespace heed::store {
namespace {

constexpr std::string_view kSave =
    "INSERT INTO conversations (tenant, id, subject, state, ts, content) VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (tenant, id) DO UPDATE SET subject = excluded.subject, state = excluded.state, ts = "
    "excluded.ts,"
    " content = excluded.content";
constexpr std::string_view kColumns = "SELECT tenant, id, subject, state, ts, content FROM conversations";
constexpr size_t kMaxContentBytes = 4 << 20;
constexpr int64_t kMaxLimit = 10'000;

StoredConversation conversation_of(const Row& row) {
  return {.tenant = std::string(row.text(0)),
          .id = std::string(row.text(1)),
          .subject = std::string(row.text(2)),
          .state = std::string(row.text(3)),
          .updated_us = row.integer(4),
          .content = std::string(row.text(5))};
}

}  // namespace

void ConversationStore::save(std::span<const StoredConversation> conversations) {
  std::vector<Parameters> rows;
  for (const StoredConversation& each : conversations) {
    check_text(each.tenant, "tenant", kMaxIdBytes);
    check_id(each.id, "id");
    check_text(each.subject, "subject", kMaxIdBytes);
    check_text(each.content, "content", kMaxContentBytes);
    rows.push_back({each.tenant, each.id, each.subject, each.state, each.updated_us, each.content});
  }
  if (rows.empty()) return;
  database_.run_in_transaction([&](Database& database) { return database.execute_each(kSave, rows); });
}

void ConversationStore::remove(const std::string& tenant, const std::string& id) {
  check_text(tenant, "tenant", kMaxIdBytes);
  check_text(id, "id", kMaxIdBytes);
  database_.run_in_transaction([&](Database& database) {
    return database.execute("DELETE FROM conversations WHERE tenant = $1 AND id = $2", {tenant, id});
  });
}

std::optional<StoredConversation> ConversationStore::find(const std::string& tenant, const std::string& id) {
  check_text(tenant, "tenant", kMaxIdBytes);
  check_text(id, "id", kMaxIdBytes);
  return database_.run([&](Database& database) {
    std::optional<StoredConversation> found;
    database.query(std::string(kColumns) + " WHERE tenant = $1 AND id = $2", {tenant, id},
                   [&](const Row& row) { found = conversation_of(row); });
    return found;
  });
}

std::vector<StoredConversation> ConversationStore::list(const ConversationQuery& query) {
  check_text(query.tenant.value_or(""), "tenant", kMaxIdBytes);
  if (query.limit < 1 || query.limit > kMaxLimit)
    throw Error(ErrorCode::invalid_argument, "limit: expected 1 to 10000, found another number");
  std::string sql = std::string(kColumns) + " WHERE ts >= 0";
  Parameters parameters;
  const auto add = [&](const char* condition, std::string_view value) {
    parameters.push_back(value);
    sql += condition + std::to_string(parameters.size());
  };
  if (!query.state.empty()) add(" AND state = $", query.state);
  if (query.tenant) add(" AND tenant = $", *query.tenant);
  parameters.push_back(query.limit);
  sql += " ORDER BY ts DESC, id LIMIT $" + std::to_string(parameters.size());
  return database_.run([&](Database& database) {
    std::vector<StoredConversation> conversations;
    database.query(sql, parameters, [&](const Row& row) { conversations.push_back(conversation_of(row)); });
    return conversations;
  });
}

}  // namespace heed::store
