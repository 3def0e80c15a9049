#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "infer/encoder.h"

namespace heed::infer {

// What an encoder makes of a text as a whole.
struct TextVector {
  std::vector<std::string> pieces;  // </s> last
  std::vector<float> values;        // [D], of length 1: the mean of the encoded rows, </s> among them
  // Over the pieces: what each received from the others in the encoder's last layer, averaged over queries
  // and heads, so that they sum to 1. Empty without EmbedOptions::attention, and where the encoder is
  // recurrent.
  std::vector<float> attention;
};

struct EmbedOptions {
  bool attention = false;  // fill TextVector::attention: costs one more pass over the last layer's scores

  bool operator==(const EmbedOptions&) const = default;
};

// Of `count` texts, in order. `add(i, batch)` appends text i to a batch and returns its pieces, </s> last. A
// text's vector does not depend on the others. Throws corrupt_data where the encoder gives what is not a
// number.
std::vector<TextVector> text_vectors(const Encoder& encoder, const ModelConfig& config, size_t count,
                                     const std::function<std::vector<std::string>(size_t, PackedTexts&)>& add,
                                     const EmbedOptions& options);

}  // namespace heed::infer
