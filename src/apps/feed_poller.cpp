#include "apps/feed_poller.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"

namespace heed::apps {
namespace {

constexpr int64_t kMostPauseUs = int64_t{3600} * 1'000'000;
constexpr size_t kMaxFeedBytes = 8 << 20, kMaxShown = 256;

std::string header(const HttpReply& reply, std::string_view wanted) {
  for (const auto& [name, value] : reply.headers) {
    const auto same = [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    if (std::ranges::equal(name, wanted, same)) return value;
  }
  return "";
}

}  // namespace

FeedPoller::FeedPoller(std::vector<std::string> urls, int64_t interval_us, Get get, Take take)
    : interval_us_(interval_us), get_(std::move(get)), take_(std::move(take)) {
  for (std::string& url : urls)
    feeds_.push_back({.status = {.url = std::move(url)}, .etag = {}, .modified = {}});
}

void FeedPoller::run(int64_t now_us) {
  for (Feed& feed : feeds_) {
    if (feed.due_us <= now_us) ask(feed, now_us);
  }
}

void FeedPoller::ask(Feed& feed, int64_t now_us) {
  FeedStatus status = feed.status;
  status.asked_us = now_us;
  try {
    HttpGet request = {.url = status.url, .max_bytes = kMaxFeedBytes};
    if (!feed.etag.empty()) request.headers.emplace_back("If-None-Match", feed.etag);
    if (!feed.modified.empty()) request.headers.emplace_back("If-Modified-Since", feed.modified);
    const HttpReply reply = get_(request);
    if (reply.status >= 300 && reply.status < 400 && reply.status != 304)
      throw Error(ErrorCode::unavailable, "expected the feed, found that it has moved to " +
                                              header(reply, "Location") + "; configure that address");
    if (reply.status != 304 && reply.status != 200)
      throw Error(ErrorCode::unavailable, "expected the feed, found status " + std::to_string(reply.status));
    if (reply.status == 200) {
      std::vector<FeedEntry> entries = parse_feed(reply.body, status.url, now_us);
      status.entries = static_cast<int64_t>(entries.size());
      if (!entries.empty()) take_(std::move(entries), status.url);
      feed.etag = header(reply, "ETag");
      feed.modified = header(reply, "Last-Modified");
    }
    status.failures = 0;
    status.problem.clear();
  } catch (const Error& error) {
    ++status.failures;
    status.problem = printable_utf8(error.what(), kMaxShown);
  }
  const int64_t pause = interval_us_ << std::min<int64_t>(status.failures, 10);
  feed.due_us = now_us + std::min(pause, std::max(kMostPauseUs, interval_us_));
  const std::lock_guard lock(mutex_);
  feed.status = std::move(status);
}

std::vector<FeedStatus> FeedPoller::status() const {
  const std::lock_guard lock(mutex_);
  std::vector<FeedStatus> all;
  for (const Feed& feed : feeds_) all.push_back(feed.status);
  return all;
}

}  // namespace heed::apps
