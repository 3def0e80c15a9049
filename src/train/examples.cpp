#include "train/examples.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <glob.h>

#include "base/error.h"
#include "base/nearest.h"
#include "data/report.h"
#include "data/split.h"
#include "train/leaks.h"

namespace heed::train {
namespace {

// The files that a name of the recipe means: itself, or, with *, ? or [ in it, those that match, in order.
void expand(const std::string& name, std::vector<std::filesystem::path>& paths) {
  if (name.find_first_of("*?[") == std::string::npos) {
    paths.emplace_back(name);
    return;
  }
  glob_t found{};
  if (::glob(name.c_str(), 0, nullptr, &found) == 0)
    paths.insert(paths.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
  const bool none = found.gl_pathc == 0;
  ::globfree(&found);
  if (none) throw Error(ErrorCode::not_found, name + ": expected files that match, found none");
}

data::Table read(const Recipe& recipe, const std::vector<std::string>& files) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& file : files) expand(recipe.path(file).string(), paths);
  const bool aligned = recipe.translation() && paths.size() == 2 && recipe.data.columns.empty() &&
                       (recipe.data.format == "lines" ||
                        (recipe.data.format == "auto" && data::format_of(paths[0]) == "lines"));
  if (aligned) return data::read_aligned(paths, {recipe.data.source, recipe.data.target});
  return data::read_tables(paths, {.format = recipe.data.format, .columns = recipe.data.columns});
}

void check_columns(const Recipe& recipe, const data::Table& table) {
  for (const std::string& column : key_columns(recipe)) table.column(column);
  for (const HeadRecipe& head : recipe.heads) table.column(head.label);
}

std::vector<std::string> normalised_column(const data::Table& table, const std::string& column,
                                           const NormaliseOptions& options) {
  const size_t index = table.column(column);
  std::vector<std::string> texts;
  texts.reserve(table.rows.size());
  for (const data::Row& row : table.rows) texts.push_back(normalise(row.fields[index], options));
  return texts;
}

std::vector<std::string> split_labels(const std::string& field, const HeadRecipe& head) {
  return head.multi_label ? data::split_items(field, head.separator) : std::vector<std::string>{field};
}

// The labels of a head are those of the training rows, sorted: validation and test may not add one.
HeadConfig learn_labels(const HeadRecipe& head, const data::Table& table) {
  const size_t column = table.column(head.label);
  std::set<std::string> labels;
  for (const data::Row& row : table.rows) {
    for (const std::string& label : split_labels(row.fields[column], head)) {
      if (label.empty()) {
        throw Error(ErrorCode::invalid_argument, table.where(row) + ": column '" + head.label +
                                                     "': expected a label, found nothing; fill it in or "
                                                     "remove the row");
      }
      labels.insert(label);
    }
  }
  if (labels.size() < 2 && !(head.multi_label && labels.size() == 1)) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{}: column '{}': expected at least two different labels, found only '{}'; one teaches "
                    "nothing: add rows of another",
                    table.where(table.rows.front()), head.label, labels.empty() ? "" : *labels.begin()));
  }
  return {.name = head.name,
          .kind = head.kind,
          .labels = {labels.begin(), labels.end()},
          .multi_label = head.multi_label,
          .temperature = 1.0};
}

std::vector<int64_t> label_numbers(const data::Table& table, const data::Row& row, const HeadRecipe& head,
                                   const HeadConfig& config) {
  std::vector<int64_t> numbers;
  for (const std::string& label : split_labels(row.fields[table.column(head.label)], head)) {
    const auto at = std::lower_bound(config.labels.begin(), config.labels.end(), label);
    if (at == config.labels.end() || *at != label) {
      const std::string found = label.empty() ? "nothing" : "'" + label + "'";
      throw Error(ErrorCode::invalid_argument, table.where(row) + ": column '" + head.label +
                                                   "': expected a label of the training rows, found " +
                                                   found + did_you_mean(label, config.labels) +
                                                   "; mend it, or remove the row");
    }
    numbers.push_back(at - config.labels.begin());
  }
  return numbers;
}

// Before the tokenizer is learned, which takes its time.
void check_labels(const Recipe& recipe, const ModelConfig& config, const data::Table& table) {
  for (size_t h = 0; h < recipe.heads.size(); ++h) {
    for (const data::Row& row : table.rows)
      label_numbers(table, row, recipe.heads[h], config.classification_heads[h]);
  }
}

