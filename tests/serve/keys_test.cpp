#include "serve/keys.h"

#include <gmock/gmock.h>

#include "base/expect_error.h"
#include "base/files.h"
#include "serve/running_server.h"
#include "serve/server.h"

using namespace heed;
using serve::KeyRing;
using test::ask_once;
using test::eventually;
using test::expect_refused;
using test::Reply;
using testing::HasSubstr;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

struct Key {
  std::string secret, line;
};

Key make_key(const std::string& name, bool read, bool feedback, bool admin, double rate = 0.0) {
  const std::string secret = serve::new_key();
  return {secret, serve::to_line({.name = name,
                                  .read = read,
                                  .feedback = feedback,
                                  .admin = admin,
                                  .rate = rate,
                                  .digest = serve::digest_of(secret)}) +
                      "\n"};
}

std::string bearer(const std::string& key) { return "Authorization: Bearer " + key; }

std::string filled(std::string_view path) {
  std::string target(path);
  const auto replace = [&](const std::string& name, const std::string& value) {
    const size_t at = target.find(name);
    if (at != std::string::npos) target.replace(at, name.size(), value);
  };
  replace("{model}", "bank");
  replace("{version}", "1");
  return target;
}

// A server whose keys stand in a file.
class Keys : public testing::Test {
 protected:
  void write_keys(const std::string& text) { write_file_atomically(file_, text); }
  Reply ask(const std::string& key) { return ask_once(server_->port(), "GET", "/v2", "", {bearer(key)}); }
  void start(const std::string& text) {
    write_keys(text);
    server_ = std::make_unique<test::RunningServer>(
        [&](serve::ServerSettings& settings) { settings.key_file = file_.string(); });
  }

  const test::ScratchFolder folder_;
  const std::filesystem::path file_ = folder_ / "keys.txt";
  std::unique_ptr<test::RunningServer> server_;
};

}  // namespace

TEST(KeyRing, reads_what_to_line_writes_and_finds_a_key_by_its_digest) {
  const std::string secret = serve::new_key();
  EXPECT_EQ(secret.size(), 5U + 44U);
  EXPECT_NE(secret, serve::new_key());
  const serve::KeyEntry entry = {
      .name = "网站", .read = true, .admin = true, .rate = 1234567.25, .digest = serve::digest_of(secret)};
  const KeyRing ring = KeyRing::parse("# keys\r\n\n  \n" + to_line(entry) + "\r\n", "keys.txt");
  ASSERT_EQ(ring.entries().size(), 1U);
  EXPECT_EQ(ring.entries()[0].name, "网站");
  EXPECT_TRUE(ring.entries()[0].read && ring.entries()[0].admin && !ring.entries()[0].feedback);
  EXPECT_EQ(ring.entries()[0].rate, 1234567.25);
  ASSERT_NE(ring.find(secret), nullptr);
  EXPECT_EQ(ring.find(secret)->name, "网站");
  EXPECT_EQ(ring.find(secret + "x"), nullptr);
  EXPECT_EQ(ring.find(""), nullptr);
}

TEST(KeyRing, the_digest_is_sha_256) {  // FIPS 180-2, "abc"
  const serve::Digest digest = serve::digest_of("abc");
  EXPECT_EQ(digest[0], 0xba);
  EXPECT_EQ(digest[1], 0x78);
  EXPECT_EQ(digest[31], 0xad);
}

TEST(KeyRing, a_line_at_fault_is_named) {
  const auto refused = [](const std::string& text, const std::vector<std::string>& parts) {
    SCOPED_TRACE(text);
    expect_error(ErrorCode::invalid_argument, parts, [&] { KeyRing::parse(text, "keys.txt"); });
  };
  refused("a read -", {"keys.txt:1", "NAME SCOPES RATE sha256:HEX"});
  refused("a read - " + kDigest + " more", {"keys.txt:1", "NAME SCOPES RATE"});
  refused("# a\na raed - " + kDigest, {"keys.txt:2", "did you mean 'read'"});
  refused("a read,,admin - " + kDigest, {"found ''"});
  refused("a read 0 " + kDigest, {"above 0"});
  refused("a read nan " + kDigest, {"above 0"});
  refused("a read 1e99 " + kDigest, {"above 0"});
  refused("a read 5x " + kDigest, {"above 0"});
  refused("a read - sha256:abc", {"64 hexadecimal digits"});
  refused("a read - md5:" + std::string(64, 'a'), {"64 hexadecimal digits"});
  refused("a read - sha256:" + std::string(63, 'a') + "g", {"64 hexadecimal digits"});
  refused("a read - " + kDigest + "\na admin - " + kDigest, {"keys.txt:2", "'a' again"});
}

