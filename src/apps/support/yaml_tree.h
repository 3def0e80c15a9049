#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace heed::apps::support {

// A YAML document as plain data, each part with its line. Scalars are texts: `on`, 12 and "12" stand as
// written.
struct YamlNode {
  enum class Kind { null, text, list, map };

  Kind kind = Kind::null;
  std::string text = {};
  std::vector<YamlNode> items = {};  // of a list; of a map its values
  std::vector<std::string> keys = {};
  std::vector<int64_t> key_lines = {};
  int64_t line = 1;  // 1-based; of a block of text ("|") that of the bar: its text begins on the next

  const YamlNode* find(std::string_view key) const;  // null where this is no map or has no such key
};

constexpr uint64_t kMaxYamlBytes = uint64_t{32} << 20;

// Reads the one document of a YAML text. Throws corrupt_data "FILE:LINE: …" on what is not YAML, a tab in an
// indentation, a key that stands twice, an alias (which could make a small file endless), nesting deeper than
// 64, a second document; too_large over kMaxYamlBytes. An empty file is null.
YamlNode parse_yaml(std::string_view text, const std::string& file);

// "a list", for messages.
std::string_view to_string(YamlNode::Kind kind);

}  // namespace heed::apps::support
