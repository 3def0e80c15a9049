#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace heed::apps {

// What a model made of a text: candidates, best first.
using Candidates = std::vector<std::string>;
// The candidates of each text, in order.
using TranslateFunction = std::function<std::vector<Candidates>(std::span<const std::string>)>;

// A text for the model, and whether printf reads it.
struct Core {
  std::string text;
  bool printf_format = false;

  auto operator<=>(const Core&) const = default;
};

struct CoreTranslation {
  std::string text;     // "" where there is none that could be used
  std::string problem;  // why: "lost %s"
};

// Translates each core once: the best candidate that carries every placeholder as often as the core does, has
// words and does not repeat one character. Where there is none, it is tried again with stand-ins that models
// know better
// ("%1", "$(ARG1)", "{1}"); what none of these saves has a problem and no text. A core has words. Throws
// internal where `translate` does not answer every text.
std::map<Core, CoreTranslation> translate_cores(std::span<const Core> cores, char accelerator_marker,
                                                const TranslateFunction& translate);

}  // namespace heed::apps
