#include <chrono>
#include <future>
#include <thread>

#include <gmock/gmock.h>

#include "serve/running_server.h"
#include "serve/server.h"

using namespace heed;
using test::ask_once;
using test::eventually;
using test::expect_refused;
using test::Gate;
using test::Reply;
using test::request;
using test::TestClient;
using testing::HasSubstr;

// More than the workers can do: refused at once, in time, or given up; and nothing is forgotten.
namespace {

const std::string kText = R"({"text": "我的银行卡被偷了"})";

class Overload : public testing::Test {
 protected:
  // The only worker waits at the gate.
  void hold_worker() {
    holder_.send(request("GET", "/test/hold"));
    ASSERT_TRUE(eventually([] { return Gate::held() == 1; }));
  }
  void send_classify(TestClient& client) { client.send(request("POST", "/v1/classify", kText)); }
  bool queued(int64_t count) {
    return eventually([&] { return server_.server().gauges().queue_length == count; });
  }
  // Texts that the engine has answered, those of the gate left out.
  std::string answered() {
    const std::string metrics = ask_once(server_.port(), "GET", "/metrics").body;
    const size_t at = metrics.find("heed_batch_texts_sum{");
    const size_t begin = metrics.find(' ', at) + 1;
    return at == std::string::npos ? "none" : metrics.substr(begin, metrics.find('\n', begin) - begin);
  }

  Gate gate_;
  test::RunningServer server_{[](serve::ServerSettings& settings) {
    settings.workers = 1;
    settings.max_queue = 2;
  }};
  TestClient holder_{server_.port()};
};

}  // namespace

TEST_F(Overload, a_full_queue_is_said_at_once_and_what_waits_is_answered) {
  hold_worker();
  TestClient first(server_.port()), second(server_.port());
  send_classify(first);
  send_classify(second);
  ASSERT_TRUE(queued(2));
  const Reply refused = ask_once(server_.port(), "POST", "/v1/classify", kText);
  expect_refused(refused, 429, "overloaded", {"at most 2 requests waiting"});
  EXPECT_GE(std::stoi(refused.header("retry-after")), 1);
  EXPECT_EQ(ask_once(server_.port(), "GET", "/v1/status").json()["queue"]["length"], 2);
  Gate::open();
  EXPECT_EQ(holder_.read().value().status, 200);
  EXPECT_EQ(first.read().value().status, 200);
  EXPECT_EQ(second.read().value().status, 200);
  EXPECT_EQ(ask_once(server_.port(), "POST", "/v1/classify", kText).status, 200);
}

TEST_F(Overload, a_deadline_is_kept_though_no_worker_is_free) {
  hold_worker();
  TestClient client(server_.port());
  const auto begin = std::chrono::steady_clock::now();
  const Reply late = client.ask("POST", "/v1/classify", kText, {"X-Deadline-Ms: 150"});
  expect_refused(late, 504, "deadline_exceeded", {"before its deadline"});
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(140));
  EXPECT_EQ(client.get("/v2").status, 200);  // the connection goes on
  Gate::open();
  EXPECT_EQ(holder_.read().value().status, 200);
  EXPECT_EQ(ask_once(server_.port(), "POST", "/v1/classify", kText).status, 200);
  EXPECT_EQ(answered(), "2");  // the gate's, and the last: what was late was not begun
}

TEST(OverloadDeadline, the_server_has_one_of_its_own) {
  const Gate gate;
  test::RunningServer server([](serve::ServerSettings& settings) {
    settings.workers = 1;
    settings.deadline_ms = 150;
  });
  for (const std::string& wanted : {std::string("X-Deadline-Ms: 60000"), std::string("X-Other: 1")}) {
    TestClient client(server.port());
    const Reply late = client.get("/test/hold", {wanted});
    expect_refused(late, 504, "deadline_exceeded", {"before its deadline"});
  }
}

TEST_F(Overload, what_a_client_that_left_had_asked_is_not_begun) {
  hold_worker();
  {
    TestClient resets(server_.port()), ends(server_.port());
    send_classify(resets);
    send_classify(ends);
    ASSERT_TRUE(queued(2));
    resets.reset();
  }
  ASSERT_TRUE(eventually([&] { return server_.server().gauges().connections <= 2; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // the grace of one that may still wait
  Gate::open();
  EXPECT_EQ(holder_.read().value().status, 200);
  // Until a worker has come by, what they had asked still stands in the queue.
  EXPECT_TRUE(
      eventually([&] { return ask_once(server_.port(), "POST", "/v1/classify", kText).status == 200; }));
  EXPECT_EQ(answered(), "2");
}

TEST_F(Overload, a_client_that_has_said_its_last_is_answered_still) {
  TestClient client(server_.port());
  send_classify(client);
  client.end();
  EXPECT_EQ(client.read().value().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Overload, draining_finishes_what_runs_and_refuses_what_is_new) {
  TestClient waiting(server_.port()), idle(server_.port()), late(server_.port());
  EXPECT_EQ(idle.get("/v2").status, 200);
  hold_worker();
  send_classify(waiting);
  ASSERT_TRUE(queued(1));
  server_.server().drain();
  const Reply refused = idle.get("/v2");
  expect_refused(refused, 503, "unavailable", {"stopping"});
  EXPECT_EQ(refused.header("connection"), "close");
  expect_refused(late.ask("POST", "/v1/classify", kText), 503, "unavailable", {"stopping"});
  expect_refused(ask_once(server_.port(), "GET", "/v2/health/ready"), 503, "unavailable", {"stopping"});
  Gate::open();
  EXPECT_EQ(holder_.read().value().status, 200);
  EXPECT_EQ(waiting.read().value().status, 200);
  server_.wait();
}

TEST(OverloadDrain, waits_no_longer_than_its_limit) {
  const Gate gate;
  test::RunningServer server([](serve::ServerSettings& settings) {
    settings.workers = 1;
    settings.drain_timeout_ms = 100;
  });
  TestClient client(server.port());
  client.send(request("GET", "/test/hold"));
  ASSERT_TRUE(eventually([] { return Gate::held() == 1; }));
  server.server().drain();
  server.wait();  // though the worker is still held
  EXPECT_EQ(Gate::held(), 1);
}

TEST(OverloadBatches, texts_of_many_requests_share_a_batch_and_answer_as_alone) {
  const Gate gate;
  test::RunningServer server([](serve::ServerSettings& settings) { settings.workers = 1; });
  TestClient holder(server.port());
  holder.send(request("GET", "/test/hold"));
  ASSERT_TRUE(eventually([] { return Gate::held() == 1; }));
  const std::vector<std::string> texts = {"open the file", "我的银行卡被偷了", "how do I send money?",
                                          "打印此页"};
  std::vector<std::unique_ptr<TestClient>> clients;
  for (const std::string& text : texts) {
    clients.push_back(std::make_unique<TestClient>(server.port()));
    clients.back()->send(request("POST", "/v1/classify", Json{{"text", text}}.dump()));
  }
  ASSERT_TRUE(eventually([&] { return server.server().gauges().queue_length == 4; }));
  Gate::open();
  std::vector<Json> together;
  for (const auto& client : clients) together.push_back(client->read().value().json());
  EXPECT_THAT(ask_once(server.port(), "GET", "/metrics").body,
              HasSubstr("heed_batch_texts_count{model=\"bank\",version=\"1\"} 2\n"));
  for (size_t i = 0; i < texts.size(); ++i) {
    const Json alone =
        ask_once(server.port(), "POST", "/v1/classify", Json{{"text", texts[i]}}.dump()).json();
    EXPECT_EQ(together[i], alone) << texts[i];
  }
}
