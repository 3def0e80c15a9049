#include "train/batches.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/random.h"
#include "text/pair_ngrams.h"
#include "train/sequences.h"

namespace heed::train {
namespace {

PackedTexts pack(const std::vector<const std::vector<int32_t>*>& texts, bool begin_token, bool end_token) {
  std::vector<int64_t> ids, positions;
  PackedTexts packed;
  packed.begins.push_back(0);
  for (const auto* text : texts) {
    if (begin_token) ids.push_back(Tokenizer::kBegin);
    ids.insert(ids.end(), text->begin(), text->end());
    if (end_token) ids.push_back(Tokenizer::kEnd);
    const int64_t length = static_cast<int64_t>(ids.size()) - packed.begins.back();
    for (int64_t t = 0; t < length; ++t) positions.push_back(t);
    packed.begins.push_back(static_cast<int64_t>(ids.size()));
  }
  packed.ids = torch::tensor(ids, torch::kInt64);
  packed.positions = torch::tensor(positions, torch::kInt64);
  return packed;
}

PackedNgrams pack(const std::vector<const Example*>& texts, NgramRows Example::*rows) {
  NgramRows all;
  for (const Example* text : texts) all.append(text->*rows);
  return pack_ngrams(std::move(all));
}

// The two texts of pair `a` and `b`, the former's first and the latter's second.
void add_pair(const Example& a, const Example& b, const ModelConfig& config, NgramRows& ngrams) {
  if (config.ngrams.buckets > 0 && config.ngrams.linear)
    ngrams.append(pair_ngrams(a.text_ngrams, b.other[0].text_ngrams, config.ngrams.buckets));
}

// Texts 0 to N - 1 of the batch are its N examples; `others`: of each its other text's number, or -1.
PackedPairs pack_pairs(const std::vector<const Example*>& examples, const std::vector<int64_t>& others,
                       const ModelConfig& config) {
  PackedPairs pairs;
  NgramRows ngrams;
  std::vector<float> labels;
  std::vector<int64_t> first_groups, second_groups;
  const auto add = [&](int64_t a, int64_t b, bool same) {
    pairs.first.push_back(a);
    pairs.second.push_back(others[b]);
    labels.push_back(same ? 1.0F : 0.0F);
    first_groups.push_back(examples[a]->group);
    second_groups.push_back(examples[b]->other[0].group);
    add_pair(*examples[a], *examples[b], config, ngrams);
  };
  std::vector<int64_t> paired;
  for (size_t i = 0; i < examples.size(); ++i) {
    if (others[i] < 0) continue;
    paired.push_back(static_cast<int64_t>(i));
    add(paired.back(), paired.back(), examples[i]->same.value_or(true));
  }
  pairs.given = pairs.pairs();
  for (size_t p = 0; p < paired.size(); ++p) {
    if (examples[paired[p]]->same) continue;
    for (size_t step = 1; step < paired.size(); ++step) {
      const int64_t next = paired[(p + step) % paired.size()];
      if (examples[next]->other[0].group == examples[paired[p]]->group) continue;
      add(paired[p], next, false);
      break;
    }
  }
  pairs.labels = torch::tensor(labels);
  pairs.first_groups = torch::tensor(first_groups, torch::kInt64);
  pairs.second_groups = torch::tensor(second_groups, torch::kInt64);
  if (ngrams.rows() > 0) pairs.ngrams = pack_ngrams(std::move(ngrams));
  std::vector<float> votes;
  for (const int64_t i : paired) {
    if (examples[i]->pair_vote) votes.push_back(*examples[i]->pair_vote);
  }
  if (!votes.empty() && std::ssize(votes) == pairs.pairs()) pairs.linear_votes = torch::tensor(votes);
  return pairs;
}

torch::Tensor pack_votes(const std::vector<Example>& examples, const std::vector<int64_t>& numbers,
                         size_t head, size_t texts) {
  std::vector<float> votes;
  for (const int64_t number : numbers) {
    const std::vector<float>& own = examples[number].linear_votes[head];
    votes.insert(votes.end(), own.begin(), own.end());
  }
  votes.resize(votes.size() / numbers.size() * texts);  // of other texts of pairs, which nobody asks
  return torch::tensor(votes).reshape({static_cast<int64_t>(texts), -1});
}

torch::Tensor pack_labels(const std::vector<Example>& examples, const std::vector<int64_t>& numbers,
                          size_t head, const HeadConfig& config) {
  const int64_t count = static_cast<int64_t>(numbers.size());
  if (config.multi_label) {
    torch::Tensor labels = torch::zeros({count, static_cast<int64_t>(config.labels.size())});
    auto cell = labels.accessor<float, 2>();
    for (int64_t i = 0; i < count; ++i) {
      for (const int64_t label : examples[numbers[i]].labels[head]) cell[i][label] = 1.0F;
    }
    return labels;
  }
  std::vector<int64_t> labels;
  for (const int64_t number : numbers) labels.push_back(examples[number].labels[head].front());
  return torch::tensor(labels, torch::kInt64);
}

// The examples that have labels of a head, and their places in the batch; undefined where all texts have.
std::pair<std::vector<int64_t>, torch::Tensor> labelled_texts(const std::vector<Example>& examples,
                                                              const std::vector<int64_t>& numbers,
                                                              size_t head, size_t texts) {
  std::vector<int64_t> labelled, places;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (!examples[numbers[i]].labelled(head)) continue;
    labelled.push_back(numbers[i]);
    places.push_back(static_cast<int64_t>(i));
  }
  const bool all = labelled.size() == texts;
  return {std::move(labelled), all ? torch::Tensor() : torch::tensor(places, torch::kInt64)};
}

// Of its longer side, or of both texts of a pair.
int64_t token_count(const Example& example) {
  int64_t count = 1 + static_cast<int64_t>(std::max(example.source.size(), example.target.size()));
  for (const Example& other : example.other) count += 1 + static_cast<int64_t>(other.source.size());
  return count;
}

// Undefined where an example has none.
torch::Tensor pack_soft_labels(const std::vector<Example>& examples, const std::vector<int64_t>& numbers,
                               size_t head) {
  if (numbers.empty()) return {};
  std::vector<float> cells;
  for (const int64_t number : numbers) {
    if (examples[number].soft_labels.empty()) return {};
    const std::vector<float>& soft = examples[number].soft_labels[head];
    cells.insert(cells.end(), soft.begin(), soft.end());
  }
  return torch::tensor(cells).reshape({static_cast<int64_t>(numbers.size()), -1});
}

}  // namespace

