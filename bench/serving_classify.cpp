#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/error.h"
#include "infer/classifier.h"
#include "infer/machine_limit.h"
#include "onnx_peer.h"
#include "product_limit.h"
#include "serving_model.h"
#include "serving_rows.h"
#include "text/tokenizer.h"

namespace heed::bench {
namespace {

constexpr int kRounds = 9;
constexpr int kBatch = 64;
constexpr double kScaleGops = 400;  // int8 products of the core that the bar of infer-classify is written for

double median(std::vector<double> values) { return spread_of(std::move(values)).median; }

// The same texts as each side takes them.
struct Texts {
  Texts(const ServingModel& model, int count) {
    for (int i = 0; i < count; ++i) {
      const ServingModel::Text text = model.text(i);
      lines.push_back(text.line);
      ids.push_back(text.ids);
      ended.emplace_back(text.ids.begin(), text.ids.end());
      ended.back().push_back(Tokenizer::kEnd);
    }
  }
  std::vector<std::string> lines;
  std::vector<std::vector<int32_t>> ids;
  std::vector<std::vector<int64_t>> ended;  // with </s>
};

// How far apart answers are: the root of the mean square of their difference, beside that of `expected`.
double distance(const std::vector<float>& found, const std::vector<float>& expected) {
  if (found.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double square = 0, difference = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    square += std::pow(expected[i], 2.0);
    difference += std::pow(found[i] - expected[i], 2.0);
  }
  return std::sqrt(difference / square);
}

void require_near(const std::string& what, const std::vector<float>& found,
                  const std::vector<float>& expected, double most) {
  const double far = distance(found, expected);
  if (far <= most) return;
  throw Error(ErrorCode::internal,
              fmt::format("{}: expected within {} of LibTorch's, found {}", what, most, far));
}

std::vector<float> softmax(const std::vector<float>& logits, size_t labels) {
  std::vector<float> values;
  for (size_t begin = 0; begin < logits.size(); begin += labels) {
    double sum = 0;
    for (size_t i = 0; i < labels; ++i) sum += std::exp(static_cast<double>(logits[begin + i]));
    for (size_t i = 0; i < labels; ++i)
      values.push_back(static_cast<float>(std::exp(static_cast<double>(logits[begin + i])) / sum));
  }
  return values;
}

// Back in the order of the labels.
std::vector<float> probabilities(const std::vector<infer::ClassificationResult>& results,
                                 const HeadConfig& head) {
  std::vector<float> values;
  for (const infer::ClassificationResult& result : results) {
    std::map<std::string, double> by_label;
    for (const infer::LabelScore& score : result.heads[0].labels) by_label[score.label] = score.probability;
    for (const std::string& label : head.labels) values.push_back(static_cast<float>(by_label.at(label)));
  }
  return values;
}

// Everything that a row measures, a number a round.
struct Rounds {
  std::vector<double> own, libtorch, onnxruntime;  // median seconds of a call
  std::vector<double> int8, fp32;                  // operations a second of the core
};

std::vector<double> quotients(const std::vector<double>& above, const std::vector<double>& below,
                              double factor = 1) {
  std::vector<double> ratios;
  for (size_t i = 0; i < above.size(); ++i) ratios.push_back(factor * above[i] / below[i]);
  return ratios;
}

// The better of oneDNN's product and the engine's own.
double rate_of(ProductLimit& limit, bool int8) {
  const double library = limit.operations() / median(seconds_of_calls([&] { limit.run(); }));
  return std::max(library, 2 * infer::product_limit(int8));
}

Rounds measure(const Work& own, const Work& libtorch,
               const std::function<std::vector<double>(int)>& onnxruntime) {
  ProductLimit int8(ProductLimit::Type::int8), fp32(ProductLimit::Type::fp32);
  Rounds rounds;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<double> calls = seconds_of_calls(own);
    rounds.own.push_back(median(calls));
    rounds.libtorch.push_back(median(seconds_of_calls(libtorch)));
    rounds.onnxruntime.push_back(median(onnxruntime(static_cast<int>(calls.size()))));
    rounds.int8.push_back(rate_of(int8, true));
    rounds.fp32.push_back(rate_of(fp32, false));
  }
  return rounds;
}

Figure times_peer(const std::string& key, const std::string& name, const Rounds& rounds,
                  const std::vector<double>& peer) {
  return {key, "beside " + name, spread_of(quotients(peer, rounds.own)),
          Measured{"ms", 1e3 * median(rounds.own), 1e3 * median(peer), name, Beside::peer}, kRounds};
}

// What both rows have: beside the peers, the limit of `precision`, and both limits.
std::vector<Figure> figures_of(const Rounds& rounds, double operations, Precision precision) {
  const std::vector<double>& limit = precision == Precision::int8 ? rounds.int8 : rounds.fp32;
  std::vector<double> work;  // seconds that the products alone take at the limit
  for (const double rate : limit) work.push_back(operations / rate);
  const auto in_giga = [](std::vector<double> rates) {
    for (double& rate : rates) rate *= 1e-9;
    return spread_of(std::move(rates));
  };
  return {
      times_peer("times_libtorch", "LibTorch", rounds, rounds.libtorch),
      times_peer("times_onnxruntime", "onnxruntime", rounds, rounds.onnxruntime),
      {"share", "of the products' limit", spread_of(quotients(work, rounds.own)),
       Measured{"GOP/s", 1e-9 * operations / median(rounds.own), 1e-9 * median(limit), to_string(precision)},
       kRounds},
      {"int8_gops", "the core's u8 x s8", in_giga(rounds.int8), std::nullopt, kRounds},
      {"fp32_gflops", "the core's fp32", in_giga(rounds.fp32), std::nullopt, kRounds}};
}

// The row's own figures, and what stands beside them.
std::vector<Figure> with(std::vector<Figure> first, const std::vector<Figure>& others) {
  first.insert(first.end(), others.begin(), others.end());
  return first;
}

// The model, its texts and everyone who answers.
struct Sides {
  Sides(Precision precision, int count) : model(precision), texts(model, count) {}

