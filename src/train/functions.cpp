#include "train/functions.h"

#include <ATen/Parallel.h>

#include "kernels/cross_entropy.h"
#include "kernels/dropout.h"
#include "train/products.h"

namespace heed::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr int64_t kElementsPerTask = 1 << 15;
constexpr int64_t kLossRows =
    512;  // a chunk of logits, 512 x 8000 floats, is 16 MB: of the order of the last-level cache

void torch_parallel_for(int64_t count, const RangeBody& body) { at::parallel_for(0, count, 1, body); }

struct Dropout : torch::autograd::Function<Dropout> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x_in, double p, int64_t seed) {
    const Tensor x = x_in.contiguous();
    ctx->saved_data["p"] = p;
    ctx->saved_data["seed"] = seed;
    return apply_mask(x, p, seed);
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    return {apply_mask(gradients[0].contiguous(), ctx->saved_data["p"].toDouble(),
                       ctx->saved_data["seed"].toInt()),
            Tensor(), Tensor()};
  }
  static Tensor apply_mask(const Tensor& x, double p, int64_t seed) {
    Tensor y = torch::empty_like(x);
    at::parallel_for(0, x.numel(), kElementsPerTask, [&](int64_t begin, int64_t end) {
      kernels::dropout(x.data_ptr<float>(), y.data_ptr<float>(), begin, end, p, static_cast<uint64_t>(seed));
    });
    return y;
  }
};

struct DropoutAdd : torch::autograd::Function<DropoutAdd> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x_in, const Tensor& residual_in, double p,
                        int64_t seed) {
    const Tensor x = x_in.contiguous(), residual = residual_in.contiguous();
    ctx->saved_data["p"] = p;
    ctx->saved_data["seed"] = seed;
    Tensor y = torch::empty_like(x);
    at::parallel_for(0, x.numel(), kElementsPerTask, [&](int64_t begin, int64_t end) {
      kernels::dropout_add(x.data_ptr<float>(), residual.data_ptr<float>(), y.data_ptr<float>(), begin, end,
                           p, static_cast<uint64_t>(seed));
    });
    return y;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    const Tensor gradient = gradients[0].contiguous();
    return {Dropout::apply_mask(gradient, ctx->saved_data["p"].toDouble(), ctx->saved_data["seed"].toInt()),
            gradient, Tensor(), Tensor()};
  }
};

struct ReluDropout : torch::autograd::Function<ReluDropout> {
  static Tensor forward(AutogradContext* ctx, Tensor x, double p, int64_t seed) {
    float* values = x.data_ptr<float>();
    at::parallel_for(0, x.numel(), kElementsPerTask, [&](int64_t begin, int64_t end) {
      kernels::relu_dropout(values, begin, end, p, static_cast<uint64_t>(seed));
    });
    ctx->mark_dirty({x});
    ctx->save_for_backward({x});
    ctx->saved_data["p"] = p;
    return x;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    const Tensor y = ctx->get_saved_variables()[0];
    const Tensor gradient = gradients[0].contiguous();
    const double p = ctx->saved_data["p"].toDouble();
    Tensor d_x = torch::empty_like(y);
    at::parallel_for(0, y.numel(), kElementsPerTask, [&](int64_t begin, int64_t end) {
      kernels::relu_dropout_gradient(y.data_ptr<float>(), gradient.data_ptr<float>(), d_x.data_ptr<float>(),
                                     begin, end, p);
    });
    return {d_x, Tensor(), Tensor()};
  }
};

struct RotationState : torch::CustomClassHolder {
  std::shared_ptr<const kernels::Rotation> rotation;
};

struct Rotate : torch::autograd::Function<Rotate> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x,
                        const c10::intrusive_ptr<RotationState>& state) {
    ctx->saved_data["state"] = c10::IValue::make_capsule(state);
    return turned(x, *state->rotation, kernels::rotate);
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    const auto state =
        c10::static_intrusive_pointer_cast<RotationState>(ctx->saved_data["state"].toCapsule());
    return {turned(gradients[0], *state->rotation, kernels::rotate_back), Tensor()};
  }
  static Tensor turned(const Tensor& x, const kernels::Rotation& rotation, decltype(kernels::rotate)& turn) {
    const Tensor y = x.clone(at::MemoryFormat::Contiguous);
    turn(y.data_ptr<float>(), y.size(1) / rotation.width, rotation, y.size(1));
    return y;
  }
};

