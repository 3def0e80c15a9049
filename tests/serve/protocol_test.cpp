#include <gmock/gmock.h>

#include "base/files.h"
#include "serve/running_server.h"

using namespace heed;
using test::ask_once;
using test::expect_refused;
using test::Reply;
using test::request;
using test::TestClient;
using testing::HasSubstr;

// What is not HTTP as it should be: each gets its status and the one error object, and the server goes on.
namespace {

const std::string kHost = "Host: localhost\r\n";
const std::string kPost = "POST /v1/classify HTTP/1.1\r\n" + kHost;
const std::string kBody = R"({"text": "我的银行卡被偷了"})";

struct Broken {
  const char* what;
  std::string bytes;
  int status;
  const char* code;
  const char* part;
};

class Protocol : public testing::Test {
 protected:
  test::RunningServer server_{[](serve::ServerSettings& settings) {
    settings.max_body_bytes = 4096;
    settings.max_header_bytes = 2048;
  }};
};

}  // namespace

TEST_F(Protocol, what_is_no_request_is_refused_and_the_connection_ends) {
  const std::string long_header = "X-Long: " + std::string(3000, 'x') + "\r\n";
  const std::vector<Broken> kBroken = {
      {"garbage", "\x16\x03\x01\x02 garbage\r\n\r\n", 400, "invalid_argument", "expected HTTP/1.1"},
      {"Chinese", "获取 / HTTP/1.1\r\n\r\n", 400, "invalid_argument", "expected HTTP/1.1"},
      {"no version", "GET /v2\r\n\r\n", 400, "invalid_argument", "expected HTTP/1.1"},
      {"HTTP/2", "GET /v2 HTTP/2.0\r\n" + kHost + "\r\n", 505, "unsupported", "HTTP/1.1 or 1.0"},
      {"no Host", "GET /v2 HTTP/1.1\r\n\r\n", 400, "invalid_argument", "one Host"},
      {"two Hosts", "GET /v2 HTTP/1.1\r\n" + kHost + kHost + "\r\n", 400, "invalid_argument", "one Host"},
      {"two keys",
       "GET /v2 HTTP/1.1\r\n" + kHost + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 400,
       "invalid_argument", "one Authorization"},
      {"length and chunks", kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
       "invalid_argument", "request: expected"},
      {"chunks and length", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400,
       "invalid_argument", "request: expected"},
      {"two lengths", kPost + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400, "invalid_argument",
       "request: expected"},
      {"negative length", kPost + "Content-Length: -1\r\n\r\n", 400, "invalid_argument", "request: expected"},
      {"length of words", kPost + "Content-Length: five\r\n\r\nhello", 400, "invalid_argument",
       "expected HTTP"},
      {"length beyond numbers", kPost + "Content-Length: 99999999999999999999999\r\n\r\n", 400,
       "invalid_argument", "expected HTTP"},
      {"another encoding", kPost + "Transfer-Encoding: gzip\r\n\r\nGET /v2 HTTP/1.1\r\n\r\n", 501,
       "unsupported", "chunked"},
      {"chunks within another", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501,
       "unsupported", "chunked"},
      {"bad chunk", kPost + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", 400,
       "invalid_argument", "expected HTTP"},
      {"chunk without end", kPost + "Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n", 400,
       "invalid_argument", "expected HTTP"},
      {"NUL in a header", std::string("GET /v2 HTTP/1.1\r\nHost: local\0host\r\n\r\n", 38), 400,
       "invalid_argument", "expected HTTP"},
      {"NUL in the path", std::string("GET /v2\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 38), 400,
       "invalid_argument", "expected HTTP"},
      {"line feed alone", "GET /v2 HTTP/1.1\nHost: localhost\n\n" + std::string(2048, 'x'), 505,
       "unsupported", "another version"},
      {"space before colon", "GET /v2 HTTP/1.1\r\nHost : localhost\r\n\r\n", 400, "invalid_argument",
       "expected HTTP"},
      {"no colon", "GET /v2 HTTP/1.1\r\nHost localhost\r\n\r\n", 400, "invalid_argument", "expected HTTP"},
      {"long head", "GET /v2 HTTP/1.1\r\n" + kHost + long_header + "\r\n", 431, "too_large",
       "at most 2048 bytes"},
      {"long path", "GET /" + std::string(3000, 'x') + " HTTP/1.1\r\n" + kHost + "\r\n", 431, "too_large",
       "at most 2048 bytes"},
      {"long body", kPost + "Content-Length: 5000\r\n\r\n", 413, "too_large", "at most 4096 bytes"},
      {"long body in chunks", kPost + "Transfer-Encoding: chunked\r\n\r\n1388\r\n", 413, "too_large",
       "at most 4096 bytes"},
  };
  for (const Broken& broken : kBroken) {
    SCOPED_TRACE(broken.what);
    TestClient client(server_.port());
    client.send(broken.bytes);
    const auto reply = client.read();
    ASSERT_TRUE(reply) << "no reply";
    expect_refused(*reply, broken.status, broken.code, {broken.part});
    EXPECT_EQ(reply->header("connection"), "close");
    client.end();
    EXPECT_TRUE(client.is_closed());
  }
  server_.expect_answers();
}

TEST_F(Protocol, a_body_that_ends_too_early_is_refused) {
  for (const std::string& head :
       {kPost + "Content-Length: 100\r\n\r\n", kPost + "Transfer-Encoding: chunked\r\n\r\n64\r\n"}) {
    TestClient client(server_.port());
    client.send(head + kBody);
    client.end();
    const auto reply = client.read();
    ASSERT_TRUE(reply);
    expect_refused(*reply, 400, "invalid_argument", {"found its end missing"});
    EXPECT_TRUE(client.is_closed());
  }
  TestClient gone(server_.port());
  gone.send(kPost + "Content-Length: 100\r\n\r\n" + kBody);
  gone.reset();
  server_.expect_answers();
}

TEST_F(Protocol, a_body_too_large_is_refused_before_it_is_sent) {
  TestClient client(server_.port());
  client.send(kPost + "Content-Length: 1000000000\r\n\r\n");
  const auto reply = client.read();
  ASSERT_TRUE(reply);
  expect_refused(*reply, 413, "too_large", {"send several requests"});
}

TEST_F(Protocol, what_stands_between_chunks_is_limited) {
  const std::string chunks = kPost + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string& begin : {chunks + "1;", chunks + "0\r\nX-Trailer: "}) {
    TestClient client(server_.port());
    client.send(begin + std::string(200'000, 'x'));
    const auto reply = client.read();
    ASSERT_TRUE(reply);
    expect_refused(*reply, 431, "too_large", {"at most 2048 bytes"});
  }
  server_.expect_answers();
}

TEST_F(Protocol, a_body_may_come_in_chunks_and_wait_for_a_sign_to_go_on) {
  ASSERT_EQ(kBody.size(), 36U);
  TestClient client(server_.port());
  client.send(kPost + "Transfer-Encoding: chunked\r\n\r\n9;a=b\r\n" + kBody.substr(0, 9) + "\r\n");
  client.send("1b\r\n" + kBody.substr(9) + "\r\n0\r\nX-Trailer: 1\r\n\r\n");
  const auto in_chunks = client.read();
  ASSERT_TRUE(in_chunks);
  EXPECT_EQ(in_chunks->status, 200) << in_chunks->body;

  client.send(kPost + "Expect: 100-continue\r\nContent-Length: 36\r\n\r\n");
  const auto go_on = client.read();
  ASSERT_TRUE(go_on);
  EXPECT_EQ(go_on->status, 100);
  client.send(kBody);
  const auto reply = client.read();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200) << reply->body;

  client.send("POST /v1/clasify HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 36\r\n\r\n");
  const auto refused = client.read();
  ASSERT_TRUE(refused);
  expect_refused(*refused, 404, "not_found", {"did you mean '/v1/classify'"});
  client.end();
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Protocol, pipelined_requests_are_answered_in_order) {
  TestClient client(server_.port());
  std::string bytes;
  for (int i = 0; i < 50; ++i) {
    const std::string id = "X-Request-Id: r" + std::to_string(i);
    bytes += i % 3 == 0 ? request("POST", "/v1/classify", kBody, {id}) : request("GET", "/v2", "", {id});
  }
  client.send(bytes);
  for (int i = 0; i < 50; ++i) {
    const auto reply = client.read();
    ASSERT_TRUE(reply) << i;
    EXPECT_EQ(reply->status, 200) << reply->body;
    EXPECT_EQ(reply->header("x-request-id"), "r" + std::to_string(i));
  }
}

TEST_F(Protocol, garbage_behind_a_request_is_refused_after_its_reply) {
  TestClient client(server_.port());
  client.send(request("POST", "/v1/classify", kBody) + "乱七八糟\r\n\r\nGET /v2 HTTP/1.1\r\n" + kHost +
              "\r\n");
  const auto first = client.read();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, 200) << first->body;
  const auto second = client.read();
  ASSERT_TRUE(second);
  expect_refused(*second, 400, "invalid_argument", {"expected HTTP/1.1"});
  client.end();
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Protocol, http_1_0_is_answered_and_closed_unless_kept_alive) {
  TestClient client(server_.port());
  client.send("GET /v2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /v2 HTTP/1.0\r\n\r\n");
  for (int i = 0; i < 2; ++i) {
    const auto reply = client.read();
    ASSERT_TRUE(reply) << i;
    EXPECT_EQ(reply->status, 200);
  }
  client.end();
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Protocol, head_has_the_head_alone) {
  TestClient client(server_.port());
  const Reply whole = client.get("/v1/models");
  const Reply head = client.ask("HEAD", "/v1/models");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), whole.header("content-length"));
  EXPECT_EQ(client.ask("HEAD", "/nowhere").status, 404);
  EXPECT_EQ(client.get("/v2").status, 200);  // nothing lay in between
}

