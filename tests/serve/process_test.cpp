#include <csignal>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include "base/files.h"
#include "serve/heed_process.h"
#include "serve/running_server.h"

using namespace heed;
using test::ask_once;
using test::expect_refused;
using test::HeedProcess;
using test::request;
using test::TestClient;
using testing::HasSubstr;

// The program itself: its signals, its log, its memory.
namespace {

class Process : public testing::Test {
 protected:
  Process() { test::write_tiny_models(folder_.path()); }
  const test::ScratchFolder folder_;
};

// Work of some seconds, in many batches, and time for it on a machine that is busy.
const std::vector<std::string> kPatient = {
    "--set", "server.workers=1",          "--set", "server.max_batch_tokens=64",
    "--set", "server.deadline_ms=600000", "--set", "server.drain_timeout_ms=600000"};
Json long_work() {
  Json texts = Json::array();
  for (int i = 0; i < 400; ++i) texts.push_back("where is my card 我的银行卡在哪里 " + std::to_string(i));
  return {{"q", texts}, {"beam", 8}};
}

std::vector<Json> json_lines(const std::string& log) {
  std::vector<Json> lines;
  std::istringstream text(log);
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with('{')) lines.push_back(Json::parse(line));
  }
  return lines;
}

}  // namespace

TEST_F(Process, sigterm_finishes_what_runs_and_exits_with_success) {
  for (const int number : {SIGTERM, SIGINT}) {
    HeedProcess heed(folder_.path(), kPatient);
    TestClient busy(heed.port()), idle(heed.port());
    EXPECT_EQ(idle.get("/v2").status, 200);
    busy.send(request("POST", "/v1/translate", long_work().dump()));
    ASSERT_TRUE(test::eventually([&] {
      return ask_once(heed.port(), "GET", "/metrics").body.find("heed_batch_texts_count{model=\"en-zh\"") !=
             std::string::npos;
    }));
    heed.signal(number);
    ASSERT_TRUE(test::eventually([&] { return heed.log().find("stopping") != std::string::npos; }));
    expect_refused(idle.get("/v2"), 503, "unavailable", {"stopping"});
    const auto reply = busy.read();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->json()["translatedText"].size(), 400U);
    EXPECT_EQ(heed.wait(), 0);
    EXPECT_THAT(heed.log(), HasSubstr("stopped"));
  }
}

TEST_F(Process, sighup_reads_the_models_again) {
  HeedProcess heed(folder_.path());
  TestClient client(heed.port());
  EXPECT_EQ(client.post("/v1/classify", {{"text", "打印"}}).json()["version"], 1);
  test::write_bank(folder_.path(), 2);
  heed.signal(SIGHUP);
  EXPECT_TRUE(test::eventually([&] {
    const auto reply = client.post("/v1/classify", {{"text", "打印"}});
    EXPECT_EQ(reply.status, 200);
    return reply.json()["version"] == 2;
  }));
}

TEST_F(Process, the_log_is_one_json_object_a_request_without_what_users_wrote) {
  HeedProcess heed(folder_.path());
  TestClient client(heed.port());
  client.post("/v1/classify", {{"text", "机密的内容 a secret"}}, {"X-Request-Id: first"});
  client.post("/v1/classify", {{"text", "机密的内容 a secret"}, {"head", "a secret"}});
  client.ask("POST", "/v1/classify", R"({"a secret": "机密的内容"})");
  client.ask("POST", "/v1/classify", "a secret 机密的内容");
  client.get("/a%20secret/%E6%9C%BA%E5%AF%86");
  client.get("/v1/events?subject=secret");
  TestClient broken(heed.port());
  broken.send("a secret\r\n\r\n");
  broken.read();
  heed.signal(SIGTERM);
  EXPECT_EQ(heed.wait(), 0);
  const std::string log = heed.log();
  EXPECT_THAT(log, Not(HasSubstr("secret")));
  EXPECT_THAT(log, Not(HasSubstr("机密")));
  const std::vector<Json> lines = json_lines(log);
  ASSERT_EQ(lines.size(), 7U) << log;
  EXPECT_EQ(lines[0]["id"], "first");
  EXPECT_EQ(lines[0]["route"], "POST /v1/classify");
  EXPECT_EQ(lines[0]["status"], 200);
  EXPECT_EQ(lines[0]["model"], "bank@1");
  EXPECT_EQ(lines[0]["remote"], "127.0.0.1");
  EXPECT_EQ(lines[1]["status"], 400);
  for (const Json& line : lines) {
    for (const char* const name : {"ts", "id", "method", "route", "status", "ms", "bytes_in", "bytes_out"})
      EXPECT_TRUE(line.contains(name)) << line.dump();
  }
}

