#include "economy/history_attention.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"

namespace heed::economy {
namespace {

constexpr double kMostSlope = 3;  // of the exponent of the fade: e^3 is steeper than any memory

[[noreturn]] void fail(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, "history model: " + message);
}

double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

// log(1 + e^x)
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

// Where each matrix begins in the parameters, row by row.
struct Places {
  size_t query, key, value, first, first_bias, chance, slope, end;

  explicit Places(const HistoryShape& s) {
    const auto f = static_cast<size_t>(s.event_features), q = static_cast<size_t>(s.query_features),
               d = static_cast<size_t>(s.width), h = static_cast<size_t>(s.hidden);
    query = 0;
    key = query + d * q;
    value = key + d * f;
    first = value + d * f;
    first_bias = first + h * (d + q);
    chance = first_bias + h;  // h weights and a bias
    slope = chance + h + 1;   // likewise
    end = slope + h + 1;
  }
};

// y += W x, W [rows, columns].
template <class X>
void multiply(const double* w, const X* x, size_t rows, size_t columns, double* y) {
  for (size_t r = 0; r < rows; ++r) {
    double sum = 0;
    for (size_t c = 0; c < columns; ++c) sum += w[r * columns + c] * x[c];
    y[r] += sum;
  }
}

// dW += g x^T
template <class X>
void outer(const double* g, const X* x, size_t rows, size_t columns, double* dw) {
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) dw[r * columns + c] += g[r] * x[c];
  }
}

}  // namespace

int64_t HistoryShape::parameters() const { return static_cast<int64_t>(Places(*this).end); }

struct HistoryAttention::Pass {
  size_t events = 0;
  std::vector<double> query;         // [D]
  std::vector<double> keys, values;  // [N, D]
  std::vector<double> attention;     // [N]
  std::vector<double> input;         // [D + Q]
  std::vector<double> hidden;        // [H], after relu
  double exponent = 0;               // u h + c, cut to kMostSlope
  double logit = 0;
};

HistoryAttention::HistoryAttention(const HistoryShape& shape, uint64_t seed)
    : shape_(shape), parameters_(static_cast<size_t>(shape.parameters()), 0) {
  Random random(seed);
  const Places at(shape);
  const auto fill = [&](size_t begin, size_t end, int64_t inputs) {
    const double scale = 1 / std::sqrt(static_cast<double>(std::max<int64_t>(inputs, 1)));
    for (size_t k = begin; k < end; ++k) parameters_[k] = scale * random.normal();
  };
  fill(at.query, at.key, shape.query_features);
  fill(at.key, at.first, shape.event_features);
  fill(at.first, at.first_bias, shape.width + shape.query_features);
  fill(at.chance, at.slope - 1, 4 * shape.hidden);  // small: the first answers are even
  fill(at.slope, at.end - 1, 4 * shape.hidden);
  parameters_[at.end - 1] = -1;
}

HistoryAttention::HistoryAttention(const HistoryShape& shape, std::vector<double> parameters)
    : shape_(shape), parameters_(std::move(parameters)) {
  if (static_cast<int64_t>(parameters_.size()) != shape.parameters())
    fail(fmt::format("expected {} parameters, found {}", shape.parameters(), parameters_.size()));
  for (const double one : parameters_) {
    if (!std::isfinite(one)) fail("expected parameters that are finite");
  }
}

void HistoryAttention::check(const HistoryExample& example) const {
  if (static_cast<int64_t>(example.query.size()) != shape_.query_features ||
      example.events.size() % static_cast<size_t>(shape_.event_features) != 0)
    fail(fmt::format("expected {} features of the moment and {} an event, found {} and {} in all",
                     shape_.query_features, shape_.event_features, example.query.size(),
                     example.events.size()));
}

