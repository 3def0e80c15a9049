#include "train/examples.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "base/nearest.h"
#include "data/report.h"
#include "train/data_sets.h"
#include "train/leaks.h"
#include "train/linear_branch.h"
#include "train/pairs.h"
#include "train/sequences.h"
#include "train/spans.h"
#include "train/unlabelled.h"

namespace heed::train {
namespace {

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
HeadConfig learn_labels(const Recipe& recipe, const HeadRecipe& head, const data::Table& table) {
  const size_t column = table.column(label_column(recipe, head));
  const std::vector<SetRecipe> sets = recipe.sets();
  std::set<std::string> labels;
  const data::Row* first = nullptr;
  for (const data::Row& row : table.rows) {
    if (!sets[set_of(recipe, table, row)].labels(head.name)) continue;
    if (first == nullptr) first = &row;
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
                    table.where(*first), head.label, labels.empty() ? "" : *labels.begin()));
  }
  return {.name = head.name,
          .kind = head.kind,
          .labels = {labels.begin(), labels.end()},
          .multi_label = head.multi_label,
          .temperature = 1.0};
}

std::vector<int64_t> label_numbers(const data::Table& table, const data::Row& row, size_t column,
                                   const HeadRecipe& head, const HeadConfig& config) {
  std::vector<int64_t> numbers;
  for (const std::string& label : split_labels(row.fields[column], head)) {
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

// Of each row, head by head.
std::vector<std::vector<std::vector<int64_t>>> number_labels(const Recipe& recipe, const ModelConfig& config,
                                                             const data::Table& table) {
  const std::vector<SetRecipe> sets = recipe.sets();
  std::vector<std::vector<std::vector<int64_t>>> labels(table.rows.size());
  const std::vector<HeadRecipe> heads = recipe.heads_of("classification");
  for (size_t h = 0; h < heads.size() && !table.rows.empty(); ++h) {
    const HeadRecipe& head = heads[h];
    const size_t column = table.column(label_column(recipe, head));
    for (size_t i = 0; i < labels.size(); ++i) {
      const data::Row& row = table.rows[i];
      const bool labelled = sets[set_of(recipe, table, row)].labels(head.name);
      labels[i].push_back(labelled ? label_numbers(table, row, column, head, config.classification_heads[h])
                                   : kUnlabelled);
    }
  }
  return labels;
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
  auto labels = number_labels(recipe, config, split.table);
  split.examples.resize(sources.size());
  for (size_t i = 0; i < sources.size(); ++i) {
    Example& example = split.examples[i];
    example.source = encode(tokenizers.source, sources[i], config.max_length);
    if (translation) example.target = encode(tokenizers.target, targets[i], config.max_length);
    example.labels = std::move(labels[i]);
    example.set = set_of(recipe, split.table, split.table.rows[i]);
  }
  number_pairs(recipe, config, tokenizers.source, split);
  number_spans(recipe, config, tokenizers.source, split);
}

// How much each n-gram counts is learned from the training rows alone.
void number_ngrams(const Recipe& recipe, Corpus& corpus) {
  if (corpus.config.ngrams.buckets == 0) return;
  NgramCounter counter(corpus.config.ngrams);
  for (const Example& example : corpus.train.examples)
    for (const Example* text : texts_of(example)) counter.add(corpus.tokenizers.source.pieces(text->source));
  corpus.ngram_weights = counter.weights(recipe.text.ngram_min_texts);
  std::vector<Split*> splits = {&corpus.train, &corpus.valid, &corpus.test};
  if (recipe.train.self_training > 0) splits.push_back(&corpus.unlabelled);
  for (Split* split : splits) {
    for (Example& example : split->examples) {
      add_ngrams(example, corpus.tokenizers.source, corpus.config.ngrams, corpus.ngram_weights);
      for (Example& other : example.other)
        add_ngrams(other, corpus.tokenizers.source, corpus.config.ngrams, corpus.ngram_weights);
    }
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

// Of the training rows and, for an encoder, texts without labels.
Tokenizers make_tokenizers(const Recipe& recipe, const data::Table& table, const data::Table& unlabelled,
                           ModelConfig& config, const std::map<std::string, std::string>& known) {
  const NormaliseOptions options{parse_normalisation(config.normalisation), config.lowercase};
  if (!recipe.translation()) {
    config.source_tokenizer = "text.model";
    config.target_tokenizer = "";
    std::vector<std::string> lines = normalised_column(table, recipe.data.text, options);
    if (recipe.matching()) {
      const auto others = normalised_column(table, other_column(recipe, *recipe.matching()), options);
      std::ranges::copy_if(others, std::back_inserter(lines), [](const auto& line) { return !line.empty(); });
    }
    if (recipe.pretrain.epochs > 0 && !unlabelled.rows.empty()) {
      const auto more = normalised_column(unlabelled, recipe.data.text, options);
      lines.insert(lines.end(), more.begin(), more.end());
    }
    const Tokenizer tokenizer = make_tokenizer(recipe, "text.model", known, lines);
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
  std::string report;
  const std::vector<SetRecipe> sets = recipe.sets();
  for (size_t i = 0; i < sets.size(); ++i) {
    data::ReportOptions options;
    options.text_column = recipe.translation() ? recipe.data.source : recipe.data.text;
    if (recipe.translation()) options.target_column = recipe.data.target;
    for (const HeadRecipe& head : recipe.heads_of("classification")) {
      if (!head.multi_label && sets[i].labels(head.name))
        options.label_columns.push_back(label_column(recipe, head));
    }
    if (recipe.data.sets.empty()) return data::to_text(data::make_report(table, options));
    const data::Table own = rows_of(recipe, table, static_cast<int32_t>(i));
    report += "set " + sets[i].name + "\n" + data::to_text(data::make_report(own, options));
  }
  return report;
}

// Texts without labels to numbers, and where there is pre-training they (and the training rows) to what is
// learned from and what measures it.
void number_unlabelled(const Recipe& recipe, Corpus& corpus) {
  const NormaliseOptions options{parse_normalisation(corpus.config.normalisation), corpus.config.lowercase};
  const auto number = [&](Split& split) {
    if (split.table.rows.empty()) return;
    for (const std::string& text : normalised_column(split.table, recipe.data.text, options)) {
      split.examples.emplace_back();
      split.examples.back().source = encode(corpus.tokenizers.source, text, corpus.config.max_length);
    }
  };
  number(corpus.unlabelled);
  if (recipe.pretrain.epochs == 0) return;
  std::tie(corpus.pretrain.table, corpus.pretrain_valid.table) =
      split_for_pretraining(recipe, corpus.unlabelled.table, corpus.train.table);
  for (Split* split : {&corpus.pretrain, &corpus.pretrain_valid}) {
    number(*split);
    split->table = {};
  }
  corpus.report += fmt::format("pre-training on {} texts, {} to measure it by\n",
                               corpus.pretrain.examples.size(), corpus.pretrain_valid.examples.size());
}

// `more` has columns of `table`, in any order; the other columns of its rows are empty.
void add_rows(data::Table& table, const data::Table& more) {
  const auto first_file = static_cast<int32_t>(table.files.size());
  table.files.insert(table.files.end(), more.files.begin(), more.files.end());
  for (const data::Row& row : more.rows) {
    data::Row added{.fields = std::vector<std::string>(table.columns.size()),
                    .file = first_file + row.file,
                    .line = row.line};
    for (size_t i = 0; i < more.columns.size(); ++i)
      added.fields[table.column(more.columns[i])] = row.fields[i];
    table.rows.push_back(std::move(added));
  }
}

}  // namespace

std::vector<int32_t> encode(const Tokenizer& tokenizer, const std::string& text, int64_t max_length) {
  std::vector<int32_t> ids = tokenizer.encode(text);
  if (static_cast<int64_t>(ids.size()) > max_length - 1) ids.resize(max_length - 1);  // room for </s>
  return ids;
}

std::vector<int64_t> Split::labelled(size_t head) const {
  std::vector<int64_t> rows;
  for (size_t i = 0; i < examples.size(); ++i) {
    if (examples[i].labelled(head)) rows.push_back(static_cast<int64_t>(i));
  }
  return rows;
}

void add_ngrams(Example& example, const Tokenizer& tokenizer, const NgramConfig& config,
                std::span<const float> weights) {
  const std::vector<std::string> pieces = tokenizer.pieces(example.source);
  if (config.embedding) example.token_ngrams = token_ngrams(pieces, config, weights);
  if (config.linear) example.text_ngrams = text_ngrams(pieces, config, weights);
}

Corpus load_corpus(const Recipe& recipe, const std::map<std::string, std::string>& tokenizer_bytes,
                   const MoreRows& more_rows) {
  if (recipe.sequence() != nullptr) return load_sequences(recipe, tokenizer_bytes);
  Tables tables = read_sets(recipe);
  Split train{.table = std::move(tables.train), .examples = {}};
  Split valid{.table = std::move(tables.valid), .examples = {}};
  Split test{.table = std::move(tables.test), .examples = {}};
  if (more_rows) add_rows(train.table, more_rows({&valid.table, &test.table}));
  ModelConfig config = recipe.model;
  std::string report = make_report(recipe, train.table);
  for (const HeadRecipe& head : recipe.heads_of("classification"))
    config.classification_heads.push_back(learn_labels(recipe, head, train.table));
  if (recipe.matching())
    config.matching = {.name = recipe.matching()->name, .width = recipe.matching()->width};
  if (recipe.tagging())
    config.tagging = {.name = recipe.tagging()->name, .entities = learn_entities(recipe, train.table)};
  // Before the tokenizer is learned, which takes its time.
  for (const Split* split : {&valid, &test}) number_labels(recipe, config, split->table);
  for (const Split* split : {&valid, &test}) report += shared_sources(recipe, train.table, split->table);

  Split unlabelled{.table = read_unlabelled(recipe, {&valid.table, &test.table}, report), .examples = {}};
  Tokenizers tokenizers = make_tokenizers(recipe, train.table, unlabelled.table, config, tokenizer_bytes);
  config.source_vocabulary = tokenizers.source.size();
  config.target_vocabulary = recipe.translation() ? tokenizers.target.size() : 0;
  Corpus corpus{.train = std::move(train),
                .valid = std::move(valid),
                .test = std::move(test),
                .unlabelled = std::move(unlabelled),
                .pretrain = {},
                .pretrain_valid = {},
                .tokenizers = std::move(tokenizers),
                .ngram_weights = {},
                .linear = {},
                .config = std::move(config),
                .sets = {},
                .report = std::move(report),
                .dropped_leaks = tables.dropped_leaks};
  for (const SetRecipe& set : recipe.data.sets) corpus.sets.push_back(set.name);
  check_config(corpus.config, "recipe");
  number_rows(recipe, corpus.config, corpus.tokenizers, corpus.train);
  number_rows(recipe, corpus.config, corpus.tokenizers, corpus.valid);
  number_rows(recipe, corpus.config, corpus.tokenizers, corpus.test);
  number_unlabelled(recipe, corpus);
  number_ngrams(recipe, corpus);
  fit_linear_branches(recipe, corpus);
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
  if (corpus.config.source_tokenizer.empty()) return files;
  files[corpus.config.source_tokenizer] = corpus.tokenizers.source.bytes();
  if (!corpus.config.target_tokenizer.empty()) {
    files[corpus.config.target_tokenizer] = corpus.tokenizers.target.bytes();
  }
  return files;
}

}  // namespace heed::train
