#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "apps/route.h"
#include "apps/support/desk.h"

namespace heed::apps::support {

// Sends what Chatwoot is to be told, one request after another, to the configured address and nowhere else.
// One that fails is tried again, after 1, 2, 4, 8 seconds (times `patience`); then it is given up and logged.
class Chatwoot {
 public:
  struct Options {
    std::string url{};            // http(s)://HOST, without a slash at its end
    std::string token{};          // of the agent bot
    std::string secret{};         // that the webhook must bring in its address; "": none
    std::string signature_key{};  // that it must be signed with; "": it need not be
    double patience = 1.0;
    size_t most = 10'000;  // requests that wait
  };
  // `send` posts and throws; it is called by one thread.
  Chatwoot(Options options, std::function<HttpReply(const HttpPost&)> send);
  ~Chatwoot();
  Chatwoot(const Chatwoot&) = delete;
  Chatwoot& operator=(const Chatwoot&) = delete;

  const Options& options() const { return options_; }
  // Both return at once; throw overloaded where too many requests wait.
  void say(int64_t account, int64_t conversation, const std::string& text);
  void hand_over(int64_t account, int64_t conversation);
  // What waits is given up.
  void stop();

 private:
  void add(const std::string& path, const Json& body);
  void run();
  bool send_patiently(const HttpPost& post);

  const Options options_;
  const std::function<HttpReply(const HttpPost&)> send_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<HttpPost> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

using ChatwootPointer = std::shared_ptr<std::unique_ptr<Chatwoot>>;  // null inside: not configured

// Whether a webhook is signed as Chatwoot signs those of its agent bots since 4.13 (chatwoot/chatwoot#13892):
// the header X-Chatwoot-Signature is "sha256=" and the HMAC-SHA-256, in hexadecimal digits, of
// X-Chatwoot-Timestamp (Unix seconds), a full stop and the body as it came, by the secret that Chatwoot shows
// for the bot. One that was signed more than five minutes before or after `now_s` is none: it may have been
// recorded. Versions before sign nothing, so that only the word in the address tells them.
bool is_signed(const Call& call, const std::string& key, int64_t now_s, Services& services);

// As the settings say; null where they name no address. Reads the files of token and secret.
std::unique_ptr<Chatwoot> make_chatwoot(const SupportSettings& settings, Services& services);

// The webhook of Chatwoot's agent bot.
std::vector<Route> chatwoot_routes(const DeskPointer& desk, const ChatwootPointer& chatwoot);

}  // namespace heed::apps::support
