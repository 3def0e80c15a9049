#include "base/flat_toml.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/error.h"

namespace heed {
namespace {

struct Leaf {
  uint32_t line;
  std::string key, value;
};

std::string spell(const toml::node& node) {
  if (node.is_string()) return *node.value<std::string>();
  if (node.is_floating_point()) return fmt::format("{}", *node.value<double>());
  std::ostringstream text;
  if (node.is_array()) {
    text << *node.as_array();
  } else {
    node.visit([&](const auto& value) {
      if constexpr (toml::is_value<decltype(value)>) text << value;
    });
  }
  return text.str();
}

void collect(const std::string& key, const toml::node& node, std::vector<Leaf>& leaves) {
  if (const toml::table* table = node.as_table()) {
    for (const auto& [name, child] : *table) {
      collect(key.empty() ? std::string(name.str()) : key + "." + std::string(name.str()), child, leaves);
    }
  } else if (node.is_array_of_tables()) {
    size_t number = 0;
    for (const toml::node& child : *node.as_array()) {
      collect(key + "." + std::to_string(number++), child, leaves);
    }
  } else {
    leaves.push_back({node.source().begin.line, key, spell(node)});
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> flat_toml(std::string_view text, const std::string& where) {
  std::vector<Leaf> leaves;
  try {
    collect("", toml::parse(text), leaves);
  } catch (const toml::parse_error& problem) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}:{}: expected TOML, found: {}", where,
                                                         problem.source().begin.line, problem.description()));
  }
  std::ranges::stable_sort(leaves, {}, &Leaf::line);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (Leaf& leaf : leaves) pairs.emplace_back(std::move(leaf.key), std::move(leaf.value));
  return pairs;
}

}  // namespace heed
