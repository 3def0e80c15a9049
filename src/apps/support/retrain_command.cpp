#include "apps/support/retrain_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/support/dataset.h"
#include "apps/support/decision.h"
#include "apps/support/judged_texts.h"
#include "apps/support/learned_rows.h"
#include "apps/support/write_dataset.h"
#include "base/error.h"
#include "base/random.h"
#include "data/table.h"
#include "economy/gate.h"
#include "infer/classifier.h"
#include "model/model_directory.h"
#include "model/read_contents.h"

namespace heed::apps::support {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHead = "intent";

// A model with the head that reads intents.
struct Reader {
  explicit Reader(const fs::path& path) : directory(open_model(path)), classifier(directory) {
    const auto& heads = directory.config.classification_heads;
    const auto found = std::ranges::find(heads, kHead, &HeadConfig::name);
    head = found == heads.end() ? 0 : static_cast<size_t>(found - heads.begin());
  }
  const HeadConfig& config() const { return directory.config.classification_heads[head]; }

  // 1 where the likeliest label is the one wanted.
  std::vector<double> right(const std::vector<std::string>& texts,
                            const std::vector<std::string>& intents) const {
    std::vector<double> right;
    const auto results = classifier.classify(texts);
    for (size_t i = 0; i < texts.size(); ++i)
      right.push_back(results[i].heads[head].labels.front().label == intents[i] ? 1.0 : 0.0);
    return right;
  }

  ModelDirectory directory;
  infer::Classifier classifier;
  size_t head = 0;
};

struct Rows {
  std::string name;
  std::vector<std::string> texts, intents;
};

// The same row falls on the same side each time, so that what compares never trains.
bool is_kept_back(const std::string& text, double share) {
  uint64_t hash = 0;
  for (const char c : text) hash = mix64(hash ^ static_cast<unsigned char>(c));
  return static_cast<double>(mix64(hash) >> 11) * 0x1p-53 < share;
}

Rows read_table_rows(const std::string& path, const RetrainSettings& settings) {
  const data::Table table = data::read_table(path);
  Rows rows{.name = fs::path(path).filename().string(), .texts = {}, .intents = {}};
  for (const data::Row& row : table.rows) {
    rows.texts.push_back(row.fields[table.column(settings.text)]);
    rows.intents.push_back(row.fields[table.column(settings.intent)]);
  }
  return rows;
}

ComparedRows compare(const Rows& rows, const Reader& live, const Reader& candidate) {
  if (rows.texts.empty()) return {.name = rows.name, .live = {}, .candidate = {}};
  return {.name = rows.name,
          .live = live.right(rows.texts, rows.intents),
          .candidate = candidate.right(rows.texts, rows.intents)};
}

// Beside the data, as what lies below it is read as data.
fs::path work_folder(const RetrainSettings& settings) {
  if (!settings.work.empty()) return settings.work;
  fs::path data = fs::absolute(settings.folder).lexically_normal();
  if (!data.has_filename()) data = data.parent_path();
  return data.string() + ".retrain";
}

// The folder's data with the learned rows behind its examples.
void write_training_rows(const RetrainSettings& settings, const fs::path& folder, const Rows& rows) {
  Dataset dataset = read_dataset({settings.folder});
  for (size_t i = 0; i < rows.texts.size(); ++i)
    dataset.examples.push_back({.text = rows.texts[i], .intent = rows.intents[i], .where = "event log"});
  fs::create_directories(folder);
  write_dataset(dataset, folder);
}

// The candidate's contents with a rule fitted on the held-out tables and the live model's other assets.
ModelContents complete(const RetrainSettings& settings, const Reader& live, const Reader& candidate) {
  std::vector<JudgedText> texts;
  for (const std::string& file : settings.held_out) {
    auto more = judge_file({.path = file, .text = settings.text, .intent = settings.intent},
                           candidate.classifier, candidate.head, candidate.config());
    texts.insert(texts.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  ModelContents contents = read_contents(candidate.directory);
  const FittedDecision fitted =
      fit_decision(texts, candidate.config().name, candidate.config().labels, settings.decision);
  const ModelContents before = read_contents(live.directory);
  for (const auto& [name, bytes] : before.assets) contents.assets.try_emplace(name, bytes);
  contents.assets[kDecisionFile] = fitted.rule.to_json().dump(1) + "\n";
  return contents;
}

}  // namespace

RetrainReport retrain(const RetrainSettings& settings,
                      const std::function<fs::path(const TrainSettings&)>& train) {
  const Reader live(settings.model);
  const auto log = store::open_event_log(settings.store);
  const LearnedRows learned = read_learned(*log, {.app = "support"}, live.config().labels);
  if (learned.rows.empty())
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "event log: expected corrections or accepted suggestions of people, found none in {} decisions; "
            "they come by POST /v1/support/correct and by replies with a suggestion",
            learned.decisions));
  Rows training{.name = "trained", .texts = {}, .intents = {}},
      kept_back{.name = "logged decisions, kept back", .texts = {}, .intents = {}};
  const auto add = [](Rows& rows, const LearnedRow& row) {
    rows.texts.push_back(row.text);
    rows.intents.push_back(row.intent);
  };
  for (const LearnedRow& row : learned.rows)
    add(is_kept_back(row.text, settings.learned_held_out) ? kept_back : training, row);
  const fs::path work = work_folder(settings);
  write_training_rows(settings, work / "data", training);
  const fs::path trained = train({.folder = (work / "data").string(),
                                  .model = (work / "candidate").string(),
                                  .overrides = settings.overrides,
                                  .quiet = settings.quiet,
                                  .fresh = true});
  const Reader candidate(trained);
  std::vector<ComparedRows> sets;
  for (const std::string& file : settings.held_out)
    sets.push_back(compare(read_table_rows(file, settings), live, candidate));
  sets.push_back(compare(kept_back, live, candidate));
  RetrainReport report{.learned = static_cast<int64_t>(learned.rows.size()),
                       .trained = static_cast<int64_t>(training.texts.size()),
                       .compared = static_cast<int64_t>(kept_back.texts.size()),
                       .promotion = judge_candidate(sets, settings.margin),
                       .promoted = {}};
  if (!settings.dry_run)
    economy::keep_verdict(*log, "support", settings.model, report.promotion.promote, report.promotion.why,
                          report.promotion.table);
  if (report.promotion.promote && !settings.dry_run)
    report.promoted = write_model(settings.model, complete(settings, live, candidate));
  return report;
}

