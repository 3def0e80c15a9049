#include "exchange/onnx_limits.h"

#include <algorithm>
#include <vector>

#include "base/error.h"

namespace heed::exchange {
namespace {

// Protobuf's own limit is 2^31 bytes; the graph itself takes less than a MiB of them.
constexpr int64_t kMostBytes = (int64_t{1} << 31) - (int64_t{1} << 20);

void require(const std::string& where, const std::string& field, const std::string& found,
             const std::vector<std::string>& known) {
  if (std::ranges::find(known, found) != known.end()) return;
  std::string names;
  for (const std::string& name : known) names += (names.empty() ? "" : " or ") + name;
  throw Error(ErrorCode::unsupported, where + ": field '" + field + "': expected " + names +
                                          " for an ONNX graph, found " + found +
                                          "; serve this model with heed itself");
}

// Bytes of what the encoder and its heads read, as fp32.
int64_t weight_bytes(const ModelConfig& config) {
  int64_t bytes = 0;
  for (const WeightShape& weight : weight_shapes(config)) {
    const bool of_decoder = weight.name.starts_with("decoder.") || weight.name.starts_with("target_") ||
                            weight.name == "output.weight" || weight.name == "ngrams.weight";
    if (of_decoder) continue;
    int64_t count = sizeof(float);
    for (const int64_t side : weight.shape) count *= side;
    bytes += count;
  }
  return bytes;
}

}  // namespace

void check_onnx_expresses(const ModelConfig& config, const std::string& where) {
  const AttentionConfig& attention = config.attention;
  require(where, "architecture", to_string(config.architecture),
          {"transformer_encoder", "transformer_seq2seq"});
  require(where, "sequence", config.sequence ? "a head" : "none", {"none"});
  require(where, "attention.score", attention.score, {"scaled_dot", "dot"});
  require(where, "attention.normaliser", attention.normaliser, {"softmax"});
  require(where, "attention.bias", attention.bias, {"none", "alibi", "relative"});
  require(where, "attention.values", attention.values, {"projected", "keys"});
  require(where, "attention.learned_span", attention.learned_span ? "true" : "false", {"false"});
  require(where, "activation", config.activation, {"relu", "gelu", "geglu", "swiglu"});
  require(where, "positions", config.positions, {"sinusoidal", "learned", "rotary", "none"});
  require(where, "norm", config.norm, {"pre", "post"});
  const int64_t bytes = weight_bytes(config);
  if (bytes <= kMostBytes) return;
  throw Error(ErrorCode::too_large, where + ": expected an encoder of at most " + std::to_string(kMostBytes) +
                                        " bytes for one ONNX file, found " + std::to_string(bytes) +
                                        "; serve this model with heed itself");
}

}  // namespace heed::exchange
