#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "apps/feed.h"
#include "apps/route.h"

namespace heed::apps {

struct FeedStatus {
  std::string url{};
  int64_t asked_us = 0;   // when it was asked last
  int64_t entries = 0;    // of its last answer that had changed
  int64_t failures = 0;   // in a row
  std::string problem{};  // of the last time; "": none
};

// Asks configured feeds for what is new: conditionally (ETag, Last-Modified), and more and more seldom while
// one fails, up to an hour. What is not one of the configured addresses is never asked: a redirect is a
// problem that names where the feed has gone, for the operator to configure.
class FeedPoller {
 public:
  using Get = std::function<HttpReply(const HttpGet&)>;
  using Take = std::function<void(std::vector<FeedEntry> entries, const std::string& url)>;
  // `take` returns when the entries are kept; what it throws makes the feed be asked again in full.
  FeedPoller(std::vector<std::string> urls, int64_t interval_us, Get get, Take take);

  // Asks those that are due.
  void run(int64_t now_us);
  std::vector<FeedStatus> status() const;

 private:
  struct Feed {
    FeedStatus status;
    std::string etag, modified;
    int64_t due_us = 0;
  };
  void ask(Feed& feed, int64_t now_us);

  int64_t interval_us_;
  Get get_;
  Take take_;
  mutable std::mutex mutex_;  // of statuses
  std::vector<Feed> feeds_;
};

}  // namespace heed::apps
