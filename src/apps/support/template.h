#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace heed::apps::support {

// A text with `{slot}` taken apart.
struct TemplatePart {
  std::string text;
  bool is_slot = false;  // text is the slot's name
};

// `{{` and `}}` are braces. Throws corrupt_data "WHERE: …" where a brace does not close or open, and where a
// slot's name is empty or holds white space.
std::vector<TemplatePart> split_template(std::string_view text, const std::string& where);

// The slots that it names, each once, in order.
std::vector<std::string> template_slots(const std::vector<TemplatePart>& parts);

}  // namespace heed::apps::support
