#include "train/sequences.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"
#include "data/interaction_split.h"
#include "data/items.h"

namespace heed::train {
namespace {

using data::Interaction;
using Histories = std::vector<std::vector<Interaction>>;  // a user, in the order of time

struct Events {
  data::InteractionLog log;
  data::InteractionSplit split;
};

std::vector<Interaction> read(const Recipe& recipe, const std::vector<std::string>& files,
                              data::InteractionLog& log) {
  log.rows.clear();
  for (const std::string& file : files) data::read_interactions(recipe.path(file), {}, log);
  return std::move(log.rows);
}

Histories by_user(const std::vector<Interaction>& rows, int32_t users) {
  Histories histories(static_cast<size_t>(users));
  for (const Interaction& row : rows) histories[static_cast<size_t>(row.user)].push_back(row);
  for (auto& history : histories)
    std::stable_sort(history.begin(), history.end(),
                     [](const auto& a, const auto& b) { return a.ts_us < b.ts_us; });
  return histories;
}

// Drops the training events that are not before what is held out of their users.
int64_t drop_leaks(data::InteractionSplit& split, int32_t users) {
  std::vector<int64_t> first(static_cast<size_t>(users), INT64_MAX);
  for (const auto* held : {&split.valid, &split.test}) {
    for (const Interaction& row : *held) {
      if (row.ts_us != data::kNoTime)
        first[static_cast<size_t>(row.user)] = std::min(first[static_cast<size_t>(row.user)], row.ts_us);
    }
  }
  return static_cast<int64_t>(std::erase_if(split.train, [&](const Interaction& row) {
    return row.ts_us != data::kNoTime && row.ts_us >= first[static_cast<size_t>(row.user)];
  }));
}

Events read_events(const Recipe& recipe, int64_t& dropped) {
  Events events;
  events.split.train = read(recipe, recipe.data.train, events.log);
  events.split.valid = read(recipe, recipe.data.valid, events.log);
  events.split.test = read(recipe, recipe.data.test, events.log);
  if (events.split.train.empty() || events.split.valid.empty())
    throw Error(ErrorCode::invalid_argument, "data.train, data.valid: expected events in both, found none");
  const std::string leak = data::find_leak(events.log, events.split);
  if (leak.empty()) return events;
  if (!recipe.data.drop_leaked)
    throw Error(ErrorCode::invalid_argument,
                "data.train: expected no event that is not before what is held out of its user, found: " +
                    leak + "; split again, or leave them out with --drop-leaked");
  dropped = drop_leaks(events.split, events.log.users.size());
  return events;
}

// What the model calls the log's items and kinds: those of the training events, in the order of their
// numbers.
struct Vocabulary {
  std::vector<int32_t> items, kinds;  // by the log's numbers; -1: none of training
  SequenceConfig config;
};

Vocabulary learn_vocabulary(const Recipe& recipe, const Events& events) {
  Vocabulary found{
      .items = std::vector<int32_t>(static_cast<size_t>(events.log.items.size()), kUnknownItem),
      .kinds = std::vector<int32_t>(static_cast<size_t>(events.log.kinds.size()), 0),
      .config = {.name = recipe.sequence()->name, .items = {}, .kinds = {}, .gaps = recipe.sequence()->gaps}};
  std::vector<bool> met(found.kinds.size(), false);
  for (const Interaction& row : events.split.train) {
    found.items[static_cast<size_t>(row.item)] = 0;
    met[static_cast<size_t>(row.kind)] = true;
  }
  for (int32_t i = 0; i < events.log.items.size(); ++i) {
    if (found.items[static_cast<size_t>(i)] == kUnknownItem) continue;
    found.items[static_cast<size_t>(i)] = static_cast<int32_t>(found.config.items.size());
    found.config.items.push_back(events.log.items.name(i));
  }
  for (int32_t k = 0; k < events.log.kinds.size(); ++k) {
    if (!met[static_cast<size_t>(k)]) continue;
    found.kinds[static_cast<size_t>(k)] = static_cast<int32_t>(found.config.kinds.size());
    found.config.kinds.push_back(events.log.kinds.name(k));
  }
  return found;
}

class Numbers {
 public:
  Numbers(const Vocabulary& vocabulary, int64_t max_length)
      : vocabulary_(vocabulary), max_length_(max_length) {}

