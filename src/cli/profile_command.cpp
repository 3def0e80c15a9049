#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "apps/console.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/text_lines.h"
#include "cli/text_table.h"
#include "infer/arena.h"
#include "infer/classifier.h"
#include "infer/machine_limit.h"
#include "infer/profile.h"
#include "infer/translator.h"
#include "model/model_directory.h"
#include "model/weight_values.h"

namespace heed::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Settings {
  std::string model, input;
  infer::TranslateOptions options;
  int64_t lines = 1000;
  int64_t alone = 200;
  int64_t workers = 1;
  bool json = false;
};

struct Work {
  int64_t texts = 0, source_tokens = 0, target_tokens = 0;

  void operator+=(const Work& more) {
    texts += more.texts;
    source_tokens += more.source_tokens;
    target_tokens += more.target_tokens;
  }
};

// The engine's answer to lines, counted.
using Engine = std::function<Work(std::span<const std::string>)>;

Engine make_engine(const ModelDirectory& model, const infer::TranslateOptions& options) {
  if (model.config.decodes()) {
    return [translator = std::make_shared<infer::Translator>(model), options](auto lines) {
      Work work;
      for (const auto& result : translator->translate(lines, options)) {
        work += {1, static_cast<int64_t>(result.source_pieces.size()),
                 static_cast<int64_t>(result.best.front().pieces.size())};
      }
      return work;
    };
  }
  return [classifier = std::make_shared<infer::Classifier>(model)](auto lines) {
    Work work;
    for (const auto& result : classifier->classify(lines))
      work += {1, static_cast<int64_t>(result.pieces.size()), 0};
    return work;
  };
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Together {
  Work work;
  double seconds = 0.0;
};

// All lines at once, shared out among workers by turns.
Together run_together(const Engine& engine, const std::vector<std::string>& lines, int64_t workers) {
  std::vector<std::vector<std::string>> shares(static_cast<size_t>(workers));
  for (size_t i = 0; i < lines.size(); ++i) shares[i % shares.size()].push_back(lines[i]);
  std::vector<Work> done(shares.size());
  std::vector<std::exception_ptr> failures(shares.size());
  const auto begin = Clock::now();
  std::vector<std::thread> threads;
  const auto run = [&](size_t worker) {
    try {
      done[worker] = engine(shares[worker]);
    } catch (...) {
      failures[worker] = std::current_exception();
    }
  };
  for (size_t worker = 1; worker < shares.size(); ++worker) threads.emplace_back(run, worker);
  run(0);
  for (std::thread& thread : threads) thread.join();
  Together together{.work = {}, .seconds = seconds_since(begin)};
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  for (const Work& work : done) together.work += work;
  return together;
}

// Milliseconds of each line answered alone, in order of size.
std::vector<double> run_alone(const Engine& engine, const std::vector<std::string>& lines, int64_t most) {
  std::vector<double> times;
  for (size_t i = 0; i < std::min(lines.size(), static_cast<size_t>(most)); ++i) {
    const auto begin = Clock::now();
    engine({&lines[i], 1});
    times.push_back(1e3 * seconds_since(begin));
  }
  std::ranges::sort(times);
  return times;
}

double percentile(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(share * static_cast<double>(sorted.size())))];
}

// The most memory that this process has had resident, in megabytes; 0 where the system does not say.
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024.0 / 1e6;
  }
  return 0.0;
}

Json describe_operations(const infer::Profile& profile, double seconds, double limit) {
  Json operations = Json::array();
  double rest = seconds;
  for (size_t i = 0; i < infer::kOperations; ++i) {
    const auto operation = static_cast<infer::Operation>(i);
    const infer::OperationCost& cost = profile.cost(operation);
    if (cost.calls == 0) continue;
    rest -= cost.seconds;
    Json item = {{"operation", to_string(operation)},
                 {"calls", cost.calls},
                 {"ms", 1e3 * cost.seconds},
                 {"share", cost.seconds / seconds}};
    if (cost.multiply_adds > 0) {
      item["gops"] = 2e-9 * cost.multiply_adds / cost.seconds;
      item["of_limit"] = cost.multiply_adds / cost.seconds / limit;
    }
    operations.push_back(std::move(item));
  }
  operations.push_back({{"operation", "rest"}, {"ms", 1e3 * rest}, {"share", rest / seconds}});
  return operations;
}

double multiply_adds(const infer::Profile& profile) {
  double sum = 0.0;
  for (size_t i = 0; i < infer::kOperations; ++i)
    sum += profile.cost(static_cast<infer::Operation>(i)).multiply_adds;
  return sum;
}

