#include "apps/attention_json.h"

#include <utility>

namespace heed::apps {

Json attention_json(const infer::TranslationResult& result) {
  if (result.best.empty())
    return {{"source", result.source_pieces}, {"target", Json::array()}, {"weights", Json::array()}};
  Json weights = Json::array();
  for (const std::vector<float>& row : result.best.front().alignment) {
    Json shares = Json::array();
    for (const float share : row) shares.push_back(rounded(static_cast<double>(share)));
    weights.push_back(std::move(shares));
  }
  return {{"source", result.source_pieces},
          {"target", result.best.front().pieces},
          {"weights", std::move(weights)}};
}

}  // namespace heed::apps
