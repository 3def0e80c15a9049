#include "store/event_rows.h"

#include <algorithm>
#include <numeric>

#include "store/event_json.h"

namespace heed::store {
namespace {

constexpr std::string_view kInsertDecision =
    "INSERT INTO decisions (tenant, event_id, ts, app, subject, context_hash, candidates, chosen, model, "
    "version,"
    " reason, minutes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    " ON CONFLICT (tenant, event_id) DO NOTHING";
constexpr std::string_view kInsertOutcome =
    "INSERT INTO outcomes (tenant, event_id, decision_id, ts, kind, value, text, app, subject)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant, event_id) DO NOTHING";

bool before(const Event* a, const Event* b) {
  if (a->index() != b->index()) return a->index() < b->index();
  if (const int order = tenant(*a).compare(tenant(*b)); order != 0) return order < 0;
  return event_id(*a) < event_id(*b);
}

Parameters row_of(const Decision& d, std::string_view candidates) {
  return {d.tenant,   d.event_id, d.ts_us, d.app,     d.subject, d.context_hash,
          candidates, d.chosen,   d.model, d.version, d.reason,  d.minutes};
}

Parameters row_of(const Outcome& o) {
  return {o.tenant, o.event_id, o.decision_id, o.ts_us, o.kind, o.value, o.text, o.app, o.subject};
}

}  // namespace

Decision decision_of(const Row& row) {
  Decision decision{.event_id = std::string(row.text(2)),
                    .ts_us = row.integer(3),
                    .tenant = std::string(row.text(1)),
                    .app = std::string(row.text(4)),
                    .subject = std::string(row.text(5)),
                    .context_hash = std::string(row.text(6)),
                    .candidates = {},
                    .chosen = std::string(row.text(8)),
                    .model = std::string(row.text(9)),
                    .version = row.integer(10),
                    .reason = std::string(row.text(11)),
                    .minutes = row.real(12)};
  const std::string where = "event log: decision '" + decision.event_id + "': candidates";
  decision.candidates = candidates_from_json(parse_json(row.text(7), where), where);
  return decision;
}

Outcome outcome_of(const Row& row) {
  return {.event_id = std::string(row.text(2)),
          .decision_id = std::string(row.text(3)),
          .ts_us = row.integer(4),
          .kind = std::string(row.text(5)),
          .value = row.real(6),
          .text = std::string(row.text(7)),
          .tenant = std::string(row.text(1)),
          .app = std::string(row.text(8)),
          .subject = std::string(row.text(9))};
}

std::vector<bool> insert_events(Database& database, std::span<const Event* const> events) {
  std::vector<size_t> order(events.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return before(events[a], events[b]); });

  std::vector<std::string> candidates;  // a row holds views: it must not move
  candidates.reserve(events.size());
  std::vector<Parameters> decisions, outcomes;
  for (const size_t i : order) {
    if (const auto* decision = std::get_if<Decision>(events[i])) {
      candidates.push_back(to_json(decision->candidates).dump());
      decisions.push_back(row_of(*decision, candidates.back()));
    } else {
      outcomes.push_back(row_of(std::get<Outcome>(*events[i])));
    }
  }
  std::vector<int64_t> changed = database.execute_each(kInsertDecision, decisions);
  for (const int64_t rows : database.execute_each(kInsertOutcome, outcomes)) changed.push_back(rows);

  std::vector<bool> is_new(events.size());
  for (size_t k = 0; k < order.size(); ++k) is_new[order[k]] = changed[k] > 0;
  return is_new;
}

}  // namespace heed::store
