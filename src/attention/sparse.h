#pragma once

#include <span>

// The normalisers that give most keys a weight of exactly 0.
namespace heed::attention {

// The nearest point of the simplex: Martins and Astudillo, arXiv:1602.02068, algorithm 1.
template <class T>
void sparsemax(std::span<const T> scores, std::span<T> weights);

// Over the support: d_i = g_i - mean of g.
template <class T>
void sparsemax_backward(std::span<const T> weights, std::span<const T> d_weights, std::span<T> d_scores);

// Weights (z_i / 2 - threshold)^2: Peters, Niculae and Martins, arXiv:1905.05702, algorithm 2.
template <class T>
void entmax15(std::span<const T> scores, std::span<T> weights);

// With r_i = sqrt(w_i): d_i = r_i (g_i - sum_j r_j g_j / sum_j r_j).
template <class T>
void entmax15_backward(std::span<const T> weights, std::span<const T> d_weights, std::span<T> d_scores);

}  // namespace heed::attention
