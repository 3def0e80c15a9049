#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

// A client of `heed serve`. It needs a POSIX system and nlohmann-json, and nothing of the server.
namespace heed::client {

// What a server refused, or why there was no answer.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}

  int status = 0;                                        // of HTTP; 0: no answer came
  std::string code;                                      // "overloaded", "unauthenticated", "unavailable" …
  std::string param;                                     // the field at fault; "": none
  std::optional<std::chrono::seconds> retry_after = {};  // when to ask again
  std::string request_id;                                // as the server's log has it
};

struct Options {
  std::string key = {};                       // sent as Authorization: Bearer KEY
  std::chrono::milliseconds timeout{30'000};  // of a call, from connecting to the end of its reply
  std::chrono::milliseconds deadline{0};  // told to the server, which gives up what comes later; 0: its own
};

struct TranslateOptions {
  std::string model = {}, source = {}, target = {};  // "": the server decides
  int64_t beam = 0;                                  // 0: the server's
  int64_t alternatives = 0;                          // other translations wanted of each text
  bool explain = false;
};

// What each piece of a translation looked at: a row a target piece, of the source pieces' shares.
struct Attention {
  std::vector<std::string> source = {}, target = {};
  std::vector<std::vector<double>> weights = {};
};

struct Translation {
  std::string text;
  std::vector<std::string> alternatives = {};
  std::optional<Attention> attention = {};  // where explained
  std::string model = {};
  int64_t version = 0;
};

struct ClassifyOptions {
  std::string model = {}, head = {};
  int64_t top = 0;  // labels a text; 0: all
  bool explain = false;
};

// A word of a text, at code points [start, end), with its share of the attention; `vote`: of its n-grams.
struct Word {
  std::string text;
  int64_t start = 0, end = 0;
  double weight = 0.0;
  std::optional<double> vote = {};
};

struct Label {
  std::string label;
  double probability = 0.0;
};

struct Classification {
  std::string label;
  double probability = 0.0;
  std::vector<Label> labels = {};                    // likeliest first
  std::map<std::string, Classification> heads = {};  // where the model has several
  std::vector<Word> words = {};                      // where explained
  std::string model = {};
  int64_t version = 0;
};

struct RerankOptions {
  std::string model = {};
  int64_t top_n = 0;  // 0: all
  bool return_documents = false;
};

struct Ranked {
  int64_t index = 0;          // of the document
  double score = 0.0;         // cosine of its vector and the query's
  std::string document = {};  // where asked for
};

// One of the things that could have been shown; `propensity`: probability that it was shown at `position`.
struct Candidate {
  std::string id;
  double score = 0.0, propensity = 0.0;
  int64_t position = 0;  // from 0; -1: not shown
};

// What an application chose to show or do ("decision"), or what came of it ("outcome"), and the fields of
// each. An event_id that is left empty gets a new one when the event is sent.
struct Event {
  std::string type = "decision";
  std::string event_id = {};
  int64_t ts = 0;  // microseconds since 1970; 0: when the server got it
  std::string tenant = {}, app = {}, subject = {};
  // Of a decision.
  std::string context_hash = {}, chosen = {}, model = {}, reason = {};
  std::vector<Candidate> candidates = {};
  int64_t version = 0;
  double minutes = 0.0;
  // Of an outcome.
  std::string decision_id = {}, kind = {}, text = {};
  double value = 0.0;
};

struct Feedback {
  std::string decision_id;
  std::optional<double> rating = {};          // in [-1, 1]
  std::string correction = {}, comment = {};  // "": none
  std::string event_id = {};                  // "": a new one
  std::string tenant = {}, subject = {};
};

struct Written {
  int64_t accepted = 0;    // new, and on the server's disk
  int64_t duplicates = 0;  // known before, and unchanged
};

struct EventQuery {
  int64_t limit = 50;
  std::string before = {};  // the `next` of the page before
  std::string type = {};    // "decision", "outcome"; "": both
  std::string app = {}, subject = {};
  std::optional<std::string> tenant = {};
};

struct EventPage {
  std::vector<Event> events = {};  // newest first
  std::string next = {};           // "": this is the last
};

struct Model {
  std::string id, task, state;         // task: "translate", "classify"; state: "ready", "failed"
  int64_t version = 0;                 // that answers under its name
  std::vector<int64_t> versions = {};  // in memory
  std::vector<std::string> aliases = {};
  nlohmann::json raw = {};  // all that the server says of it
};

// 128 random bits as 32 hexadecimal digits.
std::string new_event_id();

// Of one server, over one connection that is kept open: one a thread. Every call throws Error, and
// nlohmann::json::exception where another program answers. A call whose
// kept connection turns out to be closed is sent once more, on a new one: safe, because models answer alike
// each time, and events carry a key of their own.
class Client {
 public:
  // `url`: "http://HOST:PORT". Connects with the first call. Throws std::invalid_argument on another URL; for
  // https, put a proxy between.
  explicit Client(const std::string& url, Options options = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // One answer a text, in order.
  std::vector<Translation> translate(std::span<const std::string> texts,
                                     const TranslateOptions& options = {});
  Translation translate(const std::string& text, const TranslateOptions& options = {});
  std::vector<Classification> classify(std::span<const std::string> texts,
                                       const ClassifyOptions& options = {});
  Classification classify(const std::string& text, const ClassifyOptions& options = {});

  // Vectors of length 1, one a text.
  std::vector<std::vector<float>> embed(std::span<const std::string> texts, const std::string& model = "");

  // The closest first.
  std::vector<Ranked> rerank(const std::string& query, std::span<const std::string> documents,
                             const RerankOptions& options = {});

  // Return once the events are on the server's disk.
  Written send_events(std::span<const Event> events);
  Written feedback(const Feedback& feedback);
  EventPage events(const EventQuery& query = {});

  std::vector<Model> models();
  nlohmann::json model(const std::string& name);  // with its card, metrics and training curves
  nlohmann::json status();

 private:
  struct Connection;
  nlohmann::json call(const std::string& method, const std::string& path, const std::string& body = "");

  Options options_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace heed::client
