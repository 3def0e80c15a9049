// A reader's digest from a server, asked over real sockets.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "apps/digest/application.h"
#include "base/files.h"
#include "serve/endless_feed.h"
#include "serve/running_server.h"
#include "serve/server.h"

using namespace heed;
using test::ask_once;
using test::Reply;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::vector<apps::Application>& digest_alone() {
  static const std::vector<apps::Application> kApplications = {apps::digest_application()};
  return kApplications;
}

Json items() {
  return {{{"id", "oil"}, {"title", "Oil prices fall as talks collapse"}, {"source", "a"}},
          {{"id", "bank"}, {"title", "Central bank cuts rates"}, {"source", "a"}},
          {{"id", "电池"}, {"title", "新款手机电池续航大幅提升"}, {"source", "b"}},
          {{"id", "bad"}, {"title", "<script>alert(1)</script>"}, {"source", "c"}}};
}

Reply post(uint16_t port, const std::string& path, const Json& body) {
  return ask_once(port, "POST", path, body.dump());
}

double worth_of(const Json& digest, const std::string& id) {
  for (const char* list : {"stories", "left_out"}) {
    for (const Json& one : digest[list]) {
      if (one["id"] == id) return one["account"]["worth"].get<double>();
    }
  }
  return -1;
}

}  // namespace

TEST(DigestServer, learns_from_feedback_and_remembers_it_after_a_restart) {
  const test::ScratchFolder folder;
  const std::vector<std::string> settings = {"store.url=\"" + (folder / "events.db").string() + "\""};
  const Json ask = {{"reader", "安"}, {"minutes", 10}, {"topics", {"电池"}}, {"items", items()}};
  {
    test::RunningServer server(nullptr, digest_alone(), settings);
    const Reply first = post(server.port(), "/v1/digest", ask);
    ASSERT_EQ(first.status, 200) << first.body;
    const Json digest = first.json();
    EXPECT_EQ(digest["stories"].size(), 4U);
    EXPECT_FALSE(digest["digest"].get<std::string>().empty());
    EXPECT_GT(worth_of(digest, "电池"), worth_of(digest, "bank"));
    const Reply taken = post(server.port(), "/v1/digest/feedback",
                             {{"reader", "安"},
                              {"item", "old"},
                              {"kind", "read"},
                              {"title", "The bank raises rates"},
                              {"digest", digest["digest"]}});
    ASSERT_EQ(taken.status, 200) << taken.body;
    const Json second = post(server.port(), "/v1/digest", ask).json();
    EXPECT_GT(worth_of(second, "bank"), worth_of(digest, "bank"));
  }
  test::RunningServer server(nullptr, digest_alone(), settings);
  Json again = ask;
  again.erase("topics");
  const Json digest = post(server.port(), "/v1/digest", again).json();
  EXPECT_GT(worth_of(digest, "bank"), 0.34);
  EXPECT_GT(worth_of(digest, "电池"), 0.34);
}

TEST(DigestServer, answers_without_feeds_in_each_format_and_refuses_what_is_wrong) {
  test::RunningServer server(nullptr, digest_alone());
  const Reply page = ask_once(server.port(), "GET", "/v1/digest?minutes=5&format=html");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<!doctype html>"));
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/digest?format=feed").json()["items"].size(), 0U);
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/digest?minutes=0").json()["used"], 0);
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/digest?minutes=-3").status, 400);
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/digest?minutes=nan").status, 400);
  EXPECT_EQ(post(server.port(), "/v1/digest", {{"items", {{{"source", "x"}}}}}).status, 400);
  EXPECT_EQ(
      post(server.port(), "/v1/digest/feedback", {{"reader", "a"}, {"item", "x"}, {"kind", "read"}}).status,
      404);
  EXPECT_EQ(
      post(server.port(), "/v1/digest/feedback", {{"reader", "a"}, {"item", "x"}, {"kind", "loved"}}).status,
      400);
  EXPECT_EQ(ask_once(server.port(), "GET", "/v1/digest/feeds").json()["feeds"].size(), 0U);
}

TEST(DigestServer, a_feed_that_never_ends_is_told_and_the_server_goes_on) {
  const test::EndlessFeed feed;
  test::RunningServer server(
      nullptr, digest_alone(),
      {fmt::format("apps.digest.feeds=[\"http://127.0.0.1:{}/feed.xml\"]", feed.port())});
  Json told;
  EXPECT_TRUE(test::eventually([&] {
    told = ask_once(server.port(), "GET", "/v1/digest/feeds").json();
    return !told["feeds"][0]["problem"].get<std::string>().empty();
  })) << told.dump();
  EXPECT_EQ(told["items"], 0);
  EXPECT_EQ(post(server.port(), "/v1/digest", {{"reader", "安"}, {"minutes", 10}, {"items", items()}}).status,
            200);
}

TEST(DigestServer, a_preview_is_neither_logged_nor_remembered) {
  test::RunningServer server(nullptr, digest_alone());
  const Json made = post(server.port(), "/v1/digest",
                         {{"reader", "b"}, {"preview", true}, {"topics", {"oil"}}, {"items", items()}})
                        .json();
  EXPECT_EQ(made["digest"], "");
  EXPECT_GT(worth_of(made, "oil"), 0.34);
  EXPECT_LT(worth_of(post(server.port(), "/v1/digest", {{"reader", "b"}, {"items", items()}}).json(), "oil"),
            0.34);
}