  void add_training(const std::vector<Interaction>& history, std::vector<Example>& examples) const {
    auto end = static_cast<int64_t>(history.size());
    for (int64_t stretch = 0; stretch < kMostStretches && end >= 2; ++stretch) {
      const int64_t begin = std::max<int64_t>(0, end - max_length_ - 1);
      examples.push_back(stretch_of(history, begin, end));
      end = begin + 1;
    }
  }

  // `before` as the model may know it; the first of `held` is guessed.
  void add_held_out(std::vector<Interaction> before, const std::vector<Interaction>& held,
                    std::vector<Example>& examples) const {
    std::erase_if(before, [&](const Interaction& row) { return item(row) == kUnknownItem; });
    if (before.empty() || held.empty()) return;
    std::vector<int32_t> seen;
    for (const Interaction& row : before) seen.push_back(item(row));
    std::ranges::sort(seen);
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    before.push_back(held.front());
    const auto end = static_cast<int64_t>(before.size());
    examples.push_back(stretch_of(before, std::max<int64_t>(0, end - max_length_ - 1), end));
    examples.back().guess_last = true;
    examples.back().seen = std::move(seen);
  }

 private:
  int32_t item(const Interaction& row) const { return vocabulary_.items[static_cast<size_t>(row.item)]; }

  Example stretch_of(const std::vector<Interaction>& history, int64_t begin, int64_t end) const {
    Example example;
    for (int64_t t = begin; t < end; ++t) {
      const Interaction& row = history[static_cast<size_t>(t)];
      const int64_t before_us = t == 0 ? data::kNoTime : history[static_cast<size_t>(t) - 1].ts_us;
      const bool timed = before_us != data::kNoTime && row.ts_us != data::kNoTime;
      const double seconds = timed ? static_cast<double>(row.ts_us - before_us) * 1e-6 : -1.0;
      example.source.push_back(item(row));
      example.kinds.push_back(vocabulary_.kinds[static_cast<size_t>(row.kind)]);
      example.gaps.push_back(static_cast<int32_t>(vocabulary_.config.gap_bucket(seconds)));
    }
    return example;
  }

