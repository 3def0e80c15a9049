#pragma once

#include <string>
#include <string_view>

namespace heed::apps {

// Text for a page's content or a quoted attribute: & < > " ' written out, control characters left out, broken
// UTF-8 as U+FFFD. Whatever a run holds, it can neither open nor close an element.
std::string escape_html(std::string_view text);

// The language that a page speaks: each phrase stands in both where it is used.
struct Words {
  bool chinese = false;

  std::string operator()(const char* english, const char* in_chinese) const {
    return chinese ? in_chinese : english;
  }
  // A metric by its usual name; one without any stays as it is.
  std::string metric(const std::string& name) const;
};

}  // namespace heed::apps