std::vector<int32_t> encode(const Tokenizer& tokenizer, const std::string& text, int64_t max_length) {
  std::vector<int32_t> ids = tokenizer.encode(text);
  if (static_cast<int64_t>(ids.size()) > max_length - 1) ids.resize(max_length - 1);  // room for </s>
  return ids;
}

void number_rows(const Recipe& recipe, const ModelConfig& config, const Tokenizers& tokenizers,
                 Split& split) {
  if (split.table.rows.empty()) return;
  const NormaliseOptions options{parse_normalisation(config.normalisation), config.lowercase};
  const bool translation = recipe.translation();
  const auto sources =
      normalised_column(split.table, translation ? recipe.data.source : recipe.data.text, options);
  const auto targets =
      translation ? normalised_column(split.table, recipe.data.target, options) : std::vector<std::string>();
  split.examples.resize(sources.size());
  for (size_t i = 0; i < sources.size(); ++i) {
    Example& example = split.examples[i];
    example.source = encode(tokenizers.source, sources[i], config.max_length);
    if (translation) example.target = encode(tokenizers.target, targets[i], config.max_length);
    for (size_t h = 0; h < recipe.heads.size(); ++h) {
      example.labels.push_back(
          label_numbers(split.table, split.table.rows[i], recipe.heads[h], config.classification_heads[h]));
    }
  }
}

// How much each n-gram counts is learned from the training rows alone.
void number_ngrams(const Recipe& recipe, Corpus& corpus) {
  if (corpus.config.ngrams.buckets == 0) return;
  NgramCounter counter(corpus.config.ngrams);
  for (const Example& example : corpus.train.examples)
    counter.add(corpus.tokenizers.source.pieces(example.source));
  corpus.ngram_weights = counter.weights(recipe.text.ngram_min_texts);
  for (Split* split : {&corpus.train, &corpus.valid, &corpus.test}) {
    for (Example& example : split->examples)
      add_ngrams(example, corpus.tokenizers.source, corpus.config.ngrams, corpus.ngram_weights);
  }
}

Tokenizer make_tokenizer(const Recipe& recipe, const std::string& file,
                         const std::map<std::string, std::string>& known,
                         const std::vector<std::string>& lines) {
  if (const auto at = known.find(file); at != known.end()) return Tokenizer::from_bytes(at->second, file);
  return Tokenizer::train(lines, {.vocabulary = recipe.text.vocabulary,
                                  .algorithm = recipe.text.algorithm,
                                  .character_coverage = recipe.text.character_coverage,
                                  .seed = static_cast<uint64_t>(recipe.train.seed)});
}

Tokenizers make_tokenizers(const Recipe& recipe, const data::Table& table, ModelConfig& config,
                           const std::map<std::string, std::string>& known) {
  const NormaliseOptions options{parse_normalisation(config.normalisation), config.lowercase};
  if (!recipe.translation()) {
    config.source_tokenizer = "text.model";
    config.target_tokenizer = "";
    const Tokenizer tokenizer =
        make_tokenizer(recipe, "text.model", known, normalised_column(table, recipe.data.text, options));
    return {tokenizer, tokenizer};
  }
  std::vector<std::string> sources = normalised_column(table, recipe.data.source, options);
  const std::vector<std::string> targets = normalised_column(table, recipe.data.target, options);
  if (recipe.text.joint) {
    config.source_tokenizer = config.target_tokenizer = "joint.model";
    sources.insert(sources.end(), targets.begin(), targets.end());
    const Tokenizer joint = make_tokenizer(recipe, "joint.model", known, sources);
    return {joint, joint};
  }
  config.source_tokenizer = "source.model";
  config.target_tokenizer = "target.model";
  return {make_tokenizer(recipe, "source.model", known, sources),
          make_tokenizer(recipe, "target.model", known, targets)};
}

std::string make_report(const Recipe& recipe, const data::Table& table) {
  data::ReportOptions options;
  options.text_column = recipe.translation() ? recipe.data.source : recipe.data.text;
  if (recipe.translation()) options.target_column = recipe.data.target;
  for (const HeadRecipe& head : recipe.heads) {
    if (!head.multi_label) options.label_columns.push_back(head.label);
  }
  return data::to_text(data::make_report(table, options));
}

}  // namespace

