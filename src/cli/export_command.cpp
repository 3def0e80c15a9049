#include <memory>
#include <string>

#include "apps/console.h"
#include "cli/commands.h"
#include "exchange/onnx_export.h"
#include "model/model_directory.h"

namespace heed::cli {
namespace {

struct Settings {
  std::string model;
  std::string onnx;
};

std::string names(const std::vector<exchange::OnnxValue>& values) {
  std::string text;
  for (const exchange::OnnxValue& value : values) text += (text.empty() ? "" : ", ") + value.name;
  return text;
}

void run(const Settings& settings) {
  const exchange::OnnxModel graph = exchange::export_onnx(open_model(settings.model), settings.onnx);
  apps::print_report(settings.onnx + ": " + names(graph.inputs) + " -> " + names(graph.outputs) + "\n");
}

}  // namespace

void add_export_command(CLI::App& app) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = app.add_subcommand("export", "Write a model in the format of other programs");
  command->add_option("MODEL", settings->model, "Model directory, or one version of it (NAME/3)")->required();
  command->add_option("--onnx", settings->onnx, "Write the encoder and its heads as ONNX to this file")
      ->required()
      ->type_name("FILE");
  command->footer("Example:\n  heed export models/bank --onnx bank.onnx");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
