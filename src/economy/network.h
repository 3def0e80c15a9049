#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// How attention flows from those who have something to say, by tasks and channels, to those who attend: the
// best flow, what limits it, and what a change would bring.
namespace heed::economy {

inline constexpr double kUnlimited = std::numeric_limits<double>::infinity();

struct NetworkNode {
  std::string name;
  std::string kind = {};         // "source", "task", "channel", "item", "user": for a person who looks
  double supply = 0.0;           // units that may begin here
  double demand = 0.0;           // units that may end here
  double capacity = kUnlimited;  // units that may pass through
};

struct NetworkEdge {
  std::string from, to;
  double capacity = kUnlimited;
  double cost = 0.0;   // of a unit
  double value = 0.0;  // of a unit
  double floor = 0.0;  // units that must flow
};

struct FlowEdge {
  double flow = 0.0;
  // What one more unit of capacity would bring; 0 where it is not used up.
  double price = 0.0;
};

struct FlowNode {
  double flow = 0.0;                              // units that pass through, begin or end here
  double worth = 0.0;                             // what one more unit that appeared here would bring
  double price = 0.0;                             // what one more unit of capacity would bring
  double supply_price = 0.0, demand_price = 0.0;  // likewise of supply and of demand
};

struct Flow {
  double value = 0.0;           // sum of (value - cost) times flow: the greatest there is
  std::vector<FlowNode> nodes;  // as the network's
  std::vector<FlowEdge> edges;
};

// The flow of greatest value: units begin at nodes with supply, are conserved at every node, end at nodes
// with demand, within capacities and floors; none need flow where it brings nothing (network simplex of
// LEMON). Cycles and parts that are not connected are allowed. Numbers are real; amounts below 1e-9 of the
// greatest are 0. Throws invalid_argument on a number that is negative where it must not be or not finite, a
// name that is empty, unknown (with the nearest) or twice there, a floor above its capacity, a cycle that
// brings value without limit, or floors that cannot be kept (naming those of them that are short).
Flow best_flow(std::span<const NetworkNode> nodes, std::span<const NetworkEdge> edges);

// The edges and nodes whose capacity, supply or demand binds, the most valuable unit first.
struct Bottleneck {
  enum class Limit { edge, node, supply, demand };
  Limit limit = Limit::edge;
  size_t place = 0;    // of nodes or edges
  double price = 0.0;  // what one more unit would bring
};
std::vector<Bottleneck> bottlenecks(const Flow& flow);
std::string_view to_string(Bottleneck::Limit limit);

}  // namespace heed::economy
