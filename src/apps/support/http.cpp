#include "apps/support/http.h"

#include <utility>

#include "apps/support/chatwoot.h"
#include "base/error.h"
#include "base/log.h"

namespace heed::apps::support {
namespace {

constexpr size_t kMaxClientId = 200;

class MountedSupport : public MountedApplication {
 public:
  void add_settings(Settings& keys, const std::string& prefix) override {
    heed::apps::support::add_settings(keys, prefix, settings_);
  }

  std::vector<Route> routes() override {
    std::vector<Route> all = answer_routes(desk_);
    for (auto make : {conversation_routes, rasa_routes}) {
      for (Route& route : make(desk_)) all.push_back(std::move(route));
    }
    for (Route& route : chatwoot_routes(desk_, chatwoot_)) all.push_back(std::move(route));
    return all;
  }

  void start(Services& services) override {
    *desk_ = std::make_unique<Desk>(settings_, services);
    // A name in the configuration must mean a support model; what is asked for by requests is looked at then.
    if (!settings_.model.empty()) (*desk_)->load((*desk_)->model(""));
    *chatwoot_ = make_chatwoot(settings_, services);
    house_ = std::jthread([this](const std::stop_token& stop) { keep_house(stop); });
  }

  void stop() override {
    house_ = {};
    if (*chatwoot_) (*chatwoot_)->stop();
    if (*desk_) (*desk_)->saver().flush();
  }

  void forget(const std::string& tenant, const std::string& subject) override {
    (*desk_)->forget({tenant, subject});
  }

  std::vector<Metric> metrics() const override {
    Desk& desk = **desk_;
    Metric actions = {
        .name = "actions_total", .help = "Messages by what was done with them", .kind = "counter"};
    for (const Action action : {Action::answer, Action::ask, Action::retrieve, Action::handover})
      actions.values.emplace_back("action=\"" + std::string(to_string(action)) + "\"",
                                  static_cast<double>(desk.actions[static_cast<size_t>(action)]));
    return {std::move(actions),
            {.name = "waiting",
             .help = "Conversations that wait for a person",
             .kind = "gauge",
             .values = {{"", static_cast<double>(desk.queue().size())}}},
            {.name = "conversations",
             .help = "Conversations in memory",
             .kind = "gauge",
             .values = {{"", static_cast<double>(desk.conversations().size())}}},
            {.name = "corrections_total",
             .help = "Corrections and accepted suggestions of people",
             .kind = "counter",
             .values = {{"", static_cast<double>(desk.corrections)}}}};
  }

 private:
  // Conversations that nobody uses leave the memory.
  void keep_house(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    for (std::unique_lock lock(mutex);
         !wake.wait_for(lock, stop, std::chrono::minutes(1), [&] { return stop.stop_requested(); });)
      (*desk_)->conversations().expire();
  }

  SupportSettings settings_;
  DeskPointer desk_ = std::make_shared<std::unique_ptr<Desk>>();
  ChatwootPointer chatwoot_ = std::make_shared<std::unique_ptr<Chatwoot>>();
  std::jthread house_;
};

}  // namespace

std::unique_ptr<MountedApplication> mount_support() { return std::make_unique<MountedSupport>(); }

std::vector<Field> intent_fields() {
  return {{.name = "intent", .help = "Its name", .required = true},
          {.name = "probability", .kind = Field::Kind::number, .help = "Calibrated", .required = true},
          {.name = "threshold",
           .kind = Field::Kind::number,
           .help = "From which on it is answered",
           .required = true},
          {.name = "answered", .kind = Field::Kind::boolean, .help = "Whether it may be", .required = true}};
}

std::vector<Field> entity_fields() {
  return {{.name = "entity", .help = "What it names", .required = true},
          {.name = "value", .help = "Its words", .required = true},
          {.name = "start", .kind = Field::Kind::integer, .help = "In code points", .required = true},
          {.name = "end", .kind = Field::Kind::integer, .help = "Behind its last", .required = true},
          {.name = "confidence", .kind = Field::Kind::number, .help = "Of the tagger", .required = true}};
}

std::vector<Field> passage_fields() {
  return {
      {.name = "id", .help = "Its name", .required = true},
      {.name = "title", .help = "What it is about", .required = true},
      {.name = "source", .help = "Where it is from", .required = true},
      {.name = "text", .help = "All of it", .required = true},
      {.name = "score", .kind = Field::Kind::number, .help = "Probability that it answers", .required = true},
      {.name = "sentences",
       .kind = Field::Kind::objects,
       .help = "With their shares of the question's attention",
       .required = true,
       .fields = {{.name = "text", .help = "As it stands", .required = true},
                  {.name = "start", .kind = Field::Kind::integer, .help = "In code points", .required = true},
                  {.name = "end", .kind = Field::Kind::integer, .help = "Behind its last", .required = true},
                  {.name = "weight", .kind = Field::Kind::number, .help = "Its share", .required = true}}}};
}

std::vector<Field> citation_fields() {
  return {
      {.name = "passage", .help = "Its id", .required = true},
      {.name = "start", .kind = Field::Kind::integer, .help = "Code points of its text", .required = true},
      {.name = "end", .kind = Field::Kind::integer, .help = "Behind the last", .required = true}};
}

void check_client_id(const std::string& field, const std::string& id) {
  if (id.empty() || id.size() > kMaxClientId)
    throw FieldError(field, "expected 1 to 200 bytes, found " + std::to_string(id.size()));
}

void answer_call(const CallPointer& call, Desk& desk, Inquiry inquiry,
                 std::function<HttpReply(const Outcome&)> to_reply) {
  inquiry.deadline = call->deadline;
  const auto exchange =
      Exchange::begin(desk, std::move(inquiry),
                      {.done =
                           [call, to_reply = std::move(to_reply)](const Outcome& outcome) {
                             try {
                               call->reply(to_reply(outcome));
                             } catch (...) {
                               call->fail(std::current_exception());
                             }
                           },
                       .failed = [call](const std::exception_ptr& problem) { call->fail(problem); },
                       .read = [call](const infer::LiveModel& model,
                                      double queue_seconds) { call->answered_by(model, queue_seconds); }});
  // The exchange holds the call: what the call holds must not hold it back.
  call->on_cancel([weak = std::weak_ptr(exchange)] {
    if (const auto running = weak.lock()) running->cancel();
  });
}

}  // namespace heed::apps::support
