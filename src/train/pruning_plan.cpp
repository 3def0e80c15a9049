#include "train/pruning_plan.h"

#include <algorithm>
#include <numeric>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "text/fewer_pieces.h"
#include "train/importance.h"
#include "train/trainer.h"

namespace heed::train {
namespace {

using Numbers = std::vector<int64_t>;

constexpr int64_t kTexts = 1000;  // that importance is measured on

Numbers first_numbers(int64_t count) {
  Numbers numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

Numbers spread(int64_t rows) {
  const int64_t count = std::min(rows, kTexts);
  Numbers numbers;
  for (int64_t i = 0; i < count; ++i) numbers.push_back(i * rows / count);
  return numbers;
}

Numbers greatest(const std::vector<double>& values, int64_t count) {
  Numbers numbers = first_numbers(static_cast<int64_t>(values.size()));
  std::ranges::stable_sort(numbers, [&](int64_t a, int64_t b) { return values[a] > values[b]; });
  numbers.resize(count);
  std::ranges::sort(numbers);
  return numbers;
}

double share(const std::vector<double>& values, const Numbers& kept) {
  double sum = 0;
  for (const int64_t number : kept) sum += values[number];
  return sum / std::accumulate(values.begin(), values.end(), 1e-300);
}

// Takes the most important parts of each block; what they hold of the importance of all, the least block's.
double take_greatest(const std::map<std::string, std::vector<double>>& importance, int64_t count,
                     std::map<std::string, Numbers>& kept) {
  double least = 1.0;
  for (const auto& [scope, values] : importance) {
    const Numbers& taken = kept[scope] = greatest(values, count);
    least = std::min(least, share(values, taken));
  }
  return least;
}

class LayerChoice {
 public:
  LayerChoice(const Network& network, const Corpus& corpus, int64_t batch_tokens, ProgressBar& progress)
      : network_(network), corpus_(corpus), batch_tokens_(batch_tokens), progress_(progress) {}

  // Shortens `layers` of `kept` to `count`.
  void shorten(KeptParts& kept, Numbers KeptParts::*layers, const char* name, int64_t has,
               int64_t count) const {
    kept.*layers = first_numbers(has);
    while (static_cast<int64_t>((kept.*layers).size()) > count) drop_one(kept, layers, name);
  }

 private:
  void drop_one(KeptParts& kept, Numbers KeptParts::*layers, const char* name) const {
    Numbers best;
    double least = 0;
    const Numbers now = kept.*layers;
    for (size_t i = 0; i < now.size(); ++i) {
      KeptParts candidate = kept;
      (candidate.*layers).erase((candidate.*layers).begin() + static_cast<int64_t>(i));
      const double loss =
          evaluate(pruned_network(network_, candidate), corpus_.valid, batch_tokens_, corpus_.sets)
              .at("loss");
      if (best.empty() || loss < least) {
        best = candidate.*layers;
        least = loss;
      }
    }
    kept.*layers = best;
    progress_.say(
        fmt::format("{} layers {} stay: loss {:.4f} before training", name, fmt::join(best, ", "), least));
  }

  const Network& network_;
  const Corpus& corpus_;
  int64_t batch_tokens_;
  ProgressBar& progress_;
};

void choose_heads_and_units(const Network& network, const Corpus& corpus, const SmallerShape& wanted,
                            ProgressBar& progress, KeptParts& kept) {
  const Numbers texts = spread(static_cast<int64_t>(corpus.train.examples.size()));
  const Importance importance = measure_importance(network, corpus.train, texts);
  const auto say = [&](const char* what, int64_t count, double share) {
    progress.say(fmt::format("{} {} a block stay, with {:.1f} % or more of the block's importance", count,
                             what, 100 * share));
  };
  if (wanted.heads) say("heads", *wanted.heads, take_greatest(importance.heads, *wanted.heads, kept.heads));
  if (wanted.ffn_dim)
    say("units", *wanted.ffn_dim, take_greatest(importance.units, *wanted.ffn_dim, kept.units));
}

Numbers choose_pieces(const Tokenizer& tokenizer, const std::vector<Example>& examples,
                      std::vector<int32_t> Example::*side, int64_t wanted) {
  std::vector<int64_t> counts(tokenizer.size());
  for (const Example& example : examples) {
    for (const int32_t id : example.*side) ++counts[id];
  }
  const std::vector<int32_t> kept = frequent_pieces(tokenizer, counts, wanted);
  return {kept.begin(), kept.end()};
}

void check_part(const char* option, const std::optional<int64_t>& wanted, int64_t has, bool& smaller) {
  if (!wanted) return;
  if (*wanted < 1 || *wanted > has) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("--{}: expected 1 to {}, what the model has, found {}", option, has, *wanted));
  }
  smaller = smaller || *wanted < has;
}

}  // namespace

