#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace heed::apps {

// One translation a text, in order.
using TranslateFunction = std::function<std::vector<std::string>(std::span<const std::string>)>;

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

// Translates each core once. A translation that loses, repeats or invents a placeholder is tried again with
// stand-ins that models know better ("%1", "$(ARG1)", "{1}"); what none of these saves has a problem and no
// text.
std::map<Core, CoreTranslation> translate_cores(std::span<const Core> cores, char accelerator_marker,
                                                const TranslateFunction& translate);

}  // namespace heed::apps