TEST_F(Protocol, unknown_methods_and_paths_are_told_what_there_is) {
  TestClient client(server_.port());
  const Reply brew = client.ask("BREW", "/v1/classify");
  expect_refused(brew, 405, "invalid_argument", {"expected POST here, found BREW"});
  EXPECT_EQ(brew.header("allow"), "POST");
  EXPECT_EQ(client.get("/v1/classify").header("allow"), "POST");
  EXPECT_EQ(client.ask("PUT", "/v1/events").header("allow"), "POST, GET, DELETE");
  EXPECT_EQ(client.ask("DELETE", "/").header("allow"), "GET");
  expect_refused(client.ask("OPTIONS", "*"), 404, "not_found");
  expect_refused(client.get("/v1/model"), 404, "not_found", {"did you mean '/v1/models'", "/openapi.json"});
  expect_refused(client.ask("CONNECT", "example.org:443"), 404, "not_found");
}

TEST_F(Protocol, no_path_leads_out_of_the_page_or_the_models) {
  write_file_atomically(server_.file("secret.txt"), "a secret");
  const std::vector<std::string> paths = {"/../secret.txt",
                                          "/../../../../../../etc/passwd",
                                          "/%2e%2e/secret.txt",
                                          "/..%2fsecret.txt",
                                          "/assets/../../secret.txt",
                                          "//etc/passwd",
                                          "/\\..\\secret.txt",
                                          "/v1/models/..",
                                          "/v1/models/%2e%2e",
                                          "/v1/models/..%2f..%2fsecret.txt",
                                          "/v1/models/bank%2f..%2f..%2fsecret.txt",
                                          "/v1/models/bank/versions/..",
                                          "/v1/models/%00",
                                          "/v1/models/bank%",
                                          "/v1/models/%ff%fe",
                                          "/v2/models/../../../etc/ready"};
  TestClient client(server_.port());
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    const Reply reply = client.get(path);
    EXPECT_TRUE(reply.status == 404 || reply.status == 400) << reply.status;
    expect_refused(reply, reply.status, reply.status == 404 ? "not_found" : "invalid_argument");
    EXPECT_THAT(reply.body, Not(HasSubstr("a secret")));
  }
  for (const std::string name : {"..%2fmodels%2fbank", "%2fetc", "..%2f..", "bank%2f1"}) {
    SCOPED_TRACE(name);
    expect_refused(client.post("/v1/models/" + name + "/load", Json::object()), 404, "not_found");
  }
}

