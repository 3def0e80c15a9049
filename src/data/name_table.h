#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heed::data {

// Names of one kind (users, items), numbered from 0 in the order in which they came.
class NameTable {
 public:
  NameTable() = default;
  NameTable(const NameTable&) = delete;
  NameTable& operator=(const NameTable&) = delete;
  NameTable(NameTable&&) = default;
  NameTable& operator=(NameTable&&) = default;

  // Its number; a new one where it was not there.
  int32_t add(std::string_view name);
  std::optional<int32_t> find(std::string_view name) const;
  const std::string& name(int32_t number) const { return *names_[static_cast<size_t>(number)]; }
  int32_t size() const { return static_cast<int32_t>(names_.size()); }
  std::vector<std::string> names() const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> numbers_;
  std::vector<const std::string*> names_;  // keys of numbers_, which do not move
};

}  // namespace heed::data