TEST(RateLimiter, lets_through_what_the_rate_allows_and_says_when_there_is_more) {
  serve::RateLimiter limiter;
  const auto begin = serve::RateLimiter::Clock::now();
  const auto at = [&](double seconds) {
    return begin +
           std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
  };
  EXPECT_FALSE(limiter.take("a", 2.0, at(0)));
  EXPECT_FALSE(limiter.take("a", 2.0, at(0)));
  EXPECT_NEAR(limiter.take("a", 2.0, at(0)).value(), 0.5, 1e-6);
  EXPECT_FALSE(limiter.take("b", 2.0, at(0)));  // another's bucket
  EXPECT_FALSE(limiter.take("a", 2.0, at(0.51)));
  EXPECT_TRUE(limiter.take("a", 2.0, at(0.51)));
  EXPECT_FALSE(limiter.take("a", 0.0, at(0.51)));  // no limit
  EXPECT_FALSE(limiter.take("slow", 0.1, at(0)));
  EXPECT_NEAR(limiter.take("slow", 0.1, at(5)).value(), 5.0, 1e-6);
}

TEST_F(Keys, every_route_asks_for_its_scope) {
  const Key read = make_key("read", true, false, false), feedback = make_key("feedback", false, true, false),
            admin = make_key("admin", false, false, true), none = make_key("反馈", false, true, false);
  start(read.line + feedback.line + admin.line);
  for (const apps::Route& route : serve::all_routes(nullptr, test::test_applications())) {
    const std::string path = filled(route.path), body = route.method == "POST" ? "{}" : "";
    SCOPED_TRACE(std::string(route.method) + " " + path);
    const auto ask = [&](const std::vector<std::string>& headers) {
      return ask_once(server_->port(), route.method, path, body, headers);
    };
    const Reply without = ask({});
    expect_refused(without, 401, "unauthenticated", {"found none"});
    EXPECT_EQ(without.header("www-authenticate"), "Bearer");
    expect_refused(ask({bearer(none.secret)}), 401, "unauthenticated", {"found another"});
    const auto expect_may = [&](const Key& key, bool may) {
      const Reply reply = ask({bearer(key.secret)});
      if (!may) return expect_refused(reply, 403, "forbidden", {"expected scope"});
      EXPECT_TRUE(reply.status == 200 || reply.status == 400) << reply.status << reply.body;
    };
    expect_may(read, route.scope == apps::Scope::read);
    expect_may(feedback, route.scope == apps::Scope::feedback);
    expect_may(admin, true);
  }
}

TEST_F(Keys, a_broken_authorization_is_no_key) {
  const Key key = make_key("a", true, false, false);
  start(key.line);
  EXPECT_EQ(ask(key.secret).status, 200);
  EXPECT_EQ(ask_once(server_->port(), "GET", "/v2", "", {"authorization: bearer " + key.secret}).status, 200);
  const std::string digest = key.line.substr(key.line.find("sha256:"));
  for (const std::string& value :
       {std::string("Bearer"), std::string("Bearer "), "Bearer  " + key.secret, "Basic " + key.secret,
        key.secret, "Bearer" + key.secret, "Bearer " + key.secret + "x", "Bearer " + key.secret.substr(1),
        "Bearer " + digest.substr(0, 71), "Bearer " + std::string(5000, 'x'), std::string("Bearer 钥匙"),
        "Bearer a, Bearer " + key.secret}) {
    SCOPED_TRACE(value);
    expect_refused(ask_once(server_->port(), "GET", "/v2", "", {"Authorization: " + value}), 401,
                   "unauthenticated", {"Bearer and a key"});
  }
  expect_refused(ask_once(server_->port(), "GET", "/nowhere"), 404, "not_found");
}

