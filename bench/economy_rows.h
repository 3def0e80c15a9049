#pragma once

#include <vector>

#include "figure.h"

// The rows of the attention economy, one function a row. Problems are those of tests/economy/problems.h.
namespace heed::bench {

std::vector<Figure> economy_exact();         // economy_exact.cpp: beside CLP's optimum
std::vector<Figure> economy_scale();         // economy_scale.cpp: 10^5 to 10^7 pairs, CLP as far as it comes
std::vector<Figure> economy_resolve();       // economy_scale.cpp
std::vector<Figure> economy_online();        // economy_online.cpp
std::vector<Figure> economy_fsrs();          // economy_fsrs.cpp
std::vector<Figure> economy_memory_model();  // economy_fsrs.cpp: the attention model beside it

// A figure that was measured once, or is the worst or mean of many.
inline Figure once(const std::string& key, const std::string& text, double value) {
  return {.key = key, .text = text, .value = {value, value, value}, .measured = std::nullopt, .rounds = 1};
}

}  // namespace heed::bench
