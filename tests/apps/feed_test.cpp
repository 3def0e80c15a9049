#include "apps/feed.h"

#include <gtest/gtest.h>

#include "apps/feed_poller.h"
#include "base/error.h"

namespace heed::apps {
namespace {

constexpr int64_t kNow = int64_t{1'583'755'200} * 1'000'000;

const char* const kRss = R"(<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title>
<item><title>Shares &amp; bonds fall</title><description>&lt;p&gt;A &lt;b&gt;bad&lt;/b&gt; day&amp;nbsp;for all&lt;/p&gt;</description>
<link>http://news/1</link><guid>n1</guid><pubDate>Mon, 09 Mar 2020 12:00:00 GMT</pubDate><dc:creator>Ann</dc:creator></item>
<item><title>股市<![CDATA[ <i>大跌</i>]]></title><link>http://news/2</link></item>
</channel></rss>)";
const char* const kAtom =
    R"(<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a1</id><title type="html">Oil</title>
<link rel="self" href="http://self"/><link href="http://oil/1"/><updated>2020-03-09T13:00:00+01:00</updated>
<summary>Prices fell</summary><author><name>Bob</name></author></entry></feed>)";

TEST(Feed, reads_rss_in_both_languages) {
  const std::vector<FeedEntry> entries = parse_feed(kRss, "http://feed", kNow);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(text_of(entries[0]), "Shares & bonds fall. A bad day for all");
  EXPECT_EQ(entries[0].url, "http://news/1");
  EXPECT_EQ(entries[0].author, "Ann");
  EXPECT_EQ(entries[0].ts_us, kNow);
  EXPECT_EQ(text_of(entries[1]), "股市 大跌");
  EXPECT_EQ(entries[1].ts_us, kNow);
  EXPECT_NE(entries[0].id, entries[1].id);
  EXPECT_EQ(entries[0].id, parse_feed(kRss, "http://feed", kNow + 1)[0].id);
}

TEST(Feed, reads_atom) {
  const std::vector<FeedEntry> entries = parse_feed(kAtom, "http://feed", 0);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(text_of(entries[0]), "Oil. Prices fell");
  EXPECT_EQ(entries[0].url, "http://oil/1");
  EXPECT_EQ(entries[0].author, "Bob");
  EXPECT_EQ(entries[0].ts_us, kNow);
}

std::string refusal(const std::string& xml) {
  try {
    parse_feed(xml, "http://feed", 0);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Feed, refuses_what_is_no_feed_and_entities_that_grow) {
  EXPECT_NE(refusal("<rss><channel><item>").find("feed:1:"), std::string::npos);
  EXPECT_NE(refusal("").find("expected RSS or Atom"), std::string::npos);
  EXPECT_NE(refusal("<html><body/></html>").find("no element rss"), std::string::npos);
  EXPECT_NE(refusal("<!DOCTYPE rss [<!ENTITY a \"aaaa\"><!ENTITY b "
                    "\"&a;&a;&a;\">]><rss><item><title>&b;</title></item></rss>")
                .find("a declaration of entities"),
            std::string::npos);
  EXPECT_NE(refusal("<!DOCTYPE rss [<!ENTITY a SYSTEM "
                    "\"file:///etc/passwd\">]><rss><item><title>&a;</title></item></rss>")
                .find("a declaration of entities"),
            std::string::npos);
  std::string deep = "<rss>";
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_NE(refusal(deep).find("nested too deep"), std::string::npos);
}

struct Asked {
  std::vector<HttpGet> requests;
  HttpReply reply;
  bool fails = false;
  std::vector<std::string> texts;

  FeedPoller poller() {
    return FeedPoller(
        {"http://feed/rss"}, 60'000'000,
        [this](const HttpGet& request) {
          requests.push_back(request);
          if (fails) throw Error(ErrorCode::unavailable, "feed: expected an answer, found: refused");
          return reply;
        },
        [this](std::vector<FeedEntry> entries, const std::string&) {
          for (const FeedEntry& entry : entries) texts.push_back(text_of(entry));
        });
  }
};

TEST(Feed, asks_conditionally_and_not_before_its_time) {
  Asked asked;
  asked.reply = {.status = 200,
                 .body = kAtom,
                 .headers = {{"etag", "\"7\""}, {"Last-Modified", "Mon, 09 Mar 2020 12:00:00 GMT"}}};
  FeedPoller poller = asked.poller();
  poller.run(kNow);
  poller.run(kNow + 30'000'000);
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_TRUE(asked.requests[0].headers.empty());
  asked.reply = {.status = 304, .body = ""};
  poller.run(kNow + 61'000'000);
  ASSERT_EQ(asked.requests.size(), 2U);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"If-None-Match", "\"7\""}, {"If-Modified-Since", "Mon, 09 Mar 2020 12:00:00 GMT"}};
  EXPECT_EQ(asked.requests[1].headers, expected);
  EXPECT_EQ(asked.texts.size(), 1U);
  EXPECT_EQ(poller.status()[0].problem, "");
}

TEST(Feed, backs_off_while_a_feed_fails_and_follows_no_redirect) {
  Asked asked;
  asked.fails = true;
  FeedPoller poller = asked.poller();
  for (int64_t second = 0; second < 7200; ++second) poller.run(kNow + second * 1'000'000);
  EXPECT_LT(asked.requests.size(), 12U);
  EXPECT_GT(asked.requests.size(), 5U);
  asked.fails = false;
  asked.reply = {.status = 301, .body = "", .headers = {{"Location", "http://10.0.0.1/secret"}}};
  for (int64_t second = 7200; second < 4 * 7200; second += 60) poller.run(kNow + second * 1'000'000);
  for (const HttpGet& request : asked.requests) EXPECT_EQ(request.url, "http://feed/rss");
  EXPECT_NE(poller.status()[0].problem.find("moved to http://10.0.0.1/secret"), std::string::npos);
}

TEST(Feed, markup_is_left_out_and_less_than_is_kept) {
  EXPECT_EQ(text_of_html("a < b &lt;i&gt; &#8217;x&#x2019; &unknown; <br/>c"), "a < b <i> ’x’ &unknown; c");
}

}  // namespace
}  // namespace heed::apps