void add_retrain_command(CLI::App& support) {
  auto settings = std::make_shared<RetrainSettings>();
  CLI::App* command = support.add_subcommand("retrain",
                                             "Train again with what people corrected and accepted, and "
                                             "promote the result where it is nowhere worse");
  command->add_option("MODEL", settings->model, "The live model")->required();
  command->add_option("FOLDER", settings->folder, "What it was trained on, as heed support import wrote it")
      ->required();
  command->add_option("--store", settings->store, "Event log: sqlite:PATH or postgresql://USER@HOST/NAME")
      ->required()
      ->type_name("URL");
  command
      ->add_option("--held-out", settings->held_out,
                   "Table of messages that training has not seen; may be repeated")
      ->required()
      ->type_name("FILE");
  command->add_option("--work", settings->work, "Folder for the new rows and the candidate (FOLDER.retrain)")
      ->type_name("DIR");
  command->add_option("--margin", settings->margin, "Share of rows by which the candidate may be worse")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--wrong", settings->decision.wrong, "Share of automatic answers that may be wrong")
      ->check(CLI::Range(1e-6, 0.999999))
      ->capture_default_str();
  command->add_option("--set", settings->overrides, "Override a key of the recipe; may be repeated")
      ->type_name("KEY=VALUE");
  command->add_option("--text", settings->text, "Column of the text, of the held-out tables")
      ->capture_default_str();
  command->add_option("--intent", settings->intent, "Column of the intent, of the held-out tables")
      ->capture_default_str();
  command->add_flag("--dry-run", settings->dry_run, "Train and compare, promote nothing");
  command->footer(
      "Example:\n  heed support retrain models/bank data/bank --store sqlite:models/events.sqlite --held-out "
      "held-out.csv");
  command->callback([settings] {
    const RetrainReport report = retrain(*settings, train_model);
    print(fmt::format("{} rows learned, {} trained on, {} kept back\n{}{}\n", report.learned, report.trained,
                      report.compared, report.promotion.table, report.promotion.why));
    if (!report.promoted.empty()) print("wrote " + report.promoted.string() + "\n");
  });
}

}  // namespace heed::apps::support
