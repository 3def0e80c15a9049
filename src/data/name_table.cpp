#include "data/name_table.h"

namespace heed::data {

int32_t NameTable::add(std::string_view name) {
  if (const auto at = numbers_.find(name); at != numbers_.end()) return at->second;
  const auto added = numbers_.emplace(std::string(name), size()).first;
  names_.push_back(&added->first);
  return added->second;
}

std::optional<int32_t> NameTable::find(std::string_view name) const {
  const auto at = numbers_.find(name);
  return at == numbers_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<std::string> NameTable::names() const {
  std::vector<std::string> copies;
  copies.reserve(names_.size());
  for (const std::string* name : names_) copies.push_back(*name);
  return copies;
}

}  // namespace heed::data
