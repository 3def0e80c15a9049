#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::apps {

// What of a message goes to the model, and what stays around it. A message is cut at line ends and tabs,
// which a model does not see. Of each piece these are kept as they stand: white space at the ends, a pair of
// tags around it, a placeholder that a colon sets apart ("%s: …"), "..." or "…", and a colon.
struct Segment {
  std::string before;
  std::string core;
  std::string after;
  char key = 0;  // of the keyboard accelerator taken out of the core
};

// Whether letters stand outside of its placeholders: something to translate.
bool has_words(std::string_view text);

struct Protected {
  std::vector<Segment> segments;
  char marker = 0;  // of the accelerator, 0 where the message has none
};

// before + core + after of the segments, one after the other, is the message without its accelerator's
// marker.
Protected protect(std::string_view message, char accelerator_marker, bool printf_format = false);

// What the model made of a core, brought back to the core's own ends: a colon, an ellipsis or an accelerator
// that the core does not have is removed.
std::string tidy_core(std::string_view translated, std::string_view core, char accelerator_marker);

// The translated message; `cores` holds one text a segment, its own core where there was nothing to
// translate.
std::string restore(const Protected& message, const std::vector<std::string>& cores);

}  // namespace heed::apps