HistoryAttention::Pass HistoryAttention::run(const HistoryExample& example) const {
  check(example);
  const auto f = static_cast<size_t>(shape_.event_features), q = static_cast<size_t>(shape_.query_features),
             d = static_cast<size_t>(shape_.width), h = static_cast<size_t>(shape_.hidden);
  const Places at(shape_);
  const double* w = parameters_.data();
  Pass pass;
  const size_t n = pass.events = example.events.size() / f;
  pass.query.assign(d, 0);
  multiply(w + at.query, example.query.data(), d, q, pass.query.data());
  pass.keys.assign(n * d, 0);
  pass.values.assign(n * d, 0);
  pass.attention.assign(n, 0);
  double greatest = 0, sum = 0;  // 0: the event that says nothing
  const double scale = 1 / std::sqrt(static_cast<double>(d));
  for (size_t j = 0; j < n; ++j) {
    multiply(w + at.key, example.events.data() + j * f, d, f, pass.keys.data() + j * d);
    multiply(w + at.value, example.events.data() + j * f, d, f, pass.values.data() + j * d);
    for (size_t k = 0; k < d; ++k) pass.attention[j] += scale * pass.query[k] * pass.keys[j * d + k];
    greatest = std::max(greatest, pass.attention[j]);
  }
  sum = std::exp(-greatest);
  for (double& a : pass.attention) sum += a = std::exp(a - greatest);
  pass.input.assign(d + q, 0);
  for (size_t j = 0; j < n; ++j) {
    pass.attention[j] /= sum;
    for (size_t k = 0; k < d; ++k) pass.input[k] += pass.attention[j] * pass.values[j * d + k];
  }
  for (size_t k = 0; k < q; ++k) pass.input[d + k] = example.query[k];
  pass.hidden.assign(w + at.first_bias, w + at.chance);
  multiply(w + at.first, pass.input.data(), h, d + q, pass.hidden.data());
  pass.logit = w[at.slope - 1];
  pass.exponent = w[at.end - 1];
  for (size_t k = 0; k < h; ++k) {
    pass.hidden[k] = std::max(pass.hidden[k], 0.0);
    pass.logit += w[at.chance + k] * pass.hidden[k];
    pass.exponent += w[at.slope + k] * pass.hidden[k];
  }
  pass.logit -= std::exp(std::min(pass.exponent, kMostSlope)) * example.fade;
  return pass;
}

double HistoryAttention::logit(const HistoryExample& example) const { return run(example).logit; }

std::vector<double> HistoryAttention::attention(const HistoryExample& example) const {
  return run(example).attention;
}

double HistoryAttention::loss(const HistoryExample& example, std::span<double> gradient) const {
  const Pass pass = run(example);
  const auto f = static_cast<size_t>(shape_.event_features), q = static_cast<size_t>(shape_.query_features),
             d = static_cast<size_t>(shape_.width), h = static_cast<size_t>(shape_.hidden);
  const Places at(shape_);
  const double* w = parameters_.data();
  double* g = gradient.data();
  const double by_logit = example.weight * (sigmoid(pass.logit) - example.outcome);
  const double by_exponent =
      pass.exponent < kMostSlope ? -by_logit * std::exp(pass.exponent) * example.fade : 0;
  g[at.slope - 1] += by_logit;
  g[at.end - 1] += by_exponent;
  std::vector<double> by_hidden(h, 0), by_input(d + q, 0);
  for (size_t k = 0; k < h; ++k) {
    g[at.chance + k] += by_logit * pass.hidden[k];
    g[at.slope + k] += by_exponent * pass.hidden[k];
    if (pass.hidden[k] > 0) by_hidden[k] = by_logit * w[at.chance + k] + by_exponent * w[at.slope + k];
    g[at.first_bias + k] += by_hidden[k];
    for (size_t c = 0; c < d + q; ++c) by_input[c] += by_hidden[k] * w[at.first + k * (d + q) + c];
  }
  outer(by_hidden.data(), pass.input.data(), h, d + q, g + at.first);

  std::vector<double> by_attention(pass.events, 0), by_query(d, 0), by_key(d), by_value(d);
  double mean = 0;
  for (size_t j = 0; j < pass.events; ++j) {
    for (size_t k = 0; k < d; ++k) by_attention[j] += by_input[k] * pass.values[j * d + k];
    mean += pass.attention[j] * by_attention[j];
  }
  const double scale = 1 / std::sqrt(static_cast<double>(d));
  for (size_t j = 0; j < pass.events; ++j) {
    const double by_score = scale * pass.attention[j] * (by_attention[j] - mean);
    for (size_t k = 0; k < d; ++k) {
      by_query[k] += by_score * pass.keys[j * d + k];
      by_key[k] = by_score * pass.query[k];
      by_value[k] = pass.attention[j] * by_input[k];
    }
    outer(by_key.data(), example.events.data() + j * f, d, f, g + at.key);
    outer(by_value.data(), example.events.data() + j * f, d, f, g + at.value);
  }
  outer(by_query.data(), example.query.data(), d, q, g + at.query);
  return example.weight * (softplus(pass.logit) - example.outcome * pass.logit);
}

namespace {

// Adam (arXiv:1412.6980) with decoupled decay (arXiv:1711.05101).
class Adam {
 public:
  explicit Adam(size_t size) : first_(size, 0), second_(size, 0) {}

  void step(std::vector<double>& w, std::span<const double> gradient, double rate, double decay) {
    ++steps_;
    const double first = 1 - std::pow(0.9, steps_), second = 1 - std::pow(0.999, steps_);
    for (size_t k = 0; k < w.size(); ++k) {
      first_[k] += 0.1 * (gradient[k] - first_[k]);
      second_[k] += 0.001 * (gradient[k] * gradient[k] - second_[k]);
      w[k] -= rate * (first_[k] / first / (std::sqrt(second_[k] / second) + 1e-8) + decay * w[k]);
    }
  }

