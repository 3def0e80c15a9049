#include "economy/network.h"

#include <cmath>

#include "base/expect_error.h"
#include "base/random.h"

namespace heed::economy {
namespace {

using Nodes = std::vector<NetworkNode>;
using Edges = std::vector<NetworkEdge>;

// Two sources, one channel that takes 10, two readers of 6 and 8: the mail is worth more.
Nodes small_nodes() {
  return {{.name = "rss", .supply = 20},
          {.name = "邮件", .supply = 4},
          {.name = "digest", .capacity = 10},
          {.name = "ann", .demand = 6},
          {.name = "bo", .demand = 8}};
}
Edges small_edges() {
  return {{.from = "rss", .to = "digest", .value = 1},
          {.from = "邮件", .to = "digest", .value = 3},
          {.from = "digest", .to = "ann", .value = 2},
          {.from = "digest", .to = "bo", .capacity = 5, .cost = 0.5, .value = 1}};
}

TEST(Network, finds_the_flow_worked_by_hand) {
  const Flow flow = best_flow(small_nodes(), small_edges());
  // 4 of the mail, 6 of rss; 6 to ann, 4 to bo.
  EXPECT_NEAR(flow.edges[0].flow, 6, 1e-9);
  EXPECT_NEAR(flow.edges[1].flow, 4, 1e-9);
  EXPECT_NEAR(flow.edges[2].flow, 6, 1e-9);
  EXPECT_NEAR(flow.edges[3].flow, 4, 1e-9);
  EXPECT_NEAR(flow.value, 6 * 1 + 4 * 3 + 6 * 2 + 4 * 0.5, 1e-9);
  EXPECT_NEAR(flow.nodes[2].flow, 10, 1e-9);
}

TEST(Network, prices_say_what_one_more_unit_brings) {
  Nodes nodes = small_nodes();
  const Edges edges = small_edges();
  const Flow flow = best_flow(nodes, edges);
  // One more unit through the digest: from rss to bo.
  EXPECT_NEAR(flow.nodes[2].price, 1.5, 1e-9);
  EXPECT_NEAR(flow.nodes[1].supply_price, 2, 1e-9);    // mail in place of rss
  EXPECT_NEAR(flow.nodes[3].demand_price, 1.5, 1e-9);  // ann in place of bo
  EXPECT_EQ(flow.nodes[0].supply_price, 0);
  EXPECT_EQ(flow.edges[3].price, 0);
  nodes[2].capacity += 0.25;
  EXPECT_NEAR(best_flow(nodes, edges).value - flow.value, 0.25 * 1.5, 1e-9);
  const auto limits = bottlenecks(flow);
  ASSERT_EQ(limits.size(), 3U);
  EXPECT_EQ(limits[0].place, 1U);
  EXPECT_EQ(limits[0].limit, Bottleneck::Limit::supply);
}

TEST(Network, sends_nothing_where_it_costs_more_than_it_brings) {
  const Flow flow = best_flow(Nodes{{.name = "a", .supply = 5}, {.name = "b", .demand = 5}},
                              Edges{{.from = "a", .to = "b", .cost = 2, .value = 1}});
  EXPECT_EQ(flow.value, 0);
  EXPECT_EQ(flow.edges[0].flow, 0);
}

TEST(Network, keeps_floors_and_says_which_are_short) {
  const Nodes nodes = {{.name = "a", .supply = 5}, {.name = "b", .demand = 5}};
  EXPECT_NEAR(best_flow(nodes, Edges{{.from = "a", .to = "b", .cost = 2, .value = 1, .floor = 3}}).value, -3,
              1e-9);
  expect_error(ErrorCode::invalid_argument, {"'a' -> 'b' by 2"},
               [&] { best_flow(nodes, Edges{{.from = "a", .to = "b", .floor = 7}}); });
  expect_error(ErrorCode::invalid_argument, {"floor of at most its capacity (1)"},
               [&] { best_flow(nodes, Edges{{.from = "a", .to = "b", .capacity = 1, .floor = 2}}); });
}

TEST(Network, takes_cycles_and_parts_that_are_not_connected) {
  const Nodes nodes = {
      {.name = "a", .supply = 5}, {.name = "b"}, {.name = "c", .demand = 5}, {.name = "alone", .supply = 1}};
  const Edges edges = {{.from = "a", .to = "b", .value = 1},
                       {.from = "b", .to = "a", .cost = 1},
                       {.from = "b", .to = "c", .value = 1},
                       {.from = "c", .to = "c", .cost = 1}};
  EXPECT_NEAR(best_flow(nodes, edges).value, 10, 1e-9);
  EXPECT_TRUE(best_flow(Nodes(), Edges()).edges.empty());
  expect_error(ErrorCode::invalid_argument, {"without"}, [&] {
    best_flow(nodes, Edges{{.from = "a", .to = "b", .value = 2}, {.from = "b", .to = "a", .cost = 1}});
  });
}

TEST(Network, refuses_what_is_no_network) {
  const auto refused = [](const Nodes& nodes, const Edges& edges, const std::string& part) {
    expect_error(ErrorCode::invalid_argument, {part}, [&] { best_flow(nodes, edges); });
  };
  refused({{.name = "a"}, {.name = "a"}}, {}, "found it twice");
  refused({{.name = ""}}, {}, "nodes[0]");
  refused({{.name = "a", .supply = -1}}, {}, "'supply'");
  refused({{.name = "a", .demand = NAN}}, {}, "'demand'");
  refused({{.name = "reader"}}, {{.from = "raeder", .to = "reader"}}, "did you mean 'reader'?");
  refused({{.name = "a"}}, {{.from = "a", .to = "a", .cost = kUnlimited}}, "'cost'");
}

// Against every change by one unit: on random networks no exchange of flow is better, and prices agree with
// solving again (weak duality made tight).
TEST(Network, on_random_networks_conserves_flow_and_prices_add_up_to_the_value) {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    Nodes nodes;
    for (int i = 0; i < 12; ++i) {
      nodes.push_back({.name = "n" + std::to_string(i),
                       .supply = i < 4 ? random.uniform() * 10 : 0,
                       .demand = i >= 8 ? random.uniform() * 10 : 0,
                       .capacity = 1 + random.uniform() * 20});
    }
    Edges edges;
    for (int i = 0; i < 30; ++i) {
      edges.push_back({.from = "n" + std::to_string(random.below(12)),
                       .to = "n" + std::to_string(random.below(12)),
                       .capacity = random.uniform() * 8,
                       .cost = random.uniform(),
                       .value = random.uniform() * 2});
    }
    const Flow flow = best_flow(nodes, edges);
    double dual = 0.0;
    std::vector<double> in(12, 0.0), out(12, 0.0);
    for (size_t i = 0; i < edges.size(); ++i) {
      EXPECT_GE(flow.edges[i].flow, 0);
      EXPECT_LE(flow.edges[i].flow, edges[i].capacity + 1e-8);
      out[std::stoul(edges[i].from.substr(1))] += flow.edges[i].flow;
      in[std::stoul(edges[i].to.substr(1))] += flow.edges[i].flow;
      dual += flow.edges[i].price * edges[i].capacity;
    }
    for (size_t i = 0; i < nodes.size(); ++i) {
      const double begins = flow.nodes[i].flow - in[i], ends = flow.nodes[i].flow - out[i];
      EXPECT_GE(begins, -1e-7);
      EXPECT_LE(begins, nodes[i].supply + 1e-7);
      EXPECT_GE(ends, -1e-7);
      EXPECT_LE(ends, nodes[i].demand + 1e-7);
      dual += flow.nodes[i].price * nodes[i].capacity + flow.nodes[i].supply_price * nodes[i].supply +
              flow.nodes[i].demand_price * nodes[i].demand;
    }
    EXPECT_NEAR(dual, flow.value, 1e-6 * (1 + flow.value));
  }
}

}  // namespace
}  // namespace heed::economy