Json measure(const Settings& settings) {
  const ModelDirectory model = open_model(settings.model);
  const Engine engine = make_engine(model, settings.options);
  const std::vector<std::string> lines = read_text_lines(settings.input, settings.lines);
  const bool int8 = weight_precision(model.weights) == Precision::int8;
  run_together(engine, {lines.begin(), lines.begin() + std::min<int64_t>(16, std::ssize(lines))}, 1);  // warm
  const std::vector<double> alone = run_alone(engine, lines, settings.alone);
  const Together together = run_together(engine, lines, settings.workers);
  const double peak = peak_megabytes();
  const double limit = infer::product_limit(int8);
  const infer::Profile profile;
  const double seconds = run_together(engine, lines, 1).seconds;
  const auto per_second = [&](int64_t count) { return static_cast<double>(count) / together.seconds; };
  Json json;
  json["model"] = model.name;
  json["version"] = model.version;
  json["products"] = int8 ? "int8" : "fp32";
  json["workers"] = settings.workers;
  if (model.config.decodes()) json["beam"] = settings.options.beam, json["batch"] = settings.options.batch;
  json["texts"] = together.work.texts;
  json["source_tokens"] = together.work.source_tokens;
  json["target_tokens"] = together.work.target_tokens;
  json["texts_per_second"] = per_second(together.work.texts);
  json["tokens_per_second"] =
      per_second(model.config.decodes() ? together.work.target_tokens : together.work.source_tokens);
  json["alone_ms"] = {{"texts", alone.size()},
                      {"p50", percentile(alone, 0.5)},
                      {"p95", percentile(alone, 0.95)},
                      {"p99", percentile(alone, 0.99)}};
  json["peak_megabytes"] = peak;
  const infer::Arena* const arena = infer::Arena::of_thread();
  json["arena"] = {{"megabytes", 1e-6 * static_cast<double>(arena->size())},
                   {"touched_megabytes", 1e-6 * static_cast<double>(arena->touched())}};
  json["limit_gops"] = 2e-9 * limit;
  json["of_limit"] = multiply_adds(profile) / seconds / limit;
  json["operations"] = describe_operations(profile, seconds, limit);
  return json;
}

void line(const std::string& name, const std::string& value) {
  apps::print(apps::bold(name) + std::string(12 - name.size(), ' ') + value + "\n");
}

std::string number(const Json& value) { return figure(value.get<double>()); }

void show(const Json& json) {
  const bool decodes = json.contains("beam");
  line("model", json["model"].get<std::string>() + " version " + json["version"].dump() + ", " +
                    json["products"].get<std::string>() + " products");
  line("texts", json["texts"].dump() + ", " + json["source_tokens"].dump() + " source tokens" +
                    (decodes ? ", " + json["target_tokens"].dump() + " target tokens" : ""));
  line("throughput",
       number(json["texts_per_second"]) + " texts/s, " + number(json["tokens_per_second"]) +
           (decodes ? " target" : "") + " tokens/s, " + json["workers"].dump() +
           (json["workers"] == 1 ? " worker" : " workers") +
           (decodes ? ", beam " + json["beam"].dump() + ", batch " + json["batch"].dump() : ""));
  const Json& alone = json["alone_ms"];
  line("one a time", "p50 " + number(alone["p50"]) + " ms, p95 " + number(alone["p95"]) + ", p99 " +
                         number(alone["p99"]) + " (" + alone["texts"].dump() + " texts)");
  line("memory", number(json["peak_megabytes"]) + " MB at most resident; a worker's arena " +
                     number(json["arena"]["megabytes"]) + " MB, " +
                     number(json["arena"]["touched_megabytes"]) + " of them touched");
  line("limit", number(json["limit_gops"]) + " GOP/s of one core in such products, measured now; reached " +
                    apps::fixed(100.0 * json["of_limit"].get<double>(), 1) + " % over the whole time");
  std::vector<std::vector<std::string>> rows = {{"operation", "calls", "ms", "share", "GOP/s", "of limit"}};
  for (const Json& item : json["operations"]) {
    const bool product = item.contains("gops");
    rows.push_back({item["operation"], item.contains("calls") ? item["calls"].dump() : "", number(item["ms"]),
                    apps::fixed(100.0 * item["share"].get<double>(), 1) + " %",
                    product ? number(item["gops"]) : "",
                    product ? apps::fixed(item["of_limit"].get<double>(), 2) : ""});
  }
  apps::print("\n" + text_table(rows, {1, 2, 3, 4, 5}));
}

}  // namespace

void add_profile_command(CLI::App& app) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = app.add_subcommand("profile", "Measure a model's speed, and where its time goes");
  command->add_option("MODEL", settings->model, "Model directory")->required();
  command->add_option("FILE", settings->input, "Text, one example a line")->required();
  command->add_option("--lines", settings->lines, "Lines of it that are used")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--alone", settings->alone, "Lines of those that are answered one at a time")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--workers", settings->workers, "Threads that share the lines")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--beam", settings->options.beam, "Of translation: hypotheses; 1 is greedy")
      ->check(CLI::Range(1, 64))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--batch", settings->options.batch, "Of translation: sentences decoded together")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str()
      ->type_name("N");
  command->add_flag("--shortlist", settings->options.shortlist,
                    "Of translation: choose among the model's shortlist");
  command->add_flag("--json", settings->json, "One JSON object");
  command->footer("Example:\n  heed profile models/ui menu.txt --beam 1");
  command->callback([settings] {
    const Json json = measure(*settings);
    if (settings->json) {
      apps::print(json.dump() + "\n");
    } else {
      show(json);
    }
  });
}

}  // namespace heed::cli
