#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "apps/console.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/commands.h"
#include "store/consume.h"
#include "store/event_json.h"
#include "store/event_log.h"

namespace heed::cli {
namespace {

constexpr int64_t kMicrosecondsADay = int64_t{86'400} * 1'000'000;

struct Options {
  std::string store, stream, app, subject, tenant, type;
  int64_t limit = 50, days = 0;
};

std::unique_ptr<store::EventLog> open(const Options& options) { return store::open_event_log(options.store); }

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::atomic<bool> interrupted{false};

// Stops at the next batch on SIGINT and SIGTERM; what has not been acknowledged comes again.
void read(const Options& options) {
  const auto log = open(options);
  const auto stream = store::open_stream(options.stream);
  std::stop_source stop;
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
  std::jthread watch([&stop](const std::stop_token& over) {
    while (!over.stop_requested() && !interrupted)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const store::ConsumeCounts counts =
      store::consume(*stream, *log, store::events_of_message, stop.get_token());
  apps::print(line_of(
      {{"messages", counts.messages}, {"repeated", counts.repeated}, {"put_aside", counts.put_aside}}));
}

void list(const Options& options) {
  store::EventQuery query{.tenant = std::nullopt,
                          .app = options.app,
                          .subject = options.subject,
                          .type = std::nullopt,
                          .limit = options.limit,
                          .before = ""};
  if (!options.tenant.empty()) query.tenant = options.tenant;
  if (!options.type.empty())
    query.type = options.type == "decision" ? store::EventType::decision : store::EventType::outcome;
  for (const store::Event& event : open(options)->list(query).events)
    apps::print(line_of(store::to_json(event)));
}

void export_decisions(const Options& options) {
  store::DecisionQuery query{.tenant = std::nullopt, .app = options.app};
  if (!options.tenant.empty()) query.tenant = options.tenant;
  if (options.days > 0) query.since_us = store::now_us() - options.days * kMicrosecondsADay;
  open(options)->for_each_decision(
      query, [](const store::Decision& decision, std::span<const store::Outcome> outcomes) {
        Json json = store::to_json(store::Event(decision));
        json["outcomes"] = Json::array();
        for (const store::Outcome& outcome : outcomes)
          json["outcomes"].push_back(store::to_json(store::Event(outcome)));
        apps::print(line_of(json));
      });
}

void count(const Options& options) {
  const store::EventCounts counts = open(options)->count();
  apps::print(line_of({{"decisions", counts.decisions}, {"outcomes", counts.outcomes}}));
}

void forget(const Options& options) {
  apps::print(line_of({{"deleted", open(options)->delete_subject(options.tenant, options.subject)}}));
}

void prune(const Options& options) {
  apps::print(
      line_of({{"deleted", open(options)->prune(store::now_us() - options.days * kMicrosecondsADay)}}));
}

void show_put_aside(const Options& options) {
  for (const store::DeadLetter& letter : open(options)->dead_letters(options.limit)) {
    apps::print(line_of({{"ts", letter.ts_us},
                         {"stream", letter.stream},
                         {"message_id", letter.message_id},
                         {"reason", letter.reason},
                         {"body", letter.body}}));
  }
}

CLI::App* add_command(CLI::App& events, const char* name, const char* help,
                      const std::shared_ptr<Options>& options, void (*run)(const Options&)) {
  CLI::App* command = events.add_subcommand(name, help);
  command
      ->add_option("--store", options->store, "Event log: sqlite:PATH, PATH or postgresql://USER@HOST/NAME")
      ->required()
      ->type_name("URL");
  command->callback([options, run] { run(*options); });
  return command;
}

void add_filters(CLI::App& command, Options& options) {
  command.add_option("--app", options.app, "Of this application alone")->type_name("NAME");
  command.add_option("--tenant", options.tenant, "Of this tenant alone")->type_name("NAME");
}

}  // namespace

void add_events_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* events = app.add_subcommand("events", "The event log: what was decided and what came of it");
  events->require_subcommand(1);
  CLI::App* reader = add_command(*events, "read", "Record the events of a stream, each once", options, read);
  reader
      ->add_option(
          "STREAM", options->stream,
          "- (JSON lines on standard input), file:PATH?position=FILE, or redis://HOST/STREAM?group=NAME")
      ->required();
  reader->footer(
      "A line or entry is an event, or {\"events\": [...]}, as POST /v1/events takes them (docs/http.md).\n\n"
      "Examples:\n"
      "  heed events read - --store models/events.sqlite < events.jsonl\n"
      "  heed events read 'redis://localhost/clicks?group=heed' --store postgresql://heed@db/heed");
  CLI::App* lister = add_command(*events, "list", "Events as JSON lines, newest first", options, list);
  add_filters(*lister, *options);
  lister->add_option("--subject", options->subject, "For this person alone")->type_name("ID");
  lister->add_option("--type", options->type, "decision or outcome")
      ->check(CLI::IsMember({"decision", "outcome"}).description(""))
      ->type_name("TYPE");
  lister->add_option("--limit", options->limit, "As many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->type_name("N");
  CLI::App* exporter = add_command(
      *events, "export", "Decisions with their outcomes as JSON lines, oldest first, for evaluation", options,
      export_decisions);
  add_filters(*exporter, *options);
  exporter->add_option("--days", options->days, "Of the last days alone")
      ->check(CLI::Range(1, 36500))
      ->type_name("N");
  add_command(*events, "count", "How many there are", options, count);
  CLI::App* deleter =
      add_command(*events, "delete", "Delete all that is recorded of a person", options, forget);
  deleter->add_option("--subject", options->subject, "Whose events")->required()->type_name("ID");
  deleter->add_option("--tenant", options->tenant, "Of this tenant; else of the only one")->type_name("NAME");
  CLI::App* pruner = add_command(*events, "prune", "Delete old events", options, prune);
  pruner->add_option("--days", options->days, "Those older than this")
      ->required()
      ->check(CLI::Range(1, 36500))
      ->type_name("N");
  CLI::App* aside =
      add_command(*events, "put-aside", "Messages of streams that could not be understood, newest first",
                  options, show_put_aside);
  aside->add_option("--limit", options->limit, "As many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->type_name("N");
}

}  // namespace heed::cli