 private:
  std::vector<double> first_, second_;
  int steps_ = 0;
};

double mean_loss(const std::vector<HistoryAttention>& members, std::span<const HistoryExample> examples) {
  double loss = 0, weights = 0;
  for (const HistoryExample& example : examples) {
    double logit = 0;
    for (const HistoryAttention& one : members) logit += one.logit(example);
    logit /= static_cast<double>(members.size());
    loss += example.weight * (softplus(logit) - example.outcome * logit);
    weights += example.weight;
  }
  return loss / std::max(weights, 1e-12);
}

// Members that learn the same examples, an epoch at a time.
class Learning {
 public:
  Learning(const HistoryShape& shape, std::span<const HistoryExample> examples,
           const HistoryFitOptions& options)
      : examples_(examples), options_(options), gradient_(static_cast<size_t>(shape.parameters())) {
    for (int64_t m = 0; m < options.members; ++m) {
      const uint64_t seed = mix64(options.seed + static_cast<uint64_t>(m));
      members_.emplace_back(shape, seed);
      randoms_.emplace_back(seed + 1);
      adams_.emplace_back(gradient_.size());
    }
    for (size_t k = 0; k < examples.size(); ++k) order_.push_back(k);
  }

  // The rate falls as a cosine over all `epochs`.
  void epoch(int64_t number, int64_t epochs) {
    for (size_t m = 0; m < members_.size(); ++m) {
      randoms_[m].shuffle(order_);
      for (size_t begin = 0; begin < order_.size(); begin += static_cast<size_t>(options_.batch)) {
        const size_t end = std::min(order_.size(), begin + static_cast<size_t>(options_.batch));
        std::ranges::fill(gradient_, 0.0);
        for (size_t k = begin; k < end; ++k) members_[m].loss(examples_[order_[k]], gradient_);
        for (double& one : gradient_) one /= static_cast<double>(end - begin);
        const double done =
            (static_cast<double>(number) + static_cast<double>(end) / static_cast<double>(order_.size())) /
            static_cast<double>(epochs);
        const double rate = options_.rate * 0.5 * (1 + std::cos(3.14159265358979 * std::min(done, 1.0)));
        adams_[m].step(members_[m].parameters(), gradient_, rate, options_.decay);
      }
    }
  }

  std::vector<HistoryAttention>& members() { return members_; }

 private:
  std::span<const HistoryExample> examples_;
  const HistoryFitOptions& options_;
  std::vector<HistoryAttention> members_;
  std::vector<Random> randoms_;
  std::vector<Adam> adams_;
  std::vector<double> gradient_;
  std::vector<size_t> order_;
};

HistoryShape shape_of(std::span<const HistoryExample> examples, const HistoryFitOptions& options) {
  if (examples.size() < 20)
    fail(fmt::format("expected 20 moments or more to learn from, found {}", examples.size()));
  HistoryShape shape{.query_features = static_cast<int64_t>(examples[0].query.size()),
                     .width = options.width,
                     .hidden = options.hidden};
  shape.event_features = options.event_features;
  for (const HistoryExample& one : examples) {
    const auto finite = [](float x) { return std::isfinite(x); };
    if (!std::ranges::all_of(one.events, finite) || !std::ranges::all_of(one.query, finite) ||
        !std::isfinite(one.fade) || !(one.fade >= 0) || !(one.weight >= 0) || !std::isfinite(one.weight))
      fail("expected features, fades and weights that are finite");
    if (!(one.outcome >= 0 && one.outcome <= 1))
      fail(fmt::format("expected outcomes from 0 to 1, found {}", one.outcome));
  }
  return shape;
}

}  // namespace

double HistoryModel::probability(const HistoryExample& example) const {
  double logit = 0;
  for (const HistoryAttention& one : members) logit += one.logit(example);
  return sigmoid(logit / static_cast<double>(members.size()));
}

int64_t HistoryModel::parameters() const {
  int64_t all = 0;
  for (const HistoryAttention& one : members) all += one.shape().parameters();
  return all;
}

HistoryModel fit_history(std::span<const HistoryExample> examples, const HistoryFitOptions& options) {
  const HistoryShape shape = shape_of(examples, options);
  HistoryModel model;
  const auto held = static_cast<size_t>(static_cast<double>(examples.size()) * options.held_out);
  model.epochs = options.epochs;
  if (held > 0) {
    const auto first = examples.first(examples.size() - held), last = examples.last(held);
    Learning trial(shape, first, options);
    model.held_out_loss = INFINITY;
    for (int64_t epoch = 0; epoch < options.epochs; ++epoch) {
      trial.epoch(epoch, options.epochs);
      const double loss = mean_loss(trial.members(), last);
      if (loss >= model.held_out_loss) continue;
      model.held_out_loss = loss;
      model.epochs = epoch + 1;
    }
  }
  Learning all(shape, examples, options);
  for (int64_t epoch = 0; epoch < model.epochs; ++epoch) all.epoch(epoch, options.epochs);
  model.members = std::move(all.members());
  return model;
}

}  // namespace heed::economy
