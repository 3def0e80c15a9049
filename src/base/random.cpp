#include "base/random.h"

#include <cmath>
#include <numbers>

namespace heed {

double Random::normal() {  // Box-Muller; the second number is left unused so that the state stays one word
  const double u = 1.0 - uniform();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace heed
