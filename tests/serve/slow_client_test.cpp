#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "serve/running_server.h"

using namespace heed;
using test::expect_refused;
using test::request;
using test::TestClient;

// Clients that take their time are cut off, each by the limit of what it keeps waiting.
namespace {

constexpr std::chrono::milliseconds kStep{20};

test::RunningServer::Change with(int64_t serve::ServerSettings::*limit, int64_t ms) {
  return [=](serve::ServerSettings& settings) { settings.*limit = ms; };
}

}  // namespace

TEST(SlowClient, a_head_that_comes_byte_by_byte_is_refused) {
  const test::RunningServer server(with(&serve::ServerSettings::header_timeout_ms, 300));
  TestClient client(server.port());
  const std::string head = request("GET", "/v2", "", {"X-Long: " + std::string(10'000, 'x')});
  for (const char byte : head) {
    if (!client.send({&byte, 1})) break;
    std::this_thread::sleep_for(kStep / 10);
  }
  const auto reply = client.read();
  if (reply) expect_refused(*reply, 408, "deadline_exceeded", {"found a slow client"});
  EXPECT_TRUE(client.is_closed());
  server.expect_answers();
}

TEST(SlowClient, a_head_that_stops_is_refused) {
  const test::RunningServer server(with(&serve::ServerSettings::header_timeout_ms, 100));
  TestClient client(server.port());
  client.send("GET /v2 HTTP/1.1\r\nHost: local");
  const auto reply = client.read();
  ASSERT_TRUE(reply);
  expect_refused(*reply, 408, "deadline_exceeded", {"found a slow client"});
  client.end();
  EXPECT_TRUE(client.is_closed());
}

TEST(SlowClient, a_body_that_stops_is_refused) {
  const test::RunningServer server(with(&serve::ServerSettings::body_timeout_ms, 100));
  for (const std::string& head :
       {std::string("Content-Length: 100"), std::string("Transfer-Encoding: chunked")}) {
    TestClient client(server.port());
    client.send("POST /v1/classify HTTP/1.1\r\nHost: localhost\r\n" + head + "\r\n\r\n" + "5\r\n{\"te");
    const auto reply = client.read();
    ASSERT_TRUE(reply);
    expect_refused(*reply, 408, "deadline_exceeded", {"found a slow client"});
  }
  server.expect_answers();
}

TEST(SlowClient, a_connection_without_requests_is_closed) {
  const test::RunningServer server(with(&serve::ServerSettings::idle_timeout_ms, 100));
  TestClient silent(server.port());
  EXPECT_TRUE(silent.is_closed());
  TestClient client(server.port());
  EXPECT_EQ(client.get("/v2").status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(SlowClient, a_client_that_does_not_read_is_cut_off) {
  const test::RunningServer server(with(&serve::ServerSettings::write_timeout_ms, 200));
  TestClient client(server.port(), 4096);
  constexpr int kRequests = 800;
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += request("GET", "/openapi.json");
  std::jthread sender([&] { client.send(requests); });
  std::this_thread::sleep_for(50 * kStep);
  int replies = 0;
  while (client.read()) ++replies;
  EXPECT_LT(replies, kRequests);
  server.expect_answers();
}

TEST(SlowClient, many_slow_clients_keep_nobody_else_waiting) {
  const test::RunningServer server(with(&serve::ServerSettings::header_timeout_ms, 60'000));
  std::vector<std::unique_ptr<TestClient>> slow;
  for (int i = 0; i < 300; ++i) {
    slow.push_back(std::make_unique<TestClient>(server.port()));
    slow.back()->send(i % 2 == 0
                          ? "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n{"
                          : "GET /v2 HTTP/1.1\r\nX-Slow: ");
  }
  TestClient client(server.port());
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(client.post("/v1/classify", {{"text", "我的银行卡在哪里"}}).status, 200);
}
