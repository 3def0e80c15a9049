#include "apps/support/chatwoot.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "apps/support/http.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"

namespace heed::apps::support {
namespace {

using Kind = Field::Kind;

constexpr int kTries = 5;
constexpr uint64_t kMaxSecretBytes = 4096;
constexpr int64_t kFreshSeconds = 300;

std::string word_of(const std::string& file) {
  if (file.empty()) return "";
  std::string word = read_file(file, kMaxSecretBytes);
  while (!word.empty() && (word.back() == '\n' || word.back() == '\r' || word.back() == ' ')) word.pop_back();
  if (word.empty() || word.find_first_of("\r\n") != word.npos)
    throw Error(ErrorCode::invalid_argument, file + ": expected one line with a word, found another");
  return word;
}

// The same time wherever they differ.
bool equal(const std::string& a, const std::string& b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i)
    difference |=
        static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b.empty() ? '\0' : b[i % b.size()]);
  return difference == 0;
}

// A whole number inside an object of Chatwoot's; 0 where there is none.
int64_t id_in(const Json& body, const char* object, const char* name = "id") {
  const auto found = body.find(object);
  if (found == body.end() || !found->is_object()) return 0;
  const auto id = found->find(name);
  return id == found->end() || !id->is_number_integer() ? 0 : id->get<int64_t>();
}

std::string text_in(const Json& body, const char* object, const char* name) {
  const auto found = body.find(object);
  if (found == body.end() || !found->is_object()) return "";
  const auto text = found->find(name);
  return text == found->end() || !text->is_string() ? "" : text->get<std::string>();
}

// A text where there is one; Chatwoot's other types are none of ours.
std::string plain_text(const Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || !found->is_string()) return "";
  check_text(name, *found);
  return found->get<std::string>();
}

// A customer's message in a conversation that is still the bot's; everything else is told and left alone.
bool is_for_bot(const Json& body) {
  const std::string status = text_in(body, "conversation", "status");
  const auto hidden = body.find("private");
  return text_or(body, "event") == "message_created" && plain_text(body, "message_type") == "incoming" &&
         (hidden == body.end() || *hidden == false) && (status.empty() || status == "pending");
}

void check_sender(const Call& call, const Chatwoot::Options& options, Services& services) {
  if (!options.secret.empty() && !equal(text_or(call.body, "token"), options.secret))
    throw Error(ErrorCode::unauthenticated,
                "token: expected the word of apps.support.chatwoot_secret_file, found another");
  if (!options.signature_key.empty() &&
      !is_signed(call, options.signature_key, store::now_us() / 1'000'000, services))
    throw Error(ErrorCode::unauthenticated,
                "X-Chatwoot-Signature: expected the body and a time of now signed with the secret of "
                "apps.support.chatwoot_signature_file, found another or none; Chatwoot signs since 4.13");
}

void receive(const CallPointer& call, Desk& desk, Chatwoot* chatwoot) {
  const Json& body = call->body;
  if (chatwoot == nullptr)
    throw Error(ErrorCode::unavailable, "apps.support.chatwoot_url: expected Chatwoot's address, found none");
  check_sender(*call, chatwoot->options(), desk.services());
  if (!is_for_bot(body)) return call->reply(json_reply({{"accepted", 0}}));
  const int64_t account = id_in(body, "account"), conversation = id_in(body, "conversation");
  if (account <= 0 || conversation <= 0)
    throw FieldError("conversation", "expected the ids of account and conversation, found none");
  Exchange::begin(desk,
                  {.conversation = {"", fmt::format("chatwoot:{}:{}", account, conversation)},
                   .begin = true,
                   .outside = true,
                   .text = plain_text(body, "content")},
                  {.done =
                       [chatwoot, account, conversation](const Outcome& outcome) {
                         try {
                           if (!outcome.response.text.empty())
                             chatwoot->say(account, conversation, outcome.response.text);
                           if (outcome.response.action == Action::handover)
                             chatwoot->hand_over(account, conversation);
                         } catch (const Error& problem) {
                           spdlog::error("{}", problem.what());
                         }
                       },
                   .failed =
                       [account, conversation](const std::exception_ptr& problem) {
                         try {
                           std::rethrow_exception(problem);
                         } catch (const std::exception& error) {
                           spdlog::error("chatwoot {}:{}: not answered: {}", account, conversation,
                                         error.what());
                         }
                       },
                   .read = nullptr});
  call->reply(json_reply({{"accepted", 1}}));  // Chatwoot waits for no answer here
}

}  // namespace

bool is_signed(const Call& call, const std::string& key, int64_t now_s, Services& services) {
  const auto header = [&](const char* name) {
    const auto found = call.headers.find(name);
    return found == call.headers.end() ? std::string() : found->second;
  };
  const std::string time = header("x-chatwoot-timestamp");
  int64_t signed_s = 0;
  const auto read = std::from_chars(time.data(), time.data() + time.size(), signed_s);
  if (read.ec != std::errc() || read.ptr != time.data() + time.size() || signed_s < now_s - kFreshSeconds ||
      signed_s > now_s + kFreshSeconds)
    return false;
  return equal(header("x-chatwoot-signature"),
               "sha256=" + services.hmac_sha256(key, time + "." + call.raw_body));
}