PackedNgrams pack_ngrams(NgramRows rows) {
  rows.begins.pop_back();
  return {.buckets = torch::tensor(rows.buckets, torch::kInt32).to(torch::kInt64),
          .values = torch::tensor(rows.values),
          .begins = torch::tensor(rows.begins, torch::kInt64)};
}

std::vector<attention::Sequence> pair_sequences(const PackedTexts& queries, const PackedTexts& keys) {
  std::vector<attention::Sequence> sequences;
  for (int64_t b = 0; b < queries.texts(); ++b) {
    sequences.push_back({.query_begin = queries.begins[b],
                         .query_count = queries.begins[b + 1] - queries.begins[b],
                         .key_begin = keys.begins[b],
                         .key_count = keys.begins[b + 1] - keys.begins[b],
                         .query_position = 0});
  }
  return sequences;
}

std::vector<int64_t> draw_examples(const std::vector<Example>& examples, double task_temperature,
                                   uint64_t seed, int64_t epoch) {
  std::vector<int64_t> drawn(examples.size());
  std::iota(drawn.begin(), drawn.end(), 0);
  if (task_temperature == 1.0) return drawn;
  std::map<int32_t, std::vector<int64_t>> sets;
  for (const int64_t i : drawn) sets[examples[i].set].push_back(i);
  double all = 0.0;
  const auto weight = [&](size_t rows) {
    return std::pow(static_cast<double>(rows), 1.0 / task_temperature);
  };
  for (const auto& [set, rows] : sets) all += weight(rows.size());
  drawn.clear();
  for (auto& [set, rows] : sets) {
    const double share = static_cast<double>(examples.size()) * weight(rows.size()) / all;
    auto left = static_cast<size_t>(std::max<int64_t>(1, std::llround(share)));
    Random random(mix64(mix64(seed) ^ static_cast<uint64_t>(epoch)) ^ static_cast<uint64_t>(set));
    random.shuffle(rows);
    for (; left > 0; left -= std::min(left, rows.size())) {
      drawn.insert(drawn.end(), rows.begin(),
                   rows.begin() + static_cast<std::ptrdiff_t>(std::min(left, rows.size())));
    }
  }
  return drawn;
}