void check_shape(const SmallerShape& wanted, const ModelConfig& config) {
  if (config.architecture == Architecture::recurrent_seq2seq) {
    throw Error(ErrorCode::unsupported,
                "expected a transformer, found a recurrent_seq2seq, which has neither heads nor units to "
                "choose from; train a smaller one with train.teachers naming this one");
  }
  if (wanted.decoder_layers && !config.decodes())
    throw Error(ErrorCode::invalid_argument,
                "--decoder-layers: expected a model that translates, found an encoder");
  if (wanted.heads && config.key_heads != config.heads) {
    throw Error(
        ErrorCode::unsupported,
        fmt::format("--heads: expected a model with keys and values for each head, found {} for {} heads",
                    config.key_heads, config.heads));
  }
  if (wanted.heads && config.attention.bias == "alibi") {
    throw Error(ErrorCode::unsupported,
                "--heads: expected a model without alibi, whose slopes go by a head's number, found it");
  }
  bool smaller = false;
  check_part("encoder-layers", wanted.encoder_layers, config.encoder_layers, smaller);
  check_part("decoder-layers", wanted.decoder_layers, config.decoder_layers, smaller);
  check_part("heads", wanted.heads, config.heads, smaller);
  check_part("ffn-dim", wanted.ffn_dim, config.ffn_dim, smaller);
  check_part("vocabulary", wanted.vocabulary, std::max(config.source_vocabulary, config.target_vocabulary),
             smaller);
  if (!smaller) {
    throw Error(ErrorCode::invalid_argument,
                "expected --encoder-layers, --decoder-layers, --heads, --ffn-dim or --vocabulary below what "
                "the model has, found none; heed model show tells what it has");
  }
}

KeptParts choose_parts(const Network& network, const Corpus& corpus, const SmallerShape& wanted,
                       int64_t batch_tokens, ProgressBar& progress) {
  at::set_num_threads(1);
  const ModelConfig& config = network.config();
  KeptParts kept;
  const LayerChoice choice(network, corpus, batch_tokens, progress);
  if (wanted.encoder_layers)
    choice.shorten(kept, &KeptParts::encoder_layers, "encoder", config.encoder_layers,
                   *wanted.encoder_layers);
  if (wanted.decoder_layers)
    choice.shorten(kept, &KeptParts::decoder_layers, "decoder", config.decoder_layers,
                   *wanted.decoder_layers);
  if (wanted.heads || wanted.ffn_dim) choose_heads_and_units(network, corpus, wanted, progress, kept);
  if (wanted.vocabulary) {
    kept.source_pieces =
        choose_pieces(corpus.tokenizers.source, corpus.train.examples, &Example::source, *wanted.vocabulary);
    if (config.decodes()) {
      kept.target_pieces = choose_pieces(corpus.tokenizers.target, corpus.train.examples, &Example::target,
                                         *wanted.vocabulary);
    }
    progress.say(
        fmt::format("{} pieces of the source stay{}", kept.source_pieces.size(),
                    config.decodes() ? fmt::format(", {} of the target", kept.target_pieces.size()) : ""));
  }
  return kept;
}

}  // namespace heed::train