Chatwoot::Chatwoot(Options options, std::function<HttpReply(const HttpPost&)> send)
    : options_(std::move(options)), send_(std::move(send)), thread_([this] { run(); }) {}

Chatwoot::~Chatwoot() { stop(); }

void Chatwoot::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Chatwoot::add(const std::string& path, const Json& body) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= options_.most)
    throw Error(ErrorCode::overloaded,
                "chatwoot: expected it to take its messages, found too many that wait");
  waiting_.push_back({.url = options_.url + path,
                      .headers = {{"api_access_token", options_.token}},
                      .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)});
  changed_.notify_all();
}

void Chatwoot::say(int64_t account, int64_t conversation, const std::string& text) {
  add(fmt::format("/api/v1/accounts/{}/conversations/{}/messages", account, conversation),
      {{"content", text}, {"message_type", "outgoing"}, {"private", false}});
}

void Chatwoot::hand_over(int64_t account, int64_t conversation) {
  add(fmt::format("/api/v1/accounts/{}/conversations/{}/toggle_status", account, conversation),
      {{"status", "open"}});
}

void Chatwoot::run() {
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const HttpPost post = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    if (!send_patiently(post)) spdlog::error("chatwoot: given up: {}", post.url);
    lock.lock();
  }
}

// What Chatwoot refuses (4xx but 429) is refused again, so it is not asked again.
bool Chatwoot::send_patiently(const HttpPost& post) {
  double pause_s = options_.patience;
  for (int attempt = 1; attempt <= kTries; ++attempt, pause_s *= 2.0) {
    try {
      const int status = send_(post).status;
      if (status < 300) return true;
      spdlog::warn("chatwoot: expected status 2xx of {}, found {}", post.url, status);
      if (status < 500 && status != 429) return false;
    } catch (const std::exception& problem) {
      spdlog::warn("chatwoot: {}", problem.what());
    }
    std::unique_lock lock(mutex_);
    if (attempt == kTries ||
        changed_.wait_for(lock, std::chrono::duration<double>(pause_s), [&] { return stopping_; }))
      return false;
  }
  return false;
}

std::unique_ptr<Chatwoot> make_chatwoot(const SupportSettings& settings, Services& services) {
  if (settings.chatwoot_url.empty()) return nullptr;
  const std::string& url = settings.chatwoot_url;
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    throw Error(
        ErrorCode::invalid_argument,
        "apps.support.chatwoot_url: expected http:// or https://, found '" + url.substr(0, 128) + "'");
  Chatwoot::Options options = {.url = url,
                               .token = word_of(settings.chatwoot_token_file),
                               .secret = word_of(settings.chatwoot_secret_file),
                               .signature_key = word_of(settings.chatwoot_signature_file)};
  if (options.secret.empty() && options.signature_key.empty())
    throw Error(
        ErrorCode::invalid_argument,
        "apps.support.chatwoot_signature_file: expected the secret that Chatwoot signs with, or before 4.13 "
        "apps.support.chatwoot_secret_file, a word in the webhook's address, found neither; whoever knows "
        "the address could write in customers' names");
  while (options.url.ends_with('/')) options.url.pop_back();
  return std::make_unique<Chatwoot>(std::move(options),
                                    [&services](const HttpPost& post) { return services.post(post); });
}

std::vector<Route> chatwoot_routes(const DeskPointer& desk, const ChatwootPointer& chatwoot) {
  return {
      {.method = "POST",
       .path = "/v1/support/chatwoot",
       .summary =
           "Chatwoot's agent bot: a customer's message is answered by requests to apps.support.chatwoot_url",
       .body = {{.name = "event", .help = "message_created; others are left alone", .required = true},
                {.name = "message_type", .kind = Kind::any, .help = "incoming; others are left alone"},
                {.name = "content", .kind = Kind::any, .help = "What the customer wrote"},
                {.name = "private", .kind = Kind::any, .help = "Notes between agents are left alone"},
                {.name = "account", .kind = Kind::any, .help = "With its id"},
                {.name = "conversation",
                 .kind = Kind::any,
                 .help = "With its id and status; only pending ones are the bot's"},
                {.name = "token", .help = "The word of apps.support.chatwoot_secret_file, in the address"}},
       .reply =
           {{.name = "accepted", .kind = Kind::integer, .help = "1: will be answered", .required = true}},
       .other_fields = true,
       .own_key = true,
       .handle = [desk, chatwoot](const CallPointer& call, Services&) {
         receive(call, **desk, chatwoot->get());
       }}};
}

}  // namespace heed::apps::support