  const Vocabulary& vocabulary_;
  int64_t max_length_;
};

// Of each item of the vocabulary; those that the table has not are "".
std::vector<std::string> read_words(const Recipe& recipe, const SequenceConfig& config) {
  const NormaliseOptions options{parse_normalisation(recipe.model.normalisation), recipe.model.lowercase};
  std::unordered_map<std::string, std::string> words;
  for (const data::Item& item : data::read_items(recipe.path(recipe.data.items)))
    words[item.id] = normalise(item.words(), options);
  std::vector<std::string> texts;
  for (const std::string& item : config.items) texts.push_back(words[item]);
  return texts;
}

// Tokenizer, n-grams and how much they count, of the training items' words alone.
void number_words(const Recipe& recipe, const std::map<std::string, std::string>& known, Corpus& corpus) {
  ModelConfig& config = corpus.config;
  config.source_tokenizer = config.target_tokenizer = "";
  if (!config.reads_text()) return;
  config.source_tokenizer = "text.model";
  const std::vector<std::string> texts = read_words(recipe, *config.sequence);
  const auto at = known.find(config.source_tokenizer);
  corpus.tokenizers.source =
      at != known.end() ? Tokenizer::from_bytes(at->second, at->first)
                        : Tokenizer::train(texts, {.vocabulary = recipe.text.vocabulary,
                                                   .algorithm = recipe.text.algorithm,
                                                   .character_coverage = recipe.text.character_coverage,
                                                   .seed = static_cast<uint64_t>(recipe.train.seed)});
  std::vector<std::vector<std::string>> pieces;
  NgramCounter counter(config.ngrams);
  for (const std::string& text : texts)
    counter.add(pieces.emplace_back(corpus.tokenizers.source.pieces(text)));
  corpus.ngram_weights = counter.weights(recipe.text.ngram_min_texts);
  for (const auto& own : pieces)
    corpus.item_ngrams.append(unit_text_ngrams(own, config.ngrams, corpus.ngram_weights));
}

std::string report(const Corpus& corpus, const Events& events) {
  return fmt::format(
      "{} training events of {} users on {} items; {} stretches, {} users to validate, {} to test\n",
      events.split.train.size(), events.log.users.size(), corpus.config.sequence->items.size(),
      corpus.train.examples.size(), corpus.valid.examples.size(), corpus.test.examples.size());
}

}  // namespace

Corpus load_sequences(const Recipe& recipe, const std::map<std::string, std::string>& tokenizer_bytes) {
  Corpus corpus;
  const Events events = read_events(recipe, corpus.dropped_leaks);
  const Vocabulary vocabulary = learn_vocabulary(recipe, events);
  corpus.config = recipe.model;
  corpus.config.sequence = vocabulary.config;
  corpus.config.source_vocabulary = static_cast<int64_t>(vocabulary.config.items.size());
  corpus.config.target_vocabulary = 0;
  number_words(recipe, tokenizer_bytes, corpus);
  check_config(corpus.config, "recipe");
  const int32_t users = events.log.users.size();
  Histories train = by_user(events.split.train, users);
  const Histories valid = by_user(events.split.valid, users), test = by_user(events.split.test, users);
  const Numbers numbers(vocabulary, corpus.config.max_length);
  for (size_t user = 0; user < train.size(); ++user) {
    numbers.add_training(train[user], corpus.train.examples);
    numbers.add_held_out(train[user], valid[user], corpus.valid.examples);
    train[user].insert(train[user].end(), valid[user].begin(), valid[user].end());
    numbers.add_held_out(std::move(train[user]), test[user], corpus.test.examples);
  }
  if (corpus.train.examples.empty() || corpus.valid.examples.empty())
    throw Error(ErrorCode::invalid_argument,
                "data.train: expected users with at least two training events and one held out, found none");
  if (recipe.eval.valid_rows > 0 &&
      recipe.eval.valid_rows < static_cast<int64_t>(corpus.valid.examples.size()))
    corpus.valid.examples.resize(static_cast<size_t>(recipe.eval.valid_rows));
  corpus.report = report(corpus, events);
  return corpus;
}

Batch make_sequence_batch(const std::vector<Example>& examples, const std::vector<int64_t>& numbers) {
  Batch batch;
  batch.examples = static_cast<int64_t>(numbers.size());
  std::vector<int64_t> ids, positions, kinds, gaps, next, rows;
  PackedTexts& source = batch.source;
  source.begins.push_back(0);
  bool all = true;
  for (const int64_t number : numbers) {
    const Example& example = examples[number];
    const size_t length = example.source.size() - 1;  // the last one is only guessed
    for (size_t t = 0; t < length; ++t) {
      const bool guessed = (!example.guess_last || t + 1 == length) && example.source[t + 1] != kUnknownItem;
      all = all && guessed;
      if (guessed) {
        rows.push_back(static_cast<int64_t>(ids.size()));
        next.push_back(example.source[t + 1]);
      }
      ids.push_back(example.source[t]);
      positions.push_back(static_cast<int64_t>(t));
      kinds.push_back(example.kinds[t]);
      gaps.push_back(example.gaps[t]);
    }
    source.begins.push_back(static_cast<int64_t>(ids.size()));
  }
  source.ids = torch::tensor(ids, torch::kInt64);
  source.positions = torch::tensor(positions, torch::kInt64);
  source.kinds = torch::tensor(kinds, torch::kInt64);
  source.gaps = torch::tensor(gaps, torch::kInt64);
  if (!all) batch.next_rows = torch::tensor(rows, torch::kInt64);
  batch.next_items = torch::tensor(next, torch::kInt64);
  return batch;
}

}  // namespace heed::train
