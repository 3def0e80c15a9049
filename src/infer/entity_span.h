#pragma once

#include <cstdint>
#include <string>

namespace heed::infer {

// An entity that a text names.
struct EntitySpan {
  std::string entity;
  std::string value;           // as it stands in the text
  int64_t start = 0, end = 0;  // in code points of the text as it was given
  double confidence = 0.0;     // probability that it is there, from start to end
};

}  // namespace heed::infer
