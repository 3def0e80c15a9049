#include "tune/prune.h"

#include <fmt/format.h>

#include "base/error.h"
#include "model/weight_values.h"
#include "text/fewer_pieces.h"
#include "train/export.h"
#include "train/start_weights.h"

namespace heed::tune {
namespace {

namespace fs = std::filesystem;

ModelDirectory open_prunable(const std::string& name) {
  ModelDirectory model = open_model(name);
  const Precision precision = weight_precision(model.weights);
  if (precision == Precision::fp32) return model;
  throw Error(ErrorCode::unsupported, model.path.string() + ": expected fp32 weights, found " +
                                          to_string(precision) +
                                          "; prune the model that was trained, then quantize the result");
}

fs::path recipe_of(const PruneOptions& options, const ModelDirectory& model) {
  if (!options.recipe.empty()) return options.recipe;
  const fs::path own = model.path / "run" / "recipe.toml";
  if (fs::exists(own)) return own;
  throw Error(ErrorCode::not_found,
              own.string() +
                  ": expected the recipe that the model was trained by, found none; name one "
                  "with --recipe");
}

// The data as the model reads them, in its own shape.
train::Recipe old_recipe(const PruneOptions& options, const fs::path& file) {
  std::vector<std::string> overrides = {"output.model=" + options.output, "pretrain.epochs=0"};
  overrides.insert(overrides.end(), options.overrides.begin(), options.overrides.end());
  return train::read_recipe(file, overrides);
}

std::string quoted(const std::string& text) { return Json(text).dump(); }

// What the smaller model is trained by.
train::Recipe recovery(const PruneOptions& options, const ModelDirectory& model, const fs::path& file,
                       const fs::path& start) {
  std::vector<std::string> overrides;
  const auto set = [&](const std::string& key, const std::string& value) {
    overrides.push_back(key + "=" + value);
  };
  const auto set_number = [&](const std::string& key, const std::optional<int64_t>& value) {
    if (value) set(key, std::to_string(*value));
  };
  const int64_t epochs = old_recipe(options, file).train.epochs;
  set("output.model", options.output);
  set("pretrain.epochs", "0");
  set("train.self_training", "0");
  set("train.ensemble", "0");
  set("train.snapshot_minutes", "[]");
  set("train.start_from", start.string());
  set("train.teachers", options.taught ? "[" + quoted(model.path.string()) + "]" : "[]");
  set_number("model.encoder_layers", options.shape.encoder_layers);
  set_number("model.decoder_layers", options.shape.decoder_layers);
  set_number("model.ffn_dim", options.shape.ffn_dim);
  if (options.shape.heads && *options.shape.heads < model.config.heads) {
    set_number("model.attention.heads", options.shape.heads);
    set_number("model.attention.key_heads", options.shape.heads);
    set_number("model.attention.head_width", model.config.head_width());
  }
  if (options.shape.vocabulary && model.config.decodes()) {
    set("text.joint", "false");
    set("model.shared_embeddings", "false");
  }
  set_number("train.epochs", options.epochs > 0 ? options.epochs : std::max<int64_t>(1, epochs / 2));
  if (options.steps > 0) set_number("train.max_steps", options.steps);
  overrides.insert(overrides.end(), options.overrides.begin(), options.overrides.end());
  return train::read_recipe(file, overrides);
}

std::map<std::string, std::string> tokenizers_left(const train::Corpus& corpus, const train::KeptParts& kept,
                                                   const ModelConfig& config) {
  std::map<std::string, std::string> files = train::tokenizer_files(corpus);
  const auto shrink = [&](const Tokenizer& tokenizer, const std::vector<int64_t>& pieces,
                          const std::string& file) {
    if (!pieces.empty())
      files[file] = keep_pieces(tokenizer, std::vector<int32_t>(pieces.begin(), pieces.end()));
  };
  shrink(corpus.tokenizers.source, kept.source_pieces, config.source_tokenizer);
  shrink(corpus.tokenizers.target, kept.target_pieces, config.target_tokenizer);
  std::erase_if(files, [&](const auto& file) {
    return file.first != config.source_tokenizer && file.first != config.target_tokenizer;
  });
  return files;
}

// Writes what the training begins with.
void write_start(const PruneOptions& options, const ModelDirectory& model, const train::Recipe& recipe,
                 const fs::path& start) {
  train::ProgressBar progress(options.fit.quiet);
  const train::Corpus corpus = train::load_corpus(recipe, train::tokenizers_of(model));
  const train::Network network(corpus.config, 0);
  train::take_weights(model, corpus.config, network.parameters());
  const train::KeptParts kept =
      train::choose_parts(network, corpus, options.shape, recipe.train.batch_tokens, progress);
  const train::Network left = train::pruned_network(network, kept);
  ModelContents contents = train::model_contents(left, left.config(), corpus);
  contents.tokenizers = tokenizers_left(corpus, kept, left.config());
  fs::remove_all(start);
  write_model(start, contents);
}

}  // namespace

fs::path prune(const PruneOptions& options) {
  const ModelDirectory model = open_prunable(options.model);
  train::check_shape(options.shape, model.config);
  const fs::path file = recipe_of(options, model);
  const fs::path start = fs::path(options.output + ".run") / "start";
  train::Recipe recipe = recovery(options, model, file, start);
  {
    // Refuses what would be refused later, before anything is written.
    const RunFolder run(recipe, train::recipe_settings(recipe).to_toml(), options.fit.start);
  }
  if (options.fit.start != Start::resume) write_start(options, model, old_recipe(options, file), start);
  Model left(recipe, options.fit);
  left.fit();
  return left.finished() ? left.save() : fs::path();
}

}  // namespace heed::tune
