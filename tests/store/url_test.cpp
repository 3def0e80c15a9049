#include "store/url.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "store/redis_stream.h"
#include "store/stream.h"

namespace heed::store {
namespace {

TEST(Url, has_its_parts_decoded) {
  const Url url = parse_url("redis://me:p%40ss%3A1@[::1]:7000/my%2Fstream?group=g%20h&consumer=c");
  EXPECT_EQ(url.scheme, "redis");
  EXPECT_EQ(url.user, "me");
  EXPECT_EQ(url.password, "p@ss:1");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 7000);
  EXPECT_EQ(url.path, "my/stream");
  EXPECT_EQ(url.parameters.at("group"), "g h");
  EXPECT_EQ(url.parameters.at("consumer"), "c");
}

TEST(Url, that_is_broken_is_refused_without_its_password) {
  for (const std::string text : {"redis", "://x", "redis://h:port/s", "redis://h:0/s", "redis://h:99999/s",
                                 "redis://[::1/s", "redis://h/%", "redis://h/%4", "redis://h/%zz",
                                 "redis://h/%00", "redis://h/s?group", "redis://[::1]x/s", "redis://h/%+1"}) {
    expect_error(ErrorCode::invalid_argument, {text, "expected"}, [&] { parse_url(text); });
  }
  expect_error(ErrorCode::invalid_argument, {"redis://u:***@h:x/s"},
               [] { parse_url("redis://u:geheim@h:x/s"); });
}

TEST(RedisUrl, names_server_stream_and_group) {
  const auto plain = parse_redis_url("redis://host/events");
  EXPECT_EQ(plain.host, "host");
  EXPECT_EQ(plain.port, 6379);
  EXPECT_EQ(plain.stream, "events");
  EXPECT_EQ(plain.group, "heed");
  const auto all = parse_redis_url("redis://:word@h:1/s?group=g&consumer=c&reclaim_ms=250");
  EXPECT_EQ(all.password, "word");
  EXPECT_EQ(all.consumer, "c");
  EXPECT_EQ(all.reclaim_after.count(), 250);
  const auto socket = parse_redis_url("redis+unix:///run/redis.sock?stream=s");
  EXPECT_EQ(socket.socket, "/run/redis.sock");
  EXPECT_EQ(socket.stream, "s");
}

TEST(RedisUrl, without_a_stream_or_with_an_unknown_word_is_refused) {
  for (const std::string text :
       {"redis://host", "redis://host/", "redis://host/s?group=", "redis://host/s?grp=x",
        "redis://host/s?reclaim_ms=0", "redis://host/s?stream=t"}) {
    expect_error(ErrorCode::invalid_argument, {text, "expected"}, [&] { parse_redis_url(text); });
  }
}

TEST(StreamUrl, that_is_unknown_is_refused) {
  for (const std::string url : {"kafka://h/t", "file:", "file:x?pos=y", ""}) {
    expect_error(ErrorCode::invalid_argument, {"expected"}, [&] { open_stream(url); });
  }
}

}  // namespace
}  // namespace heed::store