// What the forward pass of attention keeps beside tensors.
struct AttentionState : torch::CustomClassHolder {
  AttentionCall call;
  attention::Saved saved;
};

template <class T>
attention::Heads<T> heads_of(const Tensor& rows, int64_t heads) {
  return {rows.data_ptr<float>(), rows.size(1), rows.size(1) / heads};
}

// LibTorch takes no undefined tensor as an argument of a function: an empty one stands for a part that the
// variant lacks.
Tensor or_empty(const Tensor& tensor) { return tensor.defined() ? tensor : torch::empty({0}); }
const float* data_or_null(const Tensor& tensor) {
  return tensor.numel() > 0 ? tensor.data_ptr<float>() : nullptr;
}

attention::Inputs<float> make_inputs(const AttentionCall& call, const Tensor& query, const Tensor& key,
                                     const Tensor& value, const tensor_list& learned) {
  attention::Inputs<float> inputs;
  inputs.sequences = *call.sequences;
  inputs.heads = call.heads;
  inputs.key_heads = call.key_heads;
  inputs.width = query.size(1) / call.heads;
  inputs.value_width = value.size(1) / call.key_heads;
  inputs.query = heads_of<const float>(query, call.heads);
  inputs.key = heads_of<const float>(key, call.key_heads);
  inputs.value = heads_of<const float>(value, call.key_heads);
  inputs.score_vector = data_or_null(learned[0]);
  inputs.score_matrix = data_or_null(learned[1]);
  inputs.log_temperature = data_or_null(learned[2]);
  inputs.span = data_or_null(learned[3]);
  inputs.relative_bias = data_or_null(learned[4]);
  inputs.dropout = call.dropout;
  inputs.dropout_seed = call.dropout_seed;
  return inputs;
}

struct Attend : torch::autograd::Function<Attend> {
  static Tensor forward(AutogradContext* ctx, const Tensor& query_in, const Tensor& key_in,
                        const Tensor& value_in, const Tensor& score_vector, const Tensor& score_matrix,
                        const Tensor& log_temperature, const Tensor& span, const Tensor& relative_bias,
                        const c10::intrusive_ptr<AttentionState>& state) {
    const Tensor query = query_in.contiguous(), key = key_in.contiguous(), value = value_in.contiguous();
    const tensor_list learned = {score_vector, score_matrix, log_temperature, span, relative_bias};
    const AttentionCall& call = state->call;
    const auto inputs = make_inputs(call, query, key, value, learned);
    Tensor output = torch::empty({query.size(0), call.heads * inputs.value_width}, query.options());
    attention::forward(call.variant, inputs, heads_of<float>(output, call.heads), &state->saved, nullptr,
                       torch_parallel_for);
    ctx->save_for_backward(
        {query, key, value, output, score_vector, score_matrix, log_temperature, span, relative_bias});
    ctx->saved_data["state"] = c10::IValue::make_capsule(state);
    return output;
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    const tensor_list saved = ctx->get_saved_variables();
    const Tensor &query = saved[0], &key = saved[1], &value = saved[2], &output = saved[3];
    const tensor_list learned(saved.begin() + 4, saved.end());
    const auto state =
        c10::static_intrusive_pointer_cast<AttentionState>(ctx->saved_data["state"].toCapsule());
    const AttentionCall& call = state->call;
    const Tensor d_output = gradients[0].contiguous();
    const Tensor d_query = torch::empty_like(query), d_key = torch::empty_like(key),
                 d_value = torch::empty_like(value);
    tensor_list d_learned;
    for (const Tensor& tensor : learned) d_learned.push_back(torch::zeros_like(tensor));
    const auto floats = [](const Tensor& tensor) {
      return tensor.numel() > 0 ? tensor.data_ptr<float>() : nullptr;
    };
    attention::Gradients<float> wanted;
    wanted.query = heads_of<float>(d_query, call.heads);
    wanted.key = heads_of<float>(d_key, call.key_heads);
    wanted.value = heads_of<float>(d_value, call.key_heads);
    wanted.score_vector = floats(d_learned[0]);
    wanted.score_matrix = floats(d_learned[1]);
    wanted.log_temperature = floats(d_learned[2]);
    wanted.span = floats(d_learned[3]);
    wanted.relative_bias = floats(d_learned[4]);
    attention::backward(call.variant, make_inputs(call, query, key, value, learned),
                        heads_of<const float>(output, call.heads), state->saved,
                        heads_of<const float>(d_output, call.heads), wanted, torch_parallel_for);
    return {d_query,      d_key,        d_value,      d_learned[0], d_learned[1],
            d_learned[2], d_learned[3], d_learned[4], Tensor()};
  }
};

