#include "economy/network.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <lemon/list_graph.h>
#include <lemon/network_simplex.h>

#include "base/error.h"
#include "base/nearest.h"

namespace heed::economy {
namespace {

using Graph = lemon::ListDigraph;
using Simplex = lemon::NetworkSimplex<Graph, double, double>;

constexpr double kDust = 1e-9;

void check_amount(double value, bool may_be_unlimited, const std::string& where, const char* field) {
  if (value >= 0 && (std::isfinite(value) || (may_be_unlimited && value == kUnlimited))) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: field '{}': expected a number of at least 0, found {}", where, field, value));
}

std::map<std::string, size_t> check_nodes(std::span<const NetworkNode> nodes) {
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::string where = fmt::format("node '{}'", nodes[i].name);
    if (nodes[i].name.empty())
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("nodes[{}]: field 'name': expected a name, found none", i));
    if (!places.emplace(nodes[i].name, i).second)
      throw Error(ErrorCode::invalid_argument, where + ": expected it once, found it twice");
    check_amount(nodes[i].supply, true, where, "supply");
    check_amount(nodes[i].demand, true, where, "demand");
    check_amount(nodes[i].capacity, true, where, "capacity");
  }
  return places;
}

size_t place_of(const std::string& name, const std::map<std::string, size_t>& places, size_t edge) {
  if (const auto found = places.find(name); found != places.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [one, place] : places) known.push_back(one);
  throw Error(ErrorCode::invalid_argument, fmt::format("edges[{}]: expected a node's name, found '{}'{}",
                                                       edge, name, did_you_mean(name, known)));
}

void check_edge(const NetworkEdge& edge) {
  const std::string where = fmt::format("edge '{}' -> '{}'", edge.from, edge.to);
  check_amount(edge.capacity, true, where, "capacity");
  check_amount(edge.cost, false, where, "cost");
  check_amount(edge.floor, false, where, "floor");
  if (!std::isfinite(edge.value))
    throw Error(ErrorCode::invalid_argument,
                where + ": field 'value': expected a finite number, found another");
  if (edge.floor > edge.capacity) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: expected a floor of at most its capacity ({}), found {}", where,
                            edge.capacity, edge.floor));
  }
}

// A circulation: every node is an arc from its entrance to its exit, and a hub hands out supply and takes
// what ends. Amounts are scaled so that the greatest is 1.
class Circulation {
 public:
  Circulation(std::span<const NetworkNode> nodes, std::span<const NetworkEdge> edges)
      : nodes_(nodes), edges_(edges), lower_(graph_), upper_(graph_), cost_(graph_) {
    const auto places = check_nodes(nodes);
    scale_ = greatest();
    hub_ = graph_.addNode();
    for (const NetworkNode& node : nodes) {
      in_.push_back(graph_.addNode());
      out_.push_back(graph_.addNode());
      through_.push_back(add(in_.back(), out_.back(), node.capacity, 0.0, 0.0));
      supply_.push_back(add(hub_, in_.back(), node.supply, 0.0, 0.0));
      demand_.push_back(add(out_.back(), hub_, node.demand, 0.0, 0.0));
    }
    for (size_t i = 0; i < edges.size(); ++i) {
      const size_t from = place_of(edges[i].from, places, i), to = place_of(edges[i].to, places, i);
      check_edge(edges[i]);
      arcs_.push_back(
          add(out_[from], in_[to], edges[i].capacity, edges[i].cost - edges[i].value, edges[i].floor));
    }
  }

  Flow solve();
  // How much less than its floor flows over each edge where that is as little as can be.
  std::vector<double> shortfalls();

 private:
  double greatest() const {
    double most = 0.0;
    const auto see = [&](double amount) {
      if (std::isfinite(amount)) most = std::max(most, amount);
    };
    for (const NetworkNode& node : nodes_) {
      see(node.supply);
      see(node.demand);
      see(node.capacity);
    }
    for (const NetworkEdge& edge : edges_) {
      see(edge.capacity);
      see(edge.floor);
    }
    return most > 0 ? most : 1.0;
  }

  Graph::Arc add(Graph::Node from, Graph::Node to, double capacity, double cost, double floor) {
    const Graph::Arc arc = graph_.addArc(from, to);
    lower_[arc] = floor / scale_;
    upper_[arc] = std::isfinite(capacity) ? capacity / scale_ : kUnlimited;
    cost_[arc] = cost;
    return arc;
  }

  Flow read(const Simplex& simplex) const;

  std::span<const NetworkNode> nodes_;
  std::span<const NetworkEdge> edges_;
  double scale_ = 1.0;
  Graph graph_;
  Graph::ArcMap<double> lower_, upper_, cost_;
  Graph::Node hub_;
  std::vector<Graph::Node> in_, out_;
  std::vector<Graph::Arc> through_, supply_, demand_, arcs_;
};

