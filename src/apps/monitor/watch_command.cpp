#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "apps/console.h"
#include "apps/monitor/commands.h"
#include "apps/monitor/intake.h"
#include "apps/monitor/settings.h"
#include "base/error.h"
#include "base/threads.h"
#include "model/model_directory.h"
#include "store/line_stream.h"

namespace heed::apps::monitor {
namespace {

// Set by a signal: the batch is finished, recorded and acknowledged; then the command ends.
volatile std::sig_atomic_t told_to_stop = 0;

struct WatchOptions {
  MonitorSettings settings;
  std::string config{}, store{}, follow{}, position{}, redis{}, file = "-";
  double speed = 0;
  int64_t threads = 0, batch = 1000;
  bool json = false;
};

void print_step(const AlertStep& step, bool json) {
  constexpr std::array<std::string_view, 3> kKinds = {"raised", "grown", "ended"};
  const std::string_view kind = kKinds[static_cast<size_t>(step.kind)];
  if (json) {
    Json line = {{"step", kind}};
    line.update(to_json(step.alert));
    print(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  } else if (step.kind != AlertStep::Kind::grown) {
    print(fmt::format(
        "{} {} {}\n  {}\n",
        bold(format_time(step.kind == AlertStep::Kind::raised ? step.alert.end_us : step.alert.ended_us)),
        kind, to_string(step.alert.severity), step.alert.sentence_en));
    print(dim("  " + step.alert.sentence_zh) + "\n");
  }
  flush_output();
}

void print_summary(const Intake& intake) {
  intake.look([](const Monitor& monitor) {
    const MessageCounts& counts = monitor.counts();
    print_report(
        fmt::format("{} messages counted ({} copies), {} late, {} ahead of the clock, {} duplicates, {} "
                    "unreadable; {} series, "
                    "{} watched\n",
                    counts.messages, counts.copies, counts.late, counts.ahead, counts.duplicates,
                    counts.unreadable, monitor.series().size(), monitor.series().watched()));
    return 0;
  });
}

// Everything that a watch in a terminal is made of.
class Terminal {
 public:
  explicit Terminal(WatchOptions& options) : options_(options) {
    MonitorSettings& settings = options.settings;
    if (!options.config.empty()) {
      Settings keys;
      add_settings(keys, "apps.monitor.", settings);
      keys.read_toml(options.config);
      // Beside the file that names it, wherever the command is run.
      if (!settings.entities.empty())
        settings.entities =
            (std::filesystem::path(options.config).parent_path() / settings.entities).string();
    }
    ensemble_ = read_ensemble(settings);
    if (!settings.entities.empty()) entities_ = read_entities(settings.entities);
    if (!settings.model.empty()) {
      read_ = read_by_model(std::make_shared<const infer::LiveModel>(open_model(settings.model)),
                            {.topic = settings.topic_head, .sentiment = settings.sentiment_head},
                            thread_count(options.threads));
    }
    monitor_.emplace(settings.options(), ensemble_, read_);
    if (!options.store.empty()) {
      store_.emplace(options.store);
      store_->restore(*monitor_);
    }
    intake_.emplace(*monitor_, entities_, read_, store_ ? &*store_ : nullptr,
                    IntakeOptions{.batch = static_cast<size_t>(options.batch)},
                    [json = options.json](const AlertStep& step) { print_step(step, json); });
  }

  void read(const std::string& url, const std::stop_token& stop) {
    const std::unique_ptr<store::Stream> stream = store::open_stream(url);
    intake_->consume(*stream, stop);
  }
  Intake& intake() { return *intake_; }

 private:
  WatchOptions& options_;
  Ensemble ensemble_;
  Entities entities_;
  ReadTexts read_;
  std::optional<Monitor> monitor_;
  std::optional<MonitorStore> store_;
  std::optional<Intake> intake_;
};

// A stop that signals ask for; a thread looks, for a handler may do nothing but set a flag.
class SignalStop {
 public:
  SignalStop() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { told_to_stop = 1; });
    looking_ = std::jthread([this](const std::stop_token& end) {
      while (!end.stop_requested()) {
        if (told_to_stop != 0) source_.request_stop();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
  }
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread looking_;
};

void run_watch(WatchOptions options) {
  Terminal terminal(options);
  const SignalStop stop;
  std::string url = "-";
  if (!options.follow.empty())
    url = "file:" + options.follow + (options.position.empty() ? "" : "?position=" + options.position);
  if (!options.redis.empty()) url = options.redis;
  terminal.read(url, stop.token());
  if (url == "-" && !stop.token().stop_requested()) terminal.intake().finish(stop.token());
  print_summary(terminal.intake());
}

// The lines of a recording, no faster than its time passes at `speed`.
class PacedFile : public store::Stream {
 public:
  PacedFile(const std::string& path, double speed)
      : descriptor_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)), speed_(speed) {
    if (descriptor_ < 0) {
      throw Error(errno == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                  path + ": expected a recording to read, found: " + std::strerror(errno));
    }
    reader_ = store::stream_lines(descriptor_, path);
  }
  ~PacedFile() override {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
  }
  const std::string& name() const override { return reader_->name(); }
  std::vector<store::Message> read(size_t max, std::chrono::milliseconds timeout) override {
    std::vector<store::Message> messages = reader_->read(speed_ > 0 ? 1 : max, timeout);
    for (const store::Message& message : messages) wait_for(message);
    return messages;
  }
  void acknowledge(std::span<const store::Message> messages) override { reader_->acknowledge(messages); }
  bool ended() const override { return reader_->ended(); }

 private:
  void wait_for(const store::Message& message) {
    if (speed_ <= 0) return;
    int64_t ts = 0;
    try {
      ts = parse_message(message.body).ts_us;
    } catch (const Error&) {
      return;
    }
    if (first_us_ == 0) {
      first_us_ = ts;
      begin_ = std::chrono::steady_clock::now();
    }
    const double seconds = static_cast<double>(ts - first_us_) / 1e6 / speed_;
    if (seconds > 1e7) return;  // a clock years off holds nobody up
    const auto due = begin_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                  std::chrono::duration<double>(seconds));
    while (std::chrono::steady_clock::now() < due && told_to_stop == 0)
      std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(
          due - std::chrono::steady_clock::now(), std::chrono::milliseconds(50)));
  }

