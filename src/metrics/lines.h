#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace heed::metrics {

// Checks that every metric over aligned lines makes; each throws invalid_argument.
void require_same_lines(size_t hypotheses, size_t references);
void require_same_lines(size_t hypotheses, std::span<const std::vector<std::string>> reference_sets);
void require_reference(size_t count);

// The references of one line out of reference_sets[r][line].
std::vector<std::string> references_of_line(std::span<const std::vector<std::string>> reference_sets,
                                            size_t line);

}  // namespace heed::metrics
