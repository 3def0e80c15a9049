#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/normalise.h"

namespace heed {

// Code points [begin, end) of a text.
struct CodePoints {
  int64_t begin = 0, end = 0;

  bool operator==(const CodePoints&) const = default;
};

// A normalised text, and of each of its code points those of the given text that it was made of: a ligature's
// letters share one, a squeezed space has a run of them.
struct AlignedText {
  std::string text;  // what normalise() gives
  std::vector<CodePoints> origin;
};
AlignedText align_normalised(std::string_view given, const NormaliseOptions& options);

// Where each piece of a text lies in the text as it was given, before it was normalised; `pieces` are its
// tokenizer's, without </s>, all or as many as a model takes. The space that begins a piece is left out; one
// that is nothing else has an empty place behind it. Unknown pieces have what the known ones leave. An empty
// place too where a piece is not in the text.
std::vector<CodePoints> pieces_in_text(std::string_view given, std::span<const std::string> pieces,
                                       const NormaliseOptions& options);

}  // namespace heed