TEST_F(Keys, a_body_without_a_key_is_refused_before_it_is_sent) {
  start(make_key("a", true, false, false).line);
  test::TestClient client(server_->port());
  client.send("POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
  expect_refused(client.read().value(), 401, "unauthenticated");
}

TEST_F(Keys, a_public_name_is_answered_once_there_are_keys) {
  const Key key = make_key("a", true, false, false);
  start(key.line);
  test::TestClient client(server_->port());
  client.send("GET /v2 HTTP/1.1\r\nHost: heed.example\r\n" + bearer(key.secret) + "\r\n\r\n");
  EXPECT_EQ(client.read().value().status, 200);
}

TEST_F(Keys, the_file_is_taken_up_while_the_server_runs) {
  const Key old_key = make_key("old", true, false, false), new_key = make_key("new", true, false, false);
  start(old_key.line);
  EXPECT_EQ(ask(old_key.secret).status, 200);
  EXPECT_EQ(ask(new_key.secret).status, 401);
  write_keys(old_key.line + new_key.line);
  EXPECT_TRUE(eventually([&] { return ask(new_key.secret).status == 200; }));
  EXPECT_EQ(ask(old_key.secret).status, 200);
  write_keys(new_key.line);
  EXPECT_TRUE(eventually([&] { return ask(old_key.secret).status == 401; }));
  EXPECT_EQ(ask(new_key.secret).status, 200);
}

TEST_F(Keys, a_file_that_is_broken_empty_or_gone_opens_nothing) {
  const Key key = make_key("a", true, false, false);
  start(key.line);
  for (const std::string text : {"a read", "", "# none\n"}) {
    SCOPED_TRACE(text);
    write_keys(text);
    EXPECT_EQ(server_->server().reload(), 1);
    EXPECT_EQ(ask(key.secret).status, 200);
    EXPECT_EQ(ask_once(server_->port(), "GET", "/v2").status, 401);
  }
  std::filesystem::remove(file_);
  EXPECT_EQ(server_->server().reload(), 1);
  EXPECT_EQ(ask_once(server_->port(), "GET", "/v2").status, 401);
  write_keys(key.line);
  EXPECT_EQ(server_->server().reload(), 0);
  EXPECT_EQ(ask(key.secret).status, 200);
}

TEST_F(Keys, a_server_without_keys_takes_its_first_while_it_runs) {
  start("");
  EXPECT_EQ(ask_once(server_->port(), "GET", "/v2").status, 200);
  const Key key = make_key("a", true, false, false);
  write_keys(key.line);
  EXPECT_TRUE(eventually([&] { return ask_once(server_->port(), "GET", "/v2").status == 401; }));
  EXPECT_EQ(ask(key.secret).status, 200);
}

TEST_F(Keys, a_key_that_asks_too_often_is_told_when_to_ask_again) {
  const Key slow = make_key("slow", true, false, false, 0.05), fast = make_key("fast", true, false, false);
  start(slow.line + fast.line);
  EXPECT_EQ(ask(slow.secret).status, 200);
  const Reply refused = ask(slow.secret);
  expect_refused(refused, 429, "overloaded", {"key 'slow'", "0.05 requests a second"});
  EXPECT_GE(std::stoi(refused.header("retry-after")), 10);
  EXPECT_LE(std::stoi(refused.header("retry-after")), 20);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(fast.secret).status, 200);
}

TEST_F(Keys, a_public_address_needs_keys) {
  const auto refused = [&](const std::string& host) {
    SCOPED_TRACE(host);
    expect_error(ErrorCode::invalid_argument, {"server.host", host, "heed keys add"}, [&] {
      const test::RunningServer server([&](serve::ServerSettings& settings) { settings.host = host; });
    });
  };
  for (const std::string host : {"0.0.0.0", "::", "192.0.2.1", "127.evil.example"}) refused(host);
  for (const std::string host : {"127.0.0.1", "127.0.0.9", "localhost"})
    EXPECT_TRUE(serve::is_loopback(host)) << host;
  EXPECT_FALSE(serve::is_loopback("127.evil.example"));
}
