#include "tune/card.h"

#include <filesystem>

#include <fmt/format.h>

namespace heed::tune {
namespace {

std::string metric_table(const Json& metrics) {
  if (!metrics.contains("splits")) return "";
  std::string table = "\n## Measured\n\n| split | metric | value |\n|---|---|---|\n";
  for (const auto& [split, values] : metrics["splits"].items()) {
    for (const auto& [name, value] : values.items()) {
      table += fmt::format("| {} | {} | {:.6g} |\n", split, name, value.get<double>());
    }
  }
  return table;
}

std::string data_lines(const train::Recipe& recipe, const Json& metrics) {
  std::string lines = "\n## Data\n\n";
  for (const train::SetRecipe& set : recipe.sets()) {
    for (const std::string& file : set.train)
      lines += "- " + recipe.path(std::filesystem::path(set.folder) / file).string() + "\n";
  }
  for (const std::string& name : recipe.train.teachers)
    lines += "- learned from the answers of " + name + "\n";
  if (recipe.train.ensemble > 0) {
    lines += fmt::format("- learned from the answers of {} models like itself{}\n", recipe.train.ensemble,
                         recipe.train.ensemble_folds ? ", each to rows that it had not seen" : "");
  }
  if (recipe.train.refit)
    lines +=
        "- after validation had been asked, its rows were learned from too: its figures are from before\n";
  lines += "- licence: " + (recipe.output.licence.empty() ? "not stated" : recipe.output.licence) + "\n";
  if (metrics.contains("training")) {
    lines += fmt::format(
        "- {} training rows; {} were dropped because they also stand in validation or test\n",
        metrics["training"]["rows"].get<int64_t>(), metrics["training"]["dropped_leaks"].get<int64_t>());
  }
  return lines;
}

std::string limits(const train::Recipe& recipe, const ModelConfig& config) {
  std::string text = fmt::format("\n## Limits\n\n- Texts beyond {} tokens are cut.\n", config.max_length);
  text +=
      recipe.translation()
          ? "- It knows the words and the style of its training text; elsewhere it guesses, fluently.\n"
          : "- It always names one of its labels, also for a text that fits none: look at the probability.\n";
  return text;
}

}  // namespace

std::string model_card(const train::Recipe& recipe, const ModelConfig& config, const Json& metrics) {
  std::string card = "# " + std::filesystem::path(recipe.output.model).filename().string() + "\n\n";
  card += recipe.output.description.empty() ? fmt::format("A {}.\n", to_string(config.architecture))
                                            : recipe.output.description + "\n";
  card += fmt::format(
      "\n{} encoder and {} decoder layers, width {}, {} heads; attention: {} score, {} normaliser.\n",
      config.encoder_layers, config.decoder_layers, config.dim, config.heads, config.attention.score,
      config.attention.normaliser);
  card += data_lines(recipe, metrics) + metric_table(metrics);
  const std::string command = metrics.value("command", "");
  if (!command.empty()) {
    card += fmt::format("\n## Repeat\n\n    {}\n\nSeed {}; the resolved recipe is run/recipe.toml.\n",
                        command, recipe.train.seed);
  }
  return card + limits(recipe, config);
}

}  // namespace heed::tune