std::vector<std::vector<int64_t>> plan_batches(const std::vector<Example>& examples, int64_t batch_tokens,
                                               uint64_t seed, int64_t epoch, double task_temperature) {
  Random random(mix64(seed) ^ static_cast<uint64_t>(epoch));
  std::vector<int64_t> order = draw_examples(examples, task_temperature, seed, epoch);
  random.shuffle(order);  // among equals of the sort below
  const auto tokens = [&](int64_t i) { return token_count(examples[i]); };
  // Neighbours differ by a token or two, so batches of one length get company from the next.
  std::vector<int64_t> length(examples.size());
  for (size_t i = 0; i < length.size(); ++i) length[i] = tokens(i) + static_cast<int64_t>(random.below(3));
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return length[a] < length[b]; });

  std::vector<std::vector<int64_t>> batches;
  int64_t used = batch_tokens + 1;
  for (const int64_t i : order) {
    if (used + tokens(i) > batch_tokens) {
      batches.emplace_back();
      used = 0;
    }
    batches.back().push_back(i);
    used += tokens(i);
  }
  random.shuffle(batches);
  return batches;
}

std::vector<std::vector<int64_t>> batches_in_order(const std::vector<Example>& examples,
                                                   int64_t batch_tokens) {
  constexpr size_t kTextsPerBatch = 256;
  std::vector<std::vector<int64_t>> batches;
  int64_t used = batch_tokens + 1;
  for (size_t i = 0; i < examples.size(); ++i) {
    const int64_t tokens = token_count(examples[i]);
    if (used + tokens > batch_tokens || batches.back().size() == kTextsPerBatch) {
      batches.emplace_back();
      used = 0;
    }
    batches.back().push_back(static_cast<int64_t>(i));
    used += tokens;
  }
  return batches;
}

Batch make_batch(const std::vector<Example>& examples, const std::vector<int64_t>& numbers,
                 const ModelConfig& config) {
  if (config.sequence) return make_sequence_batch(examples, numbers);
  Batch batch;
  batch.examples = static_cast<int64_t>(numbers.size());
  std::vector<const Example*> texts;
  for (const int64_t number : numbers) texts.push_back(&examples[number]);
  if (config.matching) {
    const std::vector<const Example*> own = texts;
    std::vector<int64_t> others(own.size(), -1);
    for (size_t i = 0; i < own.size(); ++i) {
      if (own[i]->other.empty()) continue;
      others[i] = static_cast<int64_t>(texts.size());
      texts.push_back(&own[i]->other[0]);
    }
    batch.pairs = pack_pairs(own, others, config);
  }
  std::vector<const std::vector<int32_t>*> sources, targets;
  for (const Example* text : texts) {
    sources.push_back(&text->source);
    targets.push_back(&text->target);
  }
  batch.source = pack(sources, false, true);
  if (config.decodes()) {
    batch.target = pack(targets, true, false);
    batch.target_labels = pack(targets, false, true).ids;
  }
  if (config.ngrams.buckets > 0) {
    if (config.ngrams.embedding) batch.source.token_ngrams = pack(texts, &Example::token_ngrams);
    if (config.ngrams.linear) batch.source.text_ngrams = pack(texts, &Example::text_ngrams);
  }
  for (size_t head = 0; head < config.classification_heads.size(); ++head) {
    const auto [labelled, rows] = labelled_texts(examples, numbers, head, texts.size());
    batch.head_rows.push_back(rows);
    batch.head_labels.push_back(pack_labels(examples, labelled, head, config.classification_heads[head]));
    batch.head_soft_labels.push_back(pack_soft_labels(examples, labelled, head));
    if (!examples[numbers.front()].linear_votes.empty())
      batch.source.linear_votes.push_back(pack_votes(examples, numbers, head, texts.size()));
  }
  if (!config.tagging) return batch;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto& tags = texts[i]->tags;
    if (tags && !tags->empty())
      batch.tags.emplace_back(static_cast<int64_t>(i), torch::tensor(*tags, torch::kInt64));
  }
  return batch;
}

}  // namespace heed::train
