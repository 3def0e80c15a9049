#include "apps/translate/placeholder_check.h"

#include <algorithm>
#include <map>
#include <vector>

#include "apps/translate/placeholders.h"

namespace heed::apps {
namespace {

using Counts = std::map<std::string_view, int>;

Counts count(std::string_view text, const std::vector<Placeholder>& placeholders) {
  Counts counts;
  size_t inside = 0;
  for (const Placeholder& one : placeholders) {
    ++counts[one.in(text)];
    const std::string_view name = one.in(text);
    inside += static_cast<size_t>(std::ranges::count(name, '%'));
  }
  // A lone per cent sign can become a conversion by the word after it.
  const int lone = static_cast<int>(std::ranges::count(text, '%')) - static_cast<int>(inside);
  if (lone > 0) counts["%"] += lone;
  return counts;
}

std::vector<std::string_view> ordered_ones(std::string_view text,
                                           const std::vector<Placeholder>& placeholders) {
  std::vector<std::string_view> names;
  for (const Placeholder& one : placeholders) {
    if (one.ordered) names.push_back(one.in(text));
  }
  return names;
}

}  // namespace

std::string placeholder_problem(std::string_view source, std::string_view translation, bool printf_format) {
  const auto source_ones = find_placeholders(source, printf_format);
  const auto translated_ones = find_placeholders(translation, printf_format);
  Counts wanted = count(source, source_ones);
  Counts present = count(translation, translated_ones);
  for (const auto& [name, times] : wanted) {
    if (present[name] < times) return "lost " + std::string(name);
    if (present[name] > times) return "repeated " + std::string(name);
  }
  for (const auto& [name, times] : present) {
    if (!wanted.contains(name)) return "invented " + std::string(name);
  }
  const auto before = ordered_ones(source, source_ones);
  const auto after = ordered_ones(translation, translated_ones);
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i] != after[i]) {
      return "changed the order of " + std::string(before[i]) + " and " + std::string(after[i]);
    }
  }
  return "";
}

}  // namespace heed::apps