void add_ngrams(Example& example, const Tokenizer& tokenizer, const NgramConfig& config,
                std::span<const float> weights) {
  const std::vector<std::string> pieces = tokenizer.pieces(example.source);
  if (config.embedding) example.token_ngrams = token_ngrams(pieces, config, weights);
  if (config.linear) example.text_ngrams = text_ngrams(pieces, config, weights);
}

Corpus load_corpus(const Recipe& recipe, const std::map<std::string, std::string>& tokenizer_bytes) {
  Split train{.table = read(recipe, recipe.data.train), .examples = {}};
  check_columns(recipe, train.table);
  if (recipe.data.max_rows > 0 && static_cast<int64_t>(train.table.rows.size()) > recipe.data.max_rows) {
    train.table.rows.resize(recipe.data.max_rows);
  }
  Split valid, test;
  if (!recipe.data.test.empty()) {
    test.table = read(recipe, recipe.data.test);
    check_columns(recipe, test.table);
  }
  // Before the split, so that no test row is among those that validation chooses the best model by.
  int64_t dropped = refuse_or_drop_leaks(recipe, train.table, test.table);
  if (recipe.data.valid.empty()) {
    const std::string label =
        recipe.heads.empty() || recipe.heads[0].multi_label ? "" : recipe.heads[0].label;
    std::tie(train.table, valid.table) = data::split_off(train.table, recipe.data.validation_share,
                                                         key_columns(recipe), label, recipe.train.seed);
  } else {
    valid.table = read(recipe, recipe.data.valid);
    check_columns(recipe, valid.table);
  }
  dropped += refuse_or_drop_leaks(recipe, train.table, valid.table);
  if (train.table.rows.empty() || valid.table.rows.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{}: expected rows to train on and some to hold out for validation, found {} and {}; "
                    "add rows or name data.valid",
                    train.table.files.front(), train.table.rows.size(), valid.table.rows.size()));
  }
  ModelConfig config = recipe.model;
  std::string report = make_report(recipe, train.table);
  for (const HeadRecipe& head : recipe.heads)
    config.classification_heads.push_back(learn_labels(head, train.table));
  for (const Split* split : {&valid, &test}) check_labels(recipe, config, split->table);
  for (const Split* split : {&valid, &test}) report += shared_sources(recipe, train.table, split->table);

  Tokenizers tokenizers = make_tokenizers(recipe, train.table, config, tokenizer_bytes);
  config.source_vocabulary = tokenizers.source.size();
  config.target_vocabulary = recipe.translation() ? tokenizers.target.size() : 0;
  Corpus corpus{.train = std::move(train),
                .valid = std::move(valid),
                .test = std::move(test),
                .tokenizers = std::move(tokenizers),
                .ngram_weights = {},
                .config = std::move(config),
                .report = std::move(report),
                .dropped_leaks = dropped};
  check_config(corpus.config, "recipe");
  number_rows(recipe, corpus.config, corpus.tokenizers, corpus.train);
  number_rows(recipe, corpus.config, corpus.tokenizers, corpus.valid);
  number_rows(recipe, corpus.config, corpus.tokenizers, corpus.test);
  number_ngrams(recipe, corpus);
  return corpus;
}

void add_targets(const Recipe& recipe, const std::vector<std::string>& targets, bool replace,
                 Corpus& corpus) {
  const NormaliseOptions options{parse_normalisation(corpus.config.normalisation), corpus.config.lowercase};
  const size_t column = corpus.train.table.column(recipe.data.target);
  for (size_t i = 0; i < targets.size(); ++i) {
    const std::string text = normalise(targets[i], options);
    Example example = corpus.train.examples[i];
    example.target = encode(corpus.tokenizers.target, text, corpus.config.max_length);
    if (example.target.empty() || example.target == corpus.train.examples[i].target) continue;
    data::Row row = corpus.train.table.rows[i];
    row.fields[column] = targets[i];
    if (replace) {
      corpus.train.examples[i] = std::move(example);
      corpus.train.table.rows[i] = std::move(row);
    } else {
      corpus.train.examples.push_back(std::move(example));
      corpus.train.table.rows.push_back(std::move(row));
    }
  }
}

std::map<std::string, std::string> tokenizer_files(const Corpus& corpus) {
  std::map<std::string, std::string> files;
  files[corpus.config.source_tokenizer] = corpus.tokenizers.source.bytes();
  if (!corpus.config.target_tokenizer.empty()) {
    files[corpus.config.target_tokenizer] = corpus.tokenizers.target.bytes();
  }
  return files;
}

}  // namespace heed::train