Flow Circulation::solve() {
  if (nodes_.empty()) return {};
  Simplex simplex(graph_);
  simplex.lowerMap(lower_).upperMap(upper_).costMap(cost_);
  switch (simplex.run()) {
    case Simplex::OPTIMAL:
      return read(simplex);
    case Simplex::UNBOUNDED:
      throw Error(ErrorCode::invalid_argument,
                  "network: expected a limit on every way round that brings value, found one without; give "
                  "one of its "
                  "edges or nodes a capacity");
    default: {
      const std::vector<double> shortfall = shortfalls();
      std::string names;
      for (size_t i = 0; i < shortfall.size(); ++i) {
        if (shortfall[i] > kDust * scale_)
          names += fmt::format("{}'{}' -> '{}' by {:g}", names.empty() ? "" : ", ", edges_[i].from,
                               edges_[i].to, shortfall[i]);
      }
      throw Error(ErrorCode::invalid_argument,
                  "network: expected floors that supply, demand and capacities allow, found them short at " +
                      names + "; lower these, or raise what limits them");
    }
  }
}

// Each edge with a floor becomes two: up to the floor, where a unit is worth 1, and above it, worth nothing.
std::vector<double> Circulation::shortfalls() {
  Graph::ArcMap<double> upper(graph_), cost(graph_);
  for (Graph::ArcIt arc(graph_); arc != lemon::INVALID; ++arc) {
    upper[arc] = upper_[arc];
    cost[arc] = 0.0;
  }
  for (size_t i = 0; i < arcs_.size(); ++i) {
    if (edges_[i].floor <= 0) continue;
    upper[arcs_[i]] = lower_[arcs_[i]];
    cost[arcs_[i]] = -1.0;
    const Graph::Arc above = graph_.addArc(graph_.source(arcs_[i]), graph_.target(arcs_[i]));
    upper[above] = upper_[arcs_[i]] - lower_[arcs_[i]];
    cost[above] = 0.0;
  }
  Simplex simplex(graph_);
  simplex.upperMap(upper).costMap(cost).run();
  std::vector<double> shortfall;
  for (size_t i = 0; i < arcs_.size(); ++i)
    shortfall.push_back(
        scale_ *
        std::max(0.0, lower_[arcs_[i]] - (edges_[i].floor > 0 ? simplex.flow(arcs_[i]) : lower_[arcs_[i]])));
  return shortfall;
}

Flow Circulation::read(const Simplex& simplex) const {
  const auto flow_of = [&](Graph::Arc arc) {
    const double flow = simplex.flow(arc);
    return std::abs(flow) < kDust ? 0.0 : flow * scale_;
  };
  // By linear programming's duality: minus the reduced cost, where the arc is full.
  const auto price_of = [&](Graph::Arc arc) {
    if (!std::isfinite(upper_[arc]) || simplex.flow(arc) < upper_[arc] - kDust) return 0.0;
    const double price =
        simplex.potential(graph_.target(arc)) - simplex.potential(graph_.source(arc)) - cost_[arc];
    return std::max(0.0, price);
  };
  Flow flow;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    flow.nodes.push_back({.flow = flow_of(through_[i]),
                          .worth = std::max(0.0, simplex.potential(in_[i]) - simplex.potential(hub_)),
                          .price = price_of(through_[i]),
                          .supply_price = price_of(supply_[i]),
                          .demand_price = price_of(demand_[i])});
  }
  for (size_t i = 0; i < edges_.size(); ++i) {
    flow.edges.push_back({.flow = flow_of(arcs_[i]), .price = price_of(arcs_[i])});
    flow.value += flow.edges.back().flow * (edges_[i].value - edges_[i].cost);
  }
  return flow;
}

}  // namespace

Flow best_flow(std::span<const NetworkNode> nodes, std::span<const NetworkEdge> edges) {
  return Circulation(nodes, edges).solve();
}

std::string_view to_string(Bottleneck::Limit limit) {
  using enum Bottleneck::Limit;
  return limit == edge ? "edge" : limit == node ? "node" : limit == supply ? "supply" : "demand";
}

std::vector<Bottleneck> bottlenecks(const Flow& flow) {
  using enum Bottleneck::Limit;
  std::vector<Bottleneck> found;
  const auto add = [&](Bottleneck::Limit limit, size_t place, double price) {
    if (price > 0) found.push_back({limit, place, price});
  };
  for (size_t i = 0; i < flow.edges.size(); ++i) add(edge, i, flow.edges[i].price);
  for (size_t i = 0; i < flow.nodes.size(); ++i) {
    add(node, i, flow.nodes[i].price);
    add(supply, i, flow.nodes[i].supply_price);
    add(demand, i, flow.nodes[i].demand_price);
  }
  std::ranges::stable_sort(found, [](const Bottleneck& a, const Bottleneck& b) { return a.price > b.price; });
  return found;
}

}  // namespace heed::economy
