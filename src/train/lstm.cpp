#include "train/lstm.h"

#include <algorithm>
#include <numeric>

#include "kernels/lstm.h"

namespace heed::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Rows put in another order: unlike index_select's, its gradient needs no sums, since every row is taken
// once.
struct Reorder : torch::autograd::Function<Reorder> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& from, const Tensor& to) {
    ctx->save_for_backward({to});
    return x.index_select(0, from);
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    return {gradients[0].index_select(0, ctx->get_saved_variables()[0]), Tensor(), Tensor()};
  }
};

float* row(const Tensor& matrix, int64_t i) { return matrix.data_ptr<float>() + i * matrix.size(1); }

struct RunLstm : torch::autograd::Function<RunLstm> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& input, const Tensor& bias,
                        const Tensor& recurrent, const Tensor& hidden_start, const Tensor& cell_start,
                        const std::vector<int64_t>& counts) {
    const Tensor gates = torch::addmm(bias, x, input.t());
    const Tensor before = hidden_start.contiguous(), cell_before = cell_start.contiguous();
    const Tensor hidden = torch::empty({x.size(0), recurrent.size(1)}, x.options());
    const Tensor cell = torch::empty_like(hidden);
    int64_t begin = 0, last = 0;  // first rows of this step and of the one before
    for (const int64_t count : counts) {
      const Tensor found = begin == 0 ? before : hidden.narrow(0, last, count);
      gates.narrow(0, begin, count).addmm_(found, recurrent.t());
      kernels::lstm_step(row(gates, begin), begin == 0 ? row(cell_before, 0) : row(cell, last),
                         row(cell, begin), row(hidden, begin), count, hidden.size(1));
      last = begin;
      begin += count;
    }
    ctx->save_for_backward({x, input, recurrent, before, cell_before, gates, hidden, cell});
    ctx->saved_data["counts"] = counts;
    return hidden;
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    const tensor_list saved = ctx->get_saved_variables();
    const Tensor &x = saved[0], &input = saved[1], &recurrent = saved[2], &before = saved[3],
                 &cell_before = saved[4], &gates = saved[5], &hidden = saved[6], &cell = saved[7];
    const std::vector<int64_t> counts = ctx->saved_data["counts"].toIntVector();
    const Tensor d_hidden = torch::zeros_like(before), d_cell = torch::zeros_like(before);
    const Tensor d_gates = torch::empty_like(gates);
    tensor_list found(counts.size());  // what each step found as h'
    int64_t begin = x.size(0);
    for (size_t t = counts.size(); t-- > 0;) {
      const int64_t count = counts[t];
      begin -= count;
      const int64_t last = t == 0 ? 0 : begin - counts[t - 1];
      found[t] = t == 0 ? before : hidden.narrow(0, last, count);
      Tensor d_h = d_hidden.narrow(0, 0, count);
      d_h.add_(gradients[0].narrow(0, begin, count));
      kernels::lstm_step_backward(row(gates, begin), t == 0 ? row(cell_before, 0) : row(cell, last),
                                  row(cell, begin), row(d_hidden, 0), row(d_cell, 0), row(d_gates, begin),
                                  count, hidden.size(1));
      torch::mm_out(d_h, d_gates.narrow(0, begin, count), recurrent);
    }
    return {torch::mm(d_gates, input),
            torch::mm(d_gates.t(), x),
            d_gates.sum(0),
            torch::mm(d_gates.t(), torch::cat(found)),
            d_hidden,
            d_cell,
            Tensor()};
  }
};

}  // namespace

TimeOrder time_order(const PackedTexts& texts, bool reversed) {
  const auto length = [&](int64_t b) { return texts.begins[b + 1] - texts.begins[b]; };
  std::vector<int64_t> longest_first(static_cast<size_t>(texts.texts()));
  std::iota(longest_first.begin(), longest_first.end(), 0);
  std::stable_sort(longest_first.begin(), longest_first.end(),
                   [&](int64_t a, int64_t b) { return length(a) > length(b); });
  TimeOrder order;
  std::vector<int64_t> rows, places(static_cast<size_t>(texts.rows()));
  for (int64_t t = 0; static_cast<int64_t>(rows.size()) < texts.rows(); ++t) {
    const auto begin = static_cast<int64_t>(rows.size());
    for (const int64_t b : longest_first) {
      if (length(b) <= t) break;
      const int64_t row = reversed ? texts.begins[b + 1] - 1 - t : texts.begins[b] + t;
      places[row] = static_cast<int64_t>(rows.size());
      rows.push_back(row);
    }
    order.counts.push_back(static_cast<int64_t>(rows.size()) - begin);
  }
  order.rows = torch::tensor(rows, torch::kInt64);
  order.places = torch::tensor(places, torch::kInt64);
  order.texts = torch::tensor(longest_first, torch::kInt64);
  return order;
}

Tensor lstm(const Tensor& x, const LstmWeights& weights, const Tensor& hidden, const Tensor& cell,
            const std::vector<int64_t>& counts) {
  return RunLstm::apply(x.contiguous(), weights.input, weights.bias, weights.recurrent, hidden, cell, counts);
}

Lstm::Lstm(const Parameters& parameters, const std::string& scope)
    : weights_{.input = parameters.at(scope + ".input.weight"),
               .bias = parameters.at(scope + ".input.bias"),
               .recurrent = parameters.at(scope + ".recurrent.weight")} {}

Tensor Lstm::operator()(const Tensor& x, const TimeOrder& order, const Tensor& start) const {
  const Tensor cell = start.defined()
                          ? start.index_select(0, order.texts)
                          : torch::zeros({order.counts.front(), weights_.recurrent.size(1)}, x.options());
  const Tensor h =
      lstm(Reorder::apply(x, order.rows, order.places), weights_, torch::tanh(cell), cell, order.counts);
  return Reorder::apply(h, order.places, order.rows);
}

}  // namespace heed::train
