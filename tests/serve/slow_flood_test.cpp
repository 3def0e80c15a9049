#include <thread>

#include <gmock/gmock.h>

#include "serve/heed_process.h"
#include "serve/running_server.h"

using namespace heed;

// A million tiny requests, good and bad, pipelined over a few connections: every one is answered, and the
// memory stays flat.
TEST(SlowFlood, a_million_tiny_requests_are_answered_with_flat_memory) {
  constexpr int kClients = 4, kBatch = 200, kBatches = 1'000'000 / kClients / kBatch;
  const test::ScratchFolder folder;
  test::write_tiny_models(folder.path());
  const test::HeedProcess heed(folder.path(), {"--set", "server.access_log=false"});
  const auto flood = [&](int batches) {
    std::vector<std::jthread> clients;
    for (int c = 0; c < kClients; ++c) {
      clients.emplace_back([&] {
        const std::string good = test::request("GET", "/v2/health/live"), bad = test::request("GET", "/x");
        std::string bytes;
        for (int i = 0; i < kBatch; ++i) bytes += i % 2 == 0 ? good : bad;
        test::TestClient client(heed.port());
        for (int batch = 0; batch < batches; ++batch) {
          ASSERT_TRUE(client.send(bytes));
          for (int i = 0; i < kBatch; ++i) {
            const auto reply = client.read();
            ASSERT_TRUE(reply);
            ASSERT_EQ(reply->status, i % 2 == 0 ? 200 : 404);
          }
        }
      });
    }
  };
  flood(kBatches / 10);
  const int64_t before = heed.resident_kb();
  flood(kBatches);
  EXPECT_LT(heed.resident_kb() - before, 4096);
}