  int descriptor_;
  std::unique_ptr<store::Stream> reader_;
  double speed_;
  int64_t first_us_ = 0;
  std::chrono::steady_clock::time_point begin_;
};

void run_replay(WatchOptions options) {
  Terminal terminal(options);
  const SignalStop stop;
  PacedFile file(options.file, options.speed);
  terminal.intake().consume(file, stop.token());
  if (!stop.token().stop_requested()) terminal.intake().finish(stop.token());
  print_summary(terminal.intake());
}

void add_settings_options(CLI::App& command, WatchOptions& options) {
  MonitorSettings& settings = options.settings;
  command
      .add_option("--config", options.config, "TOML file with a section [apps.monitor], as for heed serve")
      ->type_name("FILE");
  command.add_option("--model", settings.model, "Model directory with heads for topic and sentiment")
      ->type_name("MODEL");
  command.add_option("--entities", settings.entities, "Table of who is watched: columns entity, alias")
      ->type_name("FILE");
  command.add_option("--bucket", settings.bucket, "What detectors look at")
      ->check(CLI::IsMember({"minute", "hour", "day"}))
      ->capture_default_str();
  command.add_option("--alerts-a-day", settings.alerts_a_day, "Alerts that people can read")
      ->check(CLI::Range(0.001, 1e5))
      ->capture_default_str()
      ->type_name("K");
  command
      .add_option("--ensemble", settings.ensemble,
                  "Weights of the detectors' votes (heed monitor backtest --fit)")
      ->type_name("FILE");
  command.add_option("--threads", options.threads, "Threads that read texts; 0: one a core")
      ->check(CLI::Range(0, 1024))
      ->type_name("N");
  command.add_flag("--json", options.json, "One JSON object a line for each step of an alert");
}

}  // namespace

void add_watch_command(CLI::App& monitor) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command =
      monitor.add_subcommand("watch", "Watch messages as they come, and say when opinion turns");
  add_settings_options(*command, *options);
  command
      ->add_option("--store", options->store,
                   "Database that keeps counts and alerts: a path, or postgresql://...")
      ->type_name("URL");
  auto* follow =
      command->add_option("--follow", options->follow, "Read a file that grows, NDJSON")->type_name("FILE");
  command->add_option("--position", options->position, "File that remembers how far it was read")
      ->needs(follow)
      ->type_name("FILE");
  command->add_option("--redis", options->redis, "Read a Redis stream: redis://HOST:PORT/STREAM")
      ->excludes(follow)
      ->type_name("URL");
  command->add_option("--batch", options->batch, "Messages a transaction")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  cat messages.ndjson | heed monitor watch --model models/finance --entities companies.csv\n"
      "  heed monitor watch --model models/finance --redis redis://localhost:6379/news --store "
      "monitor.sqlite");
  command->callback([options] { run_watch(*options); });
}

void add_replay_command(CLI::App& monitor) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command =
      monitor.add_subcommand("replay", "Give a recording's messages to the watch: the same alerts as live");
  command->add_option("FILE", options->file, "NDJSON (standard input where -)")->required();
  add_settings_options(*command, *options);
  command->add_option("--store", options->store, "Database that keeps counts and alerts")->type_name("URL");
  command->add_option("--speed", options->speed, "So many times as fast as it happened; 0: as fast as can be")
      ->check(CLI::Range(0.0, 1e9))
      ->capture_default_str()
      ->type_name("X");
  command->footer(
      "Example:\n  heed monitor replay march.ndjson --speed 1000 --model models/finance --bucket day");
  command->callback([options] { run_replay(*options); });
}

}  // namespace heed::apps::monitor
