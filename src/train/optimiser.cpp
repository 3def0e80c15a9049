#include "train/optimiser.h"

#include <cmath>

#include "base/error.h"

namespace heed::train {
namespace {

constexpr int64_t kElementsPerPiece = 1 << 15;

struct Kind {
  std::string name;
  kernels::UpdateRule rule;
  std::vector<std::string> states;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kKinds = {
      {"adamw", kernels::adam, {"first_moment", "second_moment"}},
      {"adam", kernels::adam, {"first_moment", "second_moment"}},
      {"adagrad", kernels::adagrad, {"squares"}},
      {"sgd", kernels::momentum, {"velocity"}},
  };
  return kKinds;
}

Kind kind_of(const OptimiserOptions& options) {
  if (options.name == "sgd" && options.momentum == 0.0) return {"sgd", kernels::gradient_descent, {}};
  for (const Kind& kind : kinds()) {
    if (kind.name == options.name) return kind;
  }
  throw Error(ErrorCode::invalid_argument,
              "'train.optimiser': expected adamw, adam, adagrad or sgd, found '" + options.name + "'");
}

// Rows of one parameter that are updated in one go; of a dense gradient, a run of elements as a single row.
// Pieces are the same with any number of threads.
struct Piece {
  float* weight;
  const float* gradient;  // of the first row
  float* states[2];
  const int64_t* rows;  // where each row stands in the weight; null: one, at its beginning
  int64_t count, width;
  kernels::UpdateFactors factors;
};

void run(const Piece& piece, kernels::UpdateRule rule) {
  for (int64_t i = 0; i < piece.count; ++i) {
    const int64_t offset = piece.rows != nullptr ? piece.rows[i] * piece.width : 0;
    float* const first = piece.states[0] != nullptr ? piece.states[0] + offset : nullptr;
    float* const second = piece.states[1] != nullptr ? piece.states[1] + offset : nullptr;
    rule(piece.weight + offset, piece.gradient + i * piece.width, first, second, piece.width, piece.factors);
  }
}

// On no more threads than there is work for.
void run_all(const std::vector<Piece>& pieces, kernels::UpdateRule rule, const ParallelFor& parallel) {
  int64_t elements = 0;
  for (const Piece& piece : pieces) elements += piece.count * piece.width;
  const auto count = static_cast<int64_t>(pieces.size());
  const int64_t tasks = std::min(count, 1 + elements / (4 * kElementsPerPiece));
  parallel(tasks, [&](int64_t begin, int64_t end) {
    for (int64_t i = count * begin / tasks; i < count * end / tasks; ++i) run(pieces[i], rule);
  });
}

void add_dense(const Piece& whole, int64_t elements, std::vector<Piece>& pieces) {
  for (int64_t begin = 0; begin < elements; begin += kElementsPerPiece) {
    Piece piece = whole;
    piece.weight += begin;
    piece.gradient += begin;
    for (float*& state : piece.states) state = state != nullptr ? state + begin : nullptr;
    piece.count = 1;
    piece.width = std::min(kElementsPerPiece, elements - begin);
    pieces.push_back(piece);
  }
}

void add_sparse(const Piece& whole, const int64_t* rows, int64_t count, std::vector<Piece>& pieces) {
  const int64_t step = std::max<int64_t>(1, kElementsPerPiece / std::max<int64_t>(1, whole.width));
  for (int64_t begin = 0; begin < count; begin += step) {
    Piece piece = whole;
    piece.gradient += begin * whole.width;
    piece.rows = rows + begin;
    piece.count = std::min(step, count - begin);
    pieces.push_back(piece);
  }
}

}  // namespace

std::vector<std::string> optimiser_names() {
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) names.push_back(kind.name);
  return names;
}

Optimiser::Optimiser(const Parameters& parameters, OptimiserOptions options, ParallelFor parallel)
    : parameters_(parameters), options_(std::move(options)), parallel_(std::move(parallel)) {
  const Kind kind = kind_of(options_);
  rule_ = kind.rule;
  for (const std::string& name : kind.states) {
    states_.push_back({name, {}});
    for (const auto& [weight, tensor] : parameters.all())
      states_.back().tensors.push_back(torch::zeros_like(tensor.detach()));
  }
}

kernels::UpdateFactors Optimiser::factors(int64_t step, double learning_rate, double gradient_scale,
                                          double decay) const {
  const auto t = static_cast<double>(step);
  const bool decoupled = options_.name == "adamw";
  const bool corrected = rule_ == kernels::adam;
  const double correction1 = corrected ? 1.0 / (1.0 - std::pow(options_.beta1, t)) : 1.0;
  return {.gradient_scale = static_cast<float>(gradient_scale),
          .l2 = static_cast<float>(decoupled ? 0.0 : decay),
          .shrink = static_cast<float>(decoupled ? 1.0 - learning_rate * decay : 1.0),
          .step_size = static_cast<float>(learning_rate * correction1),
          .beta1 = static_cast<float>(options_.beta1),
          .beta2 = static_cast<float>(options_.beta2),
          .correction2 = static_cast<float>(1.0 / (1.0 - std::pow(options_.beta2, t))),
          .epsilon = static_cast<float>(options_.epsilon),
          .momentum = static_cast<float>(options_.momentum)};
}

void Optimiser::update(int64_t step, double learning_rate, double gradient_scale) {
  const torch::NoGradGuard no_grad;
  const auto all = factors(step, learning_rate, gradient_scale, options_.weight_decay);
  const auto spared = factors(step, learning_rate, gradient_scale, 0.0);
  std::vector<Piece> pieces;
  std::vector<torch::Tensor> held;  // what pieces point into
  for (size_t p = 0; p < parameters_.all().size(); ++p) {
    const torch::Tensor& weight = parameters_.all()[p].second;
    torch::Tensor gradient = weight.grad();
    if (!gradient.defined() || weight.numel() == 0) continue;
    const bool sparse = gradient.is_sparse();
    if (sparse) gradient = gradient.coalesce();
    held.push_back((sparse ? gradient._values() : gradient).contiguous());
    Piece whole{.weight = weight.data_ptr<float>(),
                .gradient = held.back().data_ptr<float>(),
                .states = {},
                .rows = nullptr,
                .count = 0,
                .width = weight.numel() / weight.size(0),
                .factors = weight.dim() > 1 ? all : spared};
    for (size_t s = 0; s < states_.size(); ++s) whole.states[s] = states_[s].tensors[p].data_ptr<float>();
    if (sparse) {
      held.push_back(gradient._indices().contiguous());
      add_sparse(whole, held.back().data_ptr<int64_t>(), held.back().size(1), pieces);
    } else {
      add_dense(whole, weight.numel(), pieces);
    }
  }
  run_all(pieces, rule_, parallel_);
  for (const auto& [name, tensor] : parameters_.all()) torch::Tensor(tensor).mutable_grad() = torch::Tensor();
}

double gradient_norm(const Parameters& parameters) {
  double sum = 0.0;
  for (const auto& [name, tensor] : parameters.all()) {
    const torch::Tensor gradient = tensor.grad();
    if (!gradient.defined()) continue;
    const double norm =
        (gradient.is_sparse() ? gradient.coalesce()._values() : gradient).norm().item<double>();
    sum += norm * norm;
  }
  return std::sqrt(sum);
}

}  // namespace heed::train