  const HeadConfig& head() const { return model.directory().config.classification_heads[0]; }
  double operations() const {
    return static_cast<double>(texts.lines.size()) * products_of_a_text(model.directory().config);
  }
  Rounds measure_beside(const Work& own) {
    return measure(
        own, [&] { plain.logits(texts.ended); },
        [&](int calls) { return onnxruntime.run(texts.ended, calls).seconds; });
  }
  // Before anything is timed. int8 rounds what comes into each product: its answers may differ so much.
  void check(Precision precision) {
    constexpr double kOfFp32 = 1e-4, kOfInt8 = 0.1;
    const std::vector<float> expected = plain.logits(texts.ended);
    std::vector<float> own;
    for (const auto& ids : texts.ids) {
      const std::vector<float> logits = classifier.logits(ids)[0];
      own.insert(own.end(), logits.begin(), logits.end());
    }
    require_near("onnxruntime's logits", onnxruntime.run(texts.ended, 0).outputs.at(head().name), expected,
                 kOfFp32);
    require_near("Heed's logits", own, expected, precision == Precision::int8 ? kOfInt8 : kOfFp32);
    require_near("Heed's probabilities", probabilities(classifier.classify(texts.lines), head()),
                 softmax(own, head().labels.size()), kOfFp32);
  }

  ServingModel model;
  Texts texts;
  infer::Classifier classifier{model.directory()};
  PlainEncoder plain{model.directory()};
  OnnxPeer onnxruntime{model.onnx()};
};

}  // namespace

std::vector<Figure> infer_classify(Precision precision) {
  Sides sides(precision, 1);
  sides.check(precision);
  const Rounds rounds = sides.measure_beside([&] { sides.classifier.logits(sides.texts.ids[0]); });
  const auto in_ms = [](double seconds) { return 1e3 * seconds; };
  std::vector<double> scaled;
  for (size_t i = 0; i < rounds.own.size(); ++i)
    scaled.push_back(1e-6 / kScaleGops * rounds.own[i] * rounds.int8[i]);
  const Figure p50{"p50", "one text, at 400 GOP/s", spread_of(scaled), std::nullopt, kRounds};
  const Figure here{"p50_here", "as it was here", map(spread_of(rounds.own), in_ms), std::nullopt, kRounds};
  return with({p50, here}, figures_of(rounds, sides.operations(), precision));
}

std::vector<Figure> infer_classify_batch(Precision precision) {
  Sides sides(precision, kBatch);
  sides.check(precision);
  const Rounds rounds = sides.measure_beside([&] { sides.classifier.classify(sides.texts.lines); });
  const Spread own = map(spread_of(rounds.own), [](double seconds) { return kBatch / seconds; });
  return with({{"texts_per_second", "batches of 64", own, std::nullopt, kRounds}},
              figures_of(rounds, sides.operations(), precision));
}

}  // namespace heed::bench
