#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/economy/http.h"
#include "economy/ledger.h"
#include "economy/memory_fit.h"
#include "economy/network.h"
#include "economy/policy_log.h"
#include "economy/schedule.h"

namespace heed::apps::economics {
namespace {

using Kind = Field::Kind;

constexpr size_t kLeastToFit = 200;  // reviews: fewer are read by the default parameters

// --- What is remembered

Json retain(const Call& call, Services& /*services*/) {
  economy::ReviewLog log;
  size_t k = 0;
  for (const Json& row : rows_of(call.body, "reviews"))
    log.add(text_of(row, "card"), text_of(row, "rating"), text_of(row, "time"),
            fmt::format("reviews[{}]", k++), text_of(row, "duration_ms"));
  log.sort();
  const bool fitted = log.reviews().size() >= kLeastToFit && boolean_or(call.body, "fit", true);
  const economy::MemoryModel model =
      fitted ? economy::fit_memory(log, log.reviews().size()) : economy::MemoryModel();
  const economy::ScheduleOptions options{.retention = number_or(call.body, "retention", 0.9)};
  std::vector<economy::ScheduledItem> items(log.cards().size());
  for (const economy::Review& one : log.reviews())
    economy::review(model, options, one.rating, one.time_us, items[one.card]);
  const int64_t now = has(call.body, "at") ? economy::parse_time(text_of(call.body, "at"), "at")
                                           : log.reviews().back().time_us;
  Json cards = Json::array();
  for (size_t card = 0; card < items.size(); ++card) {
    const economy::ScheduledItem& item = items[card];
    cards.push_back({{"card", log.cards()[card]},
                     {"due", economy::day_text(item.due_us)},
                     {"days_away", economy::days_between(item.reviewed_us, now)},
                     {"recall", rounded(model.recall(economy::days_between(item.reviewed_us, now),
                                                     item.memory.stability))},
                     {"stability", rounded(item.memory.stability)},
                     {"difficulty", rounded(item.memory.difficulty)}});
  }
  const double decay = model.parameters()[20];
  return {{"fitted", fitted},
          {"parameters", model.parameters()},
          {"decay", decay},
          {"factor", std::pow(0.9, -1 / decay) - 1},
          {"cards", std::move(cards)}};
}

Route retain_route() {
  return {.method = "POST",
          .path = "/v1/economy/retain",
          .summary = "How well each item is remembered, and when it is due",
          .body = {{.name = "reviews",
                    .kind = Kind::objects,
                    .help = "What was reviewed when",
                    .required = true,
                    .fields = {{.name = "card", .help = "Name", .required = true},
                               {.name = "rating",
                                .kind = Kind::integer,
                                .help = "1 again, 2 hard, 3 good, 4 easy",
                                .required = true,
                                .min = 1,
                                .max = 4},
                               {.name = "time", .help = "ISO 8601", .required = true},
                               {.name = "duration_ms",
                                .kind = Kind::number,
                                .help = "That the answer took",
                                .min = 0}}},
                   {.name = "retention",
                    .kind = Kind::number,
                    .help = "Recall wanted when an item comes again; 0.9",
                    .min = 0.5,
                    .max = 0.99},
                   {.name = "fit",
                    .kind = Kind::boolean,
                    .help = "Fit FSRS-6 to these reviews where they are 200 or more; else its defaults"},
                   {.name = "at", .help = "Now; else the time of the last review"}},
          .reply = {{.name = "fitted", .kind = Kind::boolean, .help = "To these reviews", .required = true},
                    {.name = "parameters", .kind = Kind::any, .help = "21 of FSRS-6", .required = true},
                    {.name = "decay",
                     .kind = Kind::number,
                     .help = "w: recall(t) = (1 + factor t / stability)^-w",
                     .required = true},
                    {.name = "factor", .kind = Kind::number, .help = "Of that", .required = true},
                    {.name = "cards",
                     .kind = Kind::any,
                     .help = "[{card, due, days_away, recall, stability, difficulty}]",
                     .required = true}},
          .handle = [](const CallPointer& call, Services& services) { answer_by(call, services, retain); }};
}

// --- What another policy would have earned

Json estimate_json(std::string_view name, const metrics::OffPolicyEstimate& one) {
  return {{"estimator", name},
          {"value", one.value},
          {"lower", one.interval.lower},
          {"upper", one.interval.upper},
          {"effective_rows", rounded(one.effective_rows)},
          {"greatest_weight", rounded(one.greatest_weight)}};
}

Json evaluate(const Call& call, Services& /*services*/) {
  economy::PolicyLog log;
  const Json& rows = rows_of(call.body, "rows");
  for (size_t k = 0; k < rows.size(); ++k) {
    const Json& row = rows[k];
    log.rewards.push_back(row["reward"].get<double>());
    log.propensities.push_back(row["propensity"].get<double>());
    log.targets.push_back(row["target"].get<double>());
    if (log.propensities.back() <= 0)
      throw FieldError(fmt::format("rows[{}].propensity", k),
                       "expected above 0, found 0: a decision that could not be made says nothing");
    if (has(row, "predicted") != has(row, "predicted_value"))
      throw FieldError(fmt::format("rows[{}]", k), "expected both predicted and predicted_value, or neither");
    if (!has(row, "predicted")) continue;
    log.predicted_rewards.push_back(row["predicted"].get<double>());
    log.predicted_values.push_back(row["predicted_value"].get<double>());
  }
  metrics::OffPolicyOptions options{.switch_at = number_or(call.body, "switch_at", 10)};
  if (has(call.body, "clip")) options.clip = number_or(call.body, "clip", 0);
  const metrics::LoggedDecisions decisions = log.decisions();
  Json list = Json::array();
  for (const auto& [name, estimate] : economy::estimates(decisions, options))
    list.push_back(estimate_json(name, estimate));
  const economy::Coverage seen = economy::coverage(decisions);
  return {{"estimates", std::move(list)},
          {"mean_weight", rounded(seen.mean_weight)},
          {"support_is_short", seen.is_short}};
}

Route evaluate_route() {
  return {
      .method = "POST",
      .path = "/v1/economy/evaluate",
      .summary =
          "What another policy would have earned, from decisions that were logged with their propensities",
      .body =
          {{.name = "rows",
            .kind = Kind::objects,
            .help = "Decisions",
            .required = true,
            .fields = {{.name = "reward", .kind = Kind::number, .help = "That came of it", .required = true},
                       {.name = "propensity",
                        .kind = Kind::number,
                        .help = "The log's chance of what was done",
                        .required = true,
                        .min = 0,
                        .max = 1},
                       {.name = "target",
                        .kind = Kind::number,
                        .help = "The judged policy's chance of it",
                        .required = true,
                        .min = 0,
                        .max = 1},
                       {.name = "predicted", .kind = Kind::number, .help = "What a reward model says of it"},
                       {.name = "predicted_value",
                        .kind = Kind::number,
                        .help = "What it says of the judged policy here"}}},
           {.name = "clip", .kind = Kind::number, .help = "Greatest weight", .min = 1e-9},
           {.name = "switch_at",
            .kind = Kind::number,
            .help = "SWITCH-DR: above, the model alone; 10",
            .min = 0}},
      .reply = {{.name = "estimates",
                 .kind = Kind::any,
                 .help = "[{estimator, value, lower, upper, effective_rows, greatest_weight}], 95 %",
                 .required = true},
                {.name = "mean_weight",
                 .kind = Kind::number,
                 .help = "1 where the log has seen all that the policy does",
                 .required = true},
                {.name = "support_is_short",
                 .kind = Kind::boolean,
                 .help = "Whether it is surely below 0.9",
                 .required = true}},
      .handle = [](const CallPointer& call, Services& services) { answer_by(call, services, evaluate); }};
}

// --- How attention flows

Json flow(const Call& call, Services& /*services*/) {
  std::vector<economy::NetworkNode> nodes;
  std::vector<economy::NetworkEdge> edges;
  for (const Json& row : rows_of(call.body, "nodes"))
    nodes.push_back({.name = text_of(row, "name"),
                     .kind = text_of(row, "kind"),
                     .supply = number_or(row, "supply", 0),
                     .demand = number_or(row, "demand", 0),
                     .capacity = number_or(row, "capacity", economy::kUnlimited)});
  for (const Json& row : rows_of(call.body, "edges"))
    edges.push_back({.from = text_of(row, "from"),
                     .to = text_of(row, "to"),
                     .capacity = number_or(row, "capacity", economy::kUnlimited),
                     .cost = number_or(row, "cost", 0),
                     .value = number_or(row, "value", 0),
                     .floor = number_or(row, "floor", 0)});
  const economy::Flow found = economy::best_flow(nodes, edges);
  Json of_nodes = Json::array(), of_edges = Json::array(), narrow = Json::array();
  for (size_t k = 0; k < nodes.size(); ++k)
    of_nodes.push_back({{"name", nodes[k].name},
                        {"kind", nodes[k].kind},
                        {"flow", rounded(found.nodes[k].flow)},
                        {"worth", rounded(found.nodes[k].worth)},
                        {"price", rounded(found.nodes[k].price)},
                        {"supply_price", rounded(found.nodes[k].supply_price)},
                        {"demand_price", rounded(found.nodes[k].demand_price)}});
  for (size_t k = 0; k < edges.size(); ++k)
    of_edges.push_back({{"from", edges[k].from},
                        {"to", edges[k].to},
                        {"flow", rounded(found.edges[k].flow)},
                        {"price", rounded(found.edges[k].price)}});
  for (const economy::Bottleneck& one : economy::bottlenecks(found)) {
    const bool is_edge = one.limit == economy::Bottleneck::Limit::edge;
    narrow.push_back({{"limit", to_string(one.limit)},
                      {"from", is_edge ? edges[one.place].from : nodes[one.place].name},
                      {"to", is_edge ? edges[one.place].to : ""},
                      {"price", rounded(one.price)}});
  }
  return {{"value", rounded(found.value)},
          {"nodes", std::move(of_nodes)},
          {"edges", std::move(of_edges)},
          {"bottlenecks", std::move(narrow)}};
}

Field amount(const char* name, const char* help) {
  return {.name = name, .kind = Kind::number, .help = help, .min = 0};
}

Route flow_route() {
  return {.method = "POST",
          .path = "/v1/economy/flow",
          .summary = "How attention flows best through a network, and what limits it",
          .body = {{.name = "nodes",
                    .kind = Kind::objects,
                    .help = "Sources, tasks, channels, people",
                    .required = true,
                    .fields = {{.name = "name", .help = "Of its own", .required = true},
                               {.name = "kind", .help = "For a person who looks"},
                               amount("supply", "Units that may begin here"),
                               amount("demand", "Units that may end here"),
                               amount("capacity", "Units that may pass; without it no end")}},
                   {.name = "edges",
                    .kind = Kind::objects,
                    .help = "Ways between them",
                    .required = true,
                    .fields = {{.name = "from", .help = "Of nodes", .required = true},
                               {.name = "to", .help = "Of nodes", .required = true},
                               amount("capacity", "Units; without it no end"),
                               {.name = "cost", .kind = Kind::number, .help = "Of a unit"},
                               {.name = "value", .kind = Kind::number, .help = "Of a unit"},
                               amount("floor", "Units that must flow")}}},
          .reply = {{.name = "value",
                     .kind = Kind::number,
                     .help = "Of the flow: the greatest there is",
                     .required = true},
                    {.name = "nodes",
                     .kind = Kind::any,
                     .help = "[{name, kind, flow, worth, price, supply_price, demand_price}]",
                     .required = true},
                    {.name = "edges",
                     .kind = Kind::any,
                     .help = "[{from, to, flow, price}]: what one more unit of capacity would bring",
                     .required = true},
                    {.name = "bottlenecks",
                     .kind = Kind::any,
                     .help = "[{limit, from, to, price}], the dearest first",
                     .required = true}},
          .handle = [](const CallPointer& call, Services& services) { answer_by(call, services, flow); }};
}

// --- What became of it

Json statement(const Call& call, Services& services) {
  const std::string asked = call.parameter("by"), by = asked.empty() ? "day" : asked,
                    since = call.parameter("since"), until = call.parameter("until"),
                    tenant = call.parameter("tenant");
  economy::StatementQuery query{.by = economy::statement_key(by)};
  if (!tenant.empty()) query.tenant = tenant;
  if (!since.empty()) query.since_us = economy::parse_time(since, "since");
  if (!until.empty()) query.until_us = economy::parse_time(until, "until");
  Json lines = Json::array();
  for (const economy::StatementLine& line : economy::open_ledger(services.store_url())->statement(query)) {
    const auto minutes = [](int64_t milliseconds) {
      return rounded(static_cast<double>(milliseconds) / 60'000);
    };
    lines.push_back({{"key", line.key},
                     {"acquired", minutes(line.acquired)},
                     {"allocated", minutes(line.allocated)},
                     {"retained", minutes(line.retained)},
                     {"lost", minutes(line.lost)}});
  }
  return {{"by", by}, {"lines", std::move(lines)}};
}

Route ledger_route() {
  return {
      .method = "GET",
      .path = "/v1/economy/ledger",
      .scope = Scope::admin,
      .summary = "The ledger's statement: minutes of attention acquired, allocated, retained and lost",
      .query = {{.name = "by", .help = "A line each", .choices = {"day", "source", "task", "group"}},
                {.name = "tenant", .help = "Of this one alone"},
                {.name = "since", .help = "ISO 8601: from then on"},
                {.name = "until", .help = "ISO 8601: before"}},
      .reply = {{.name = "by", .help = "What lines are", .required = true},
                {.name = "lines",
                 .kind = Kind::any,
                 .help = "[{key, acquired, allocated, retained, lost}], in minutes",
                 .required = true}},
      .handle = [](const CallPointer& call, Services& services) { answer_by(call, services, statement); }};
}

}  // namespace

std::vector<Route> measure_routes() {
  return {retain_route(), evaluate_route(), flow_route(), ledger_route()};
}

}  // namespace heed::apps::economics
