#include "metrics/lines.h"

#include "base/error.h"

namespace heed::metrics {

void require_same_lines(size_t hypotheses, size_t references) {
  if (hypotheses == references) return;
  throw Error(ErrorCode::invalid_argument, "corpus metric: expected one reference a hypothesis, found " +
                                               std::to_string(hypotheses) + " hypotheses and " +
                                               std::to_string(references) +
                                               " references; check that both files have the same lines");
}

void require_same_lines(size_t hypotheses, std::span<const std::vector<std::string>> reference_sets) {
  require_reference(reference_sets.size());
  for (const auto& set : reference_sets) require_same_lines(hypotheses, set.size());
}

void require_reference(size_t count) {
  if (count > 0) return;
  throw Error(ErrorCode::invalid_argument, "corpus metric: expected at least one reference, found none");
}

std::vector<std::string> references_of_line(std::span<const std::vector<std::string>> reference_sets,
                                            size_t line) {
  std::vector<std::string> references;
  for (const auto& set : reference_sets) references.push_back(set[line]);
  return references;
}

}  // namespace heed::metrics
