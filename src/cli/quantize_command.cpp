#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/console.h"
#include "base/error.h"
#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/comparison_report.h"
#include "cli/evaluation_options.h"
#include "cli/text_lines.h"
#include "infer/calibration.h"
#include "infer/live_model.h"
#include "infer/quantise.h"
#include "model/model_directory.h"
#include "model/read_contents.h"

namespace heed::cli {
namespace {

struct Settings {
  std::string model;
  std::string to;
  std::string output;     // "": the model's own name with -int8 or -bf16
  std::string calibrate;  // "": nothing is calibrated
  MeasuredSet set;
  bool json = false;
};

constexpr int64_t kCalibrationLines = 1000;

Precision parse_target(const std::string& name) {
  const std::vector<std::string> known = {"int8", "bf16"};
  if (name == known[0]) return Precision::int8;
  if (name == known[1]) return Precision::bf16;
  throw Error(ErrorCode::invalid_argument,
              "quantize: --to: expected int8 or bf16, found '" + name + "'" + did_you_mean(name, known));
}

std::string default_output(const ModelDirectory& model, Precision to) {
  const std::filesystem::path name = model.version > 0 ? model.path.parent_path() : model.path;
  return name.string() + "-" + to_string(to);
}

std::string card_note(const ModelDirectory& model, Precision to) {
  const std::string precision = to_string(to);
  return "\n## " + precision + "\n\nMade by `heed quantize --to " + precision + "` from " + model.name +
         ", version " + std::to_string(model.version) + ", whose weights are " +
         to_string(weight_precision(model.weights)) +
         ".\nMatrices of products and tables that are looked up by row are " + precision +
         ", the rest is as it was.\nThe figures above and those of metrics.json are that model's.\n";
}

std::filesystem::path write_quantised(const ModelDirectory& model, Precision to, const std::string& output,
                                      std::vector<Tensor> weights) {
  ModelContents contents = read_contents(model);
  contents.weights = std::move(weights);
  if (contents.card.empty()) contents.card = "# " + model.name + "\n";
  contents.card += card_note(model, to);
  return write_model(output.empty() ? default_output(model, to) : output, contents);
}

// What a matching head compares: each text with the next.
std::vector<infer::TextPair> neighbours(const std::vector<std::string>& texts) {
  std::vector<infer::TextPair> pairs;
  for (size_t i = 1; i < texts.size(); ++i) pairs.push_back({texts[i - 1], texts[i]});
  return pairs;
}

// `model` in fewer bits. A model that is calibrated answers the texts first, a translator greedily.
infer::QuantisedWeights quantise(const ModelDirectory& model, Precision to, const std::string& calibrate) {
  infer::check_quantisable(model, to, !calibrate.empty());
  if (calibrate.empty()) return infer::quantise_weights(model, to);
  if (model.config.sequence) {
    throw Error(ErrorCode::invalid_argument,
                "quantize: --calibrate: expected a model that reads texts, found one of sequences");
  }
  const std::vector<std::string> texts = read_text_lines(calibrate, kCalibrationLines);
  const infer::LiveModel live(model);
  const infer::Calibration calibration;
  if (live.translates())
    live.answer(texts, infer::TranslateOptions{.beam = 1});
  else
    live.answer(texts, infer::ClassifyOptions{});
  if (model.config.matching) live.match(neighbours(texts));
  if (calibration.rows() == 0) {
    throw Error(ErrorCode::invalid_argument,
                calibrate + ": expected texts that the model reads something of, found none");
  }
  return infer::quantise_weights(model, to, &calibration);
}

void run(const Settings& settings) {
  const Precision to = parse_target(settings.to);
  const ModelDirectory model = open_model(settings.model);
  const Measure measure = measure_set(settings.set, model);
  infer::QuantisedWeights quantised = quantise(model, to, settings.calibrate);
  const ModelDirectory written =
      open_model(write_quantised(model, to, settings.output, std::move(quantised.tensors)));
  ComparisonReport report{.before = describe_side(model),
                          .after = describe_side(written),
                          .weight_error = quantised.error,
                          .products = quantised.products,
                          .unit = model.config.decodes() ? "sentences" : "texts"};
  report.before.measured = measure(model);
  report.after.measured = measure(written);
  apps::print(settings.json ? to_json(report).dump() + "\n" : to_text(report));
}

}  // namespace

void add_quantize_command(CLI::App& app) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command =
      app.add_subcommand("quantize", "Write a smaller model: weights of 8 or 16 bits, and what that costs");
  command->add_option("MODEL", settings->model, "Model directory, or one version of it (NAME/3)")->required();
  command->add_option("--to", settings->to, "int8 (a scale a row) or bf16")->required()->type_name("NAME");
  command
      ->add_option("--output", settings->output,
                   "Model directory to write (MODEL-int8, MODEL-bf16 where absent)")
      ->type_name("NAME");
  command
      ->add_option(
          "--calibrate", settings->calibrate,
          "Text such as the model will read, one example a line: int8 is rounded so that products change "
          "least on its first 1000")
      ->type_name("FILE");
  command->add_flag("--json", settings->json, "One JSON object");
  add_set_options(*command, settings->set);
  command->footer(
      "Examples:\n"
      "  heed quantize models/en-de --to int8 --eval test.en test.de\n"
      "  heed quantize models/en-de --to int8 --calibrate train.en --eval valid.en valid.de\n"
      "  heed quantize models/bank --to bf16 --eval test.csv --label intent --output models/bank-small");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