// Forward leaves d(mean loss)/d(hidden) and /d(weight); backward only scales them.
struct ProjectedCrossEntropy : torch::autograd::Function<ProjectedCrossEntropy> {
  static Tensor forward(AutogradContext* ctx, const Tensor& hidden, const Tensor& weight,
                        const Tensor& labels, double smoothing, bool wants_gradient, ProjectedLoss* sums) {
    const int64_t rows = hidden.size(0);
    const int64_t vocabulary = weight.size(0);
    Tensor d_hidden, d_weight;
    if (wants_gradient) {
      d_hidden = torch::empty_like(hidden);
      d_weight = torch::zeros_like(weight);
    }
    const double share = 1.0 / static_cast<double>(rows);
    double smoothed = 0.0;
    for (int64_t begin = 0; begin < rows; begin += kLossRows) {
      const int64_t end = std::min(rows, begin + kLossRows);
      const Tensor h = hidden.slice(0, begin, end);
      const Tensor logits = product(h, weight.t());
      for (int64_t row = begin; row < end; ++row) {
        float* const own = logits.data_ptr<float>() + (row - begin) * vocabulary;
        const int64_t label = labels.data_ptr<int64_t>()[row];
        const kernels::RowLoss loss =
            wants_gradient ? kernels::cross_entropy_gradient(own, vocabulary, label, smoothing, share)
                           : kernels::cross_entropy(own, vocabulary, label);
        smoothed += (1.0 - smoothing) * loss.negative_log_likelihood + smoothing * loss.uniform;
        sums->negative_log_likelihood += loss.negative_log_likelihood;
        sums->correct += loss.correct ? 1 : 0;
      }
      if (!wants_gradient) continue;
      d_hidden.slice(0, begin, end).copy_(product(logits, weight));
      add_product(d_weight, logits.t(), h);
    }
    if (wants_gradient) ctx->save_for_backward({d_hidden, d_weight});
    return torch::full({}, smoothed * share, hidden.options().requires_grad(false));
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    const tensor_list saved = ctx->get_saved_variables();
    return {saved[0] * gradients[0], saved[1] * gradients[0], Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor relu_dropout(const Tensor& x, double p, uint64_t seed) {
  return ReluDropout::apply(x, p, static_cast<int64_t>(seed));
}

Tensor dropout(const Tensor& x, double p, uint64_t seed) {
  return p > 0.0 ? Dropout::apply(x, p, static_cast<int64_t>(seed)) : x;
}

Tensor drop_rows(const Tensor& x, double p, uint64_t seed) {
  return x * dropout(torch::ones({x.size(0), 1}), p, seed);
}

Tensor dropout_add(const Tensor& x, const Tensor& residual, double p, uint64_t seed) {
  return p > 0.0 ? DropoutAdd::apply(x, residual, p, static_cast<int64_t>(seed)) : x + residual;
}

Tensor rotate(const Tensor& x, std::shared_ptr<const kernels::Rotation> rotation) {
  auto state = c10::make_intrusive<RotationState>();
  state->rotation = std::move(rotation);
  return Rotate::apply(x, state);
}

Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value,
              const AttentionParameters& parameters, AttentionCall call) {
  auto state = c10::make_intrusive<AttentionState>();
  state->call = std::move(call);
  return Attend::apply(query, key, value, or_empty(parameters.score_vector),
                       or_empty(parameters.score_matrix), or_empty(parameters.log_temperature),
                       or_empty(parameters.span), or_empty(parameters.relative_bias), state);
}

ProjectedLoss projected_cross_entropy(const Tensor& hidden, const Tensor& weight, const Tensor& labels,
                                      double smoothing) {
  ProjectedLoss result;
  result.loss = ProjectedCrossEntropy::apply(hidden.contiguous(), weight, labels.contiguous(), smoothing,
                                             torch::GradMode::is_enabled(), &result);
  return result;
}

}  // namespace heed::train
