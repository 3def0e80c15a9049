// How attention flows best, and what holds it back: build/release/bin/example_economy_flow
#include <cstdio>
#include <vector>

#include "economy/network.h"

int main() {
  const std::vector<heed::economy::NetworkNode> nodes = {
      {.name = "rss", .supply = 10}, {.name = "digest"}, {.name = "读者", .demand = 8}};
  const std::vector<heed::economy::NetworkEdge> edges = {
      {.from = "rss", .to = "digest", .cost = 0.5},
      {.from = "digest", .to = "读者", .capacity = 5, .value = 2}};
  const heed::economy::Flow flow = heed::economy::best_flow(nodes, edges);
  std::printf("value %.2f; one more from the digest to its readers would bring %.2f\n", flow.value,
              flow.edges[1].price);
}