TEST_F(Protocol, a_page_of_another_origin_is_refused_and_so_is_a_public_name_without_keys) {
  const auto asked_as = [&](const std::string& host, const std::string& origin) {
    TestClient client(server_.port());
    client.send("GET /v2 HTTP/1.1\r\nHost: " + host + "\r\n" +
                (origin.empty() ? "" : "Origin: " + origin + "\r\n") + "\r\n");
    return client.read().value();
  };
  const std::string here = "localhost:" + std::to_string(server_.port());
  EXPECT_EQ(asked_as(here, "http://" + here).status, 200);
  EXPECT_EQ(asked_as("127.0.0.1:80", "").status, 200);
  EXPECT_EQ(asked_as("[::1]", "").status, 200);
  for (const std::string origin : {"http://evil.example", "null", "http://localhost:1", "file://"})
    expect_refused(asked_as(here, origin), 403, "forbidden", {"Origin"});
  for (const std::string host : {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost."})
    expect_refused(asked_as(host, ""), 403, "forbidden", {"server.host_names"});
}

TEST(ProtocolNames, a_public_name_is_answered_where_the_settings_know_it) {
  const test::RunningServer server(
      [](serve::ServerSettings& settings) { settings.host_names = {"heed.example"}; });
  TestClient client(server.port());
  client.send("GET /v2 HTTP/1.1\r\nHost: heed.example:8080\r\n\r\n");
  EXPECT_EQ(client.read().value().status, 200);
}

TEST(ProtocolConnections, one_connection_too_many_is_told_so) {
  const test::RunningServer server([](serve::ServerSettings& settings) { settings.max_connections = 2; });
  TestClient first(server.port());
  EXPECT_EQ(first.get("/v2").status, 200);
  {
    TestClient second(server.port());
    EXPECT_EQ(second.get("/v2").status, 200);
    TestClient third(server.port());
    expect_refused(third.read().value(), 503, "unavailable", {"at most 2 connections"});
    EXPECT_TRUE(third.is_closed());
  }
  EXPECT_TRUE(test::eventually([&] {
    TestClient again(server.port());
    again.send(request("GET", "/v2"));
    const auto reply = again.read();
    return reply && reply->status == 200;
  }));
}
