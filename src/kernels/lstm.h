#pragma once

#include <cstdint>

// One step in time of a long short-term memory, without its matrix products: `rows` texts of `width` units
// side by side. From what the gates are told, a = W x + U h' + b, in the order input, forget, candidate,
// output:
//   i = sigmoid(a_i), f = sigmoid(a_f), g = tanh(a_g), o = sigmoid(a_o)
//   c = f c' + i g, h = o tanh(c)
// (arXiv:1409.2329 section 3.)
// A row does not depend on the others, nor a unit on its neighbours. A value that is not a number stays none.
namespace heed::kernels {

// gates [rows, 4 width]: a, overwritten by i, f, g, o. c' = cell_before, c = cell (may be the same), h =
// hidden, each [rows, width].
void lstm_step(float* gates, const float* cell_before, float* cell, float* hidden, int64_t rows,
               int64_t width);

// The same backwards: `gates`, `cell_before` and `cell` as the step left them; d_hidden = dLoss/dh; d_cell
// holds dLoss/dc of the steps that follow and leaves with dLoss/dc'; d_gates = dLoss/da.
void lstm_step_backward(const float* gates, const float* cell_before, const float* cell,
                        const float* d_hidden, float* d_cell, float* d_gates, int64_t rows, int64_t width);

}  // namespace heed::kernels
