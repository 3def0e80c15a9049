#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "base/json.h"
#include "cli/economy_commands.h"
#include "cli/named_columns.h"
#include "cli/number_field.h"
#include "cli/text_table.h"
#include "data/table.h"
#include "economy/network.h"

namespace heed::cli {
namespace {

struct Settings {
  std::string nodes, edges;
  bool json = false;
};

double number_or(const std::string& text, const std::string& where, const char* field, double otherwise) {
  return text.empty() ? otherwise : read_number(text, where, field);
}

std::vector<economy::NetworkNode> read_nodes(const std::string& file) {
  const data::Table table = data::read_table(file);
  const NamedColumns columns(table, {"name"}, {"kind", "supply", "demand", "capacity"});
  std::vector<economy::NetworkNode> nodes;
  for (const data::Row& row : table.rows) {
    const std::string where = table.where(row);
    nodes.push_back({.name = columns.get(row, 0),
                     .kind = columns.get(row, 1),
                     .supply = number_or(columns.get(row, 2), where, "supply", 0),
                     .demand = number_or(columns.get(row, 3), where, "demand", 0),
                     .capacity = number_or(columns.get(row, 4), where, "capacity", economy::kUnlimited)});
  }
  return nodes;
}

std::vector<economy::NetworkEdge> read_edges(const std::string& file) {
  const data::Table table = data::read_table(file);
  const NamedColumns columns(table, {"from", "to"}, {"capacity", "cost", "value", "floor"});
  std::vector<economy::NetworkEdge> edges;
  for (const data::Row& row : table.rows) {
    const std::string where = table.where(row);
    edges.push_back({.from = columns.get(row, 0),
                     .to = columns.get(row, 1),
                     .capacity = number_or(columns.get(row, 2), where, "capacity", economy::kUnlimited),
                     .cost = number_or(columns.get(row, 3), where, "cost", 0),
                     .value = number_or(columns.get(row, 4), where, "value", 0),
                     .floor = number_or(columns.get(row, 5), where, "floor", 0)});
  }
  return edges;
}

std::string describe(const economy::Bottleneck& one, const std::vector<economy::NetworkNode>& nodes,
                     const std::vector<economy::NetworkEdge>& edges) {
  using Limit = economy::Bottleneck::Limit;
  if (one.limit == Limit::edge) return fmt::format("{} -> {}", edges[one.place].from, edges[one.place].to);
  return fmt::format("{} of {}", one.limit == Limit::node ? "capacity" : to_string(one.limit),
                     nodes[one.place].name);
}

void run(const Settings& settings) {
  const std::vector<economy::NetworkNode> nodes = read_nodes(settings.nodes);
  const std::vector<economy::NetworkEdge> edges = read_edges(settings.edges);
  const economy::Flow flow = economy::best_flow(nodes, edges);
  const std::vector<economy::Bottleneck> narrow = economy::bottlenecks(flow);
  if (settings.json) {
    Json of_nodes = Json::array(), of_edges = Json::array(), of_narrow = Json::array();
    for (size_t k = 0; k < nodes.size(); ++k)
      of_nodes.push_back(
          {{"name", nodes[k].name}, {"flow", flow.nodes[k].flow}, {"worth", flow.nodes[k].worth}});
    for (size_t k = 0; k < edges.size(); ++k)
      of_edges.push_back({{"from", edges[k].from},
                          {"to", edges[k].to},
                          {"flow", flow.edges[k].flow},
                          {"price", flow.edges[k].price}});
    for (const economy::Bottleneck& one : narrow)
      of_narrow.push_back({{"limit", describe(one, nodes, edges)}, {"price", one.price}});
    return apps::print(
        Json({{"value", flow.value}, {"nodes", of_nodes}, {"edges", of_edges}, {"bottlenecks", of_narrow}})
            .dump() +
        "\n");
  }
  std::vector<std::vector<std::string>> rows = {{"from", "to", "flow", "one more is worth"}};
  for (size_t k = 0; k < edges.size(); ++k)
    rows.push_back({edges[k].from, edges[k].to, figure(flow.edges[k].flow), figure(flow.edges[k].price)});
  apps::print(text_table(rows, {2, 3}));
  apps::print(fmt::format("value {}\n", figure(flow.value)));
  for (const economy::Bottleneck& one : narrow)
    apps::print(
        fmt::format("one more unit of {} would bring {}\n", describe(one, nodes, edges), figure(one.price)));
}

}  // namespace

void add_economy_flow_command(CLI::App& economy) {
  CLI::App* command =
      economy.add_subcommand("flow", "How attention flows best through a network, and what limits it");
  auto settings = std::make_shared<Settings>();
  command->add_option("NODES", settings->nodes, "name; kind, supply, demand, capacity")
      ->required()
      ->type_name("FILE");
  command->add_option("EDGES", settings->edges, "from, to; capacity, cost, value, floor")
      ->required()
      ->type_name("FILE");
  command->add_flag("--json", settings->json, "One JSON object");
  command->footer("An empty field is no limit, or 0.\n\nExample:\n  heed economy flow nodes.csv edges.csv");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