TEST_F(Process, the_log_holds_texts_where_it_is_asked_to) {
  HeedProcess heed(folder_.path(), {"--set", "server.log_text=true"});
  ask_once(heed.port(), "POST", "/v1/classify", R"({"text": "我的银行卡"})");
  heed.signal(SIGTERM);
  EXPECT_EQ(heed.wait(), 0);
  EXPECT_EQ(json_lines(heed.log()).at(0)["body"], R"({"text": "我的银行卡"})");
}

TEST_F(Process, memory_stays_flat_whatever_clients_send) {
  if (!test::kCountsMemory) GTEST_SKIP() << "a sanitizer keeps memory of its own";
  HeedProcess heed(folder_.path(), {"--set", "server.access_log=false"});
  const std::string nested(20'000, '['), broken = "{\"text\": \"\xff\"}";
  const auto attack = [&](int times) {
    for (int i = 0; i < times; ++i) {
      TestClient client(heed.port());
      EXPECT_EQ(client.ask("POST", "/v1/classify", nested).status, 400);
      EXPECT_EQ(client.ask("POST", "/v1/classify", broken).status, 400);
      EXPECT_EQ(client.get("/nowhere/" + std::to_string(i)).status, 404);
      EXPECT_EQ(client.get("/v1/models/m" + std::to_string(i)).status, 404);
      EXPECT_EQ(client.ask("BREW" + std::to_string(i), "/v2").status, 405);
      EXPECT_EQ(client.post("/v1/translate", {{"q", "a"}, {"f" + std::to_string(i), 1}}).status, 400);
      client.send("POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n{");
      if (i % 2 == 0) client.reset();
      TestClient garbage(heed.port());
      garbage.send("garbage\r\n\r\n" + nested);
      TestClient large(heed.port());
      large.send("POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000000\r\n\r\n" +
                 nested);
    }
  };
  attack(300);  // until what is kept is kept
  const int64_t before = heed.resident_kb();
  attack(600);
  const int64_t after = heed.resident_kb();
  EXPECT_LT(after - before, 4096) << before << " kB, then " << after;
  EXPECT_EQ(ask_once(heed.port(), "POST", "/v1/classify", R"({"text": "打印"})").status, 200);
  const std::string metrics = ask_once(heed.port(), "GET", "/metrics").body;
  EXPECT_LT(metrics.size(), 100'000U);  // no name of a client's making becomes a label
  EXPECT_THAT(metrics, Not(HasSubstr("BREW")));
}

TEST_F(Process, an_endless_chunk_line_costs_no_memory) {
  if (!test::kCountsMemory) GTEST_SKIP() << "a sanitizer keeps memory of its own";
  HeedProcess heed(folder_.path());
  EXPECT_EQ(ask_once(heed.port(), "GET", "/v2").status, 200);
  const int64_t before = heed.resident_kb();
  TestClient client(heed.port());
  client.send("POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  const std::string part(1 << 20, 'x');
  for (int i = 0; i < 64 && client.send(part); ++i) {
  }
  EXPECT_LT(heed.resident_kb() - before, 16 * 1024);
}

TEST_F(Process, a_connection_that_is_closed_at_once_leaves_nothing_behind) {
  HeedProcess heed(folder_.path());
  for (int i = 0; i < 500; ++i) {
    TestClient client(heed.port());
    if (i % 2 == 0) client.send(request("POST", "/v1/classify", R"({"text": "打印此页"})"));
    if (i % 3 == 0) client.reset();
  }
  EXPECT_TRUE(test::eventually([&] {
    return ask_once(heed.port(), "GET", "/metrics").body.find("heed_connections 1\n") != std::string::npos;
  }));
}
