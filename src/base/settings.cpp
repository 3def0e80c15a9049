#include "base/settings.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/error.h"
#include "base/files.h"
#include "base/nearest.h"

namespace heed {
namespace {

std::string join(const std::vector<std::string>& items, const char* between) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : between) + item;
  return text;
}

std::string found(const toml::node& node) {
  std::ostringstream text;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_value<decltype(value)>) {
      text << value;
    } else {
      text << (toml::is_table<decltype(value)> ? "a table" : "a list");
    }
  });
  return text.str();
}

// TOML's own spelling of a value. On one line: the library's printer of several loses a newline at the front.
// With a newline also in double quotes: on one line it would put a bare newline between single ones.
std::string spell(const std::string& text) {
  const toml::value<std::string> value(text);
  auto flags = toml::toml_formatter::default_flags & ~toml::format_flags::allow_multi_line_strings;
  if (text.find('\n') != std::string::npos) flags = flags & ~toml::format_flags::allow_literal_strings;
  std::ostringstream spelled;
  spelled << toml::toml_formatter(value, flags);
  return spelled.str();
}
std::string spell(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}
template <class T>
std::string spell_list(const std::vector<T>& items) {
  std::vector<std::string> texts;
  for (const T& item : items) texts.push_back(spell(item));
  return "[" + join(texts, ", ") + "]";
}

}  // namespace

// Puts one TOML tree into the variables; knows the file for its messages.
class SettingsReader {
 public:
  SettingsReader(Settings& settings, std::string where) : settings_(settings), where_(std::move(where)) {}

  void read(const toml::table& table, const std::string& prefix = "") const {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      if (const Settings::Field* field = settings_.find(key)) {
        assign(*field, node);
      } else if (node.is_table() && is_section(key)) {
        read(*node.as_table(), key + ".");
      } else if (node.is_table()) {
        fail(node, "unknown section '" + key + "'" + did_you_mean(key, sections()));
      } else {
        fail(node, "unknown key '" + key + "'" + did_you_mean(key, settings_.keys()));
      }
    }
  }

  void assign(const Settings::Field& field, const toml::node& node) const {
    std::visit([&](const auto& target) { put(field.key, target, node); }, field.target);
  }

 private:
  [[noreturn]] void fail(const toml::node& node, const std::string& message) const {
    const auto line = node.source().begin.line;
    throw Error(
        ErrorCode::invalid_argument,
        where_ + (line > 0 && !where_.starts_with("--") ? ":" + std::to_string(line) : "") + ": " + message);
  }
  [[noreturn]] void expected(const std::string& key, const std::string& what, const toml::node& node) const {
    fail(node, "'" + key + "': expected " + what + ", found " + found(node));
  }
  // What stands before a dot of a known key: "model.attention.heads" gives "model" and "model.attention".
  std::vector<std::string> sections() const {
    std::vector<std::string> names;
    for (const Settings::Field& field : settings_.fields_)
      for (size_t dot = field.key.find('.'); dot != std::string::npos; dot = field.key.find('.', dot + 1))
        names.push_back(field.key.substr(0, dot));
    return names;
  }
  bool is_section(const std::string& key) const {
    const std::vector<std::string> names = sections();
    return std::ranges::find(names, key) != names.end();
  }

  void put(const std::string& key, const Settings::Number& number, const toml::node& node) const {
    const auto value = node.value_exact<int64_t>();
    if (!value || *value < number.min || *value > number.max) {
      expected(key,
               number.max == std::numeric_limits<int64_t>::max()
                   ? fmt::format("a whole number of at least {}", number.min)
                   : fmt::format("a whole number from {} to {}", number.min, number.max),
               node);
    }
    *number.value = *value;
  }
  void put(const std::string& key, const Settings::Real& real, const toml::node& node) const {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value || !(*value >= real.min && *value <= real.max)) {
      expected(key, fmt::format("a number from {} to {}", real.min, real.max), node);
    }
    *real.value = *value;
  }
  void put(const std::string& key, bool* target, const toml::node& node) const {
    const auto value = node.value_exact<bool>();
    if (!value) expected(key, "true or false", node);
    *target = *value;
  }
  // A NUL byte would end a file's name early.
  std::string text_of(const std::string& key, const char* what, const toml::node& node) const {
    const auto value = node.value_exact<std::string>();
    if (!value) expected(key, what, node);
    if (value->find('\0') != std::string::npos)
      fail(node, "'" + key + "': expected a text, found a NUL byte in it");
    return *value;
  }
  void put(const std::string& key, const Settings::Text& text, const toml::node& node) const {
    const std::string value = text_of(key, "a text in quotes", node);
    if (!text.choices.empty() &&
        std::find(text.choices.begin(), text.choices.end(), value) == text.choices.end()) {
      fail(node, "'" + key + "': expected one of " + join(text.choices, ", ") + "; found '" + value + "'" +
                     did_you_mean(value, text.choices));
    }
    *text.value = value;
  }
  void put(const std::string& key, std::vector<std::string>* target, const toml::node& node) const {
    target->clear();
    if (node.is_string()) {  // a single file needs no brackets
      target->push_back(text_of(key, "a text", node));
      return;
    }
    if (!node.is_array()) expected(key, "a list of texts", node);
    for (const toml::node& item : *node.as_array()) target->push_back(text_of(key, "a list of texts", item));
  }
  void put(const std::string& key, std::vector<double>* target, const toml::node& node) const {
    if (!node.is_array()) expected(key, "a list of numbers", node);
    target->clear();
    for (const toml::node& item : *node.as_array()) {
      if (!item.is_number()) expected(key, "a list of numbers", item);
      target->push_back(*item.value<double>());
    }
  }
  void put(const std::string& key, const Settings::List& list, const toml::node& node) const {
    if (!node.is_array()) expected(key, "tables, each under [[" + key + "]]", node);
    size_t index = 0;
    for (const toml::node& item : *node.as_array()) {
      if (!item.is_table()) expected(key, "tables, each under [[" + key + "]]", item);
      Settings element = list.element(index++);
      SettingsReader(element, where_).read(*item.as_table());
    }
  }

  Settings& settings_;
  std::string where_;
};

void Settings::add(const std::string& key, int64_t* value, const std::string& help, int64_t min,
                   int64_t max) {
  fields_.push_back({key, help, Number{value, min, max}});
}
void Settings::add(const std::string& key, double* value, const std::string& help, double min, double max) {
  fields_.push_back({key, help, Real{value, min, max}});
}
void Settings::add(const std::string& key, bool* value, const std::string& help) {
  fields_.push_back({key, help, value});
}
void Settings::add(const std::string& key, std::string* value, const std::string& help,
                   std::vector<std::string> choices) {
  fields_.push_back({key, help, Text{value, std::move(choices)}});
}
void Settings::add(const std::string& key, std::vector<std::string>* value, const std::string& help) {
  fields_.push_back({key, help, value});
}
void Settings::add(const std::string& key, std::vector<double>* value, const std::string& help) {
  fields_.push_back({key, help, value});
}
void Settings::add_list(const std::string& key, std::function<Settings(size_t)> element,
                        std::function<size_t()> size, const std::string& help) {
  fields_.push_back({key, help, List{std::move(element), std::move(size)}});
}

const Settings::Field* Settings::find(std::string_view key) const {
  const auto at =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.key == key; });
  return at == fields_.end() ? nullptr : &*at;
}

std::vector<std::string> Settings::keys() const {
  std::vector<std::string> names;
  for (const Field& field : fields_) names.push_back(field.key);
  return names;
}

void Settings::read_toml(const std::filesystem::path& path) {
  read_toml_text(read_file(path, uint64_t{1} << 24), path.string());
}

void Settings::read_toml_text(std::string_view text, const std::string& where) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& problem) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}:{}: expected TOML, found: {}", where,
                                                         problem.source().begin.line, problem.description()));
  }
  SettingsReader(*this, where).read(table);
}

void Settings::set(const std::string& assignment) {
  const size_t equals = assignment.find('=');
  const std::string where = "--set " + assignment;
  if (equals == std::string::npos || equals == 0) {
    throw Error(ErrorCode::invalid_argument, where + ": expected section.key=value");
  }
  const std::string key = assignment.substr(0, equals);
  const std::string value = assignment.substr(equals + 1);
  for (const Field& field : fields_) {  // "list.0.key=value"
    const auto* list = std::get_if<List>(&field.target);
    if (list == nullptr || !key.starts_with(field.key + ".")) continue;
    size_t index = 0;
    const char* digits = key.data() + field.key.size() + 1;
    const auto [end, problem] = std::from_chars(digits, key.data() + key.size(), index);
    if (problem != std::errc() || *end != '.' || index > list->size()) break;
    list->element(index).set(std::string(end + 1) + "=" + value);
    return;
  }
  const Field* field = find(key);
  if (field == nullptr) {
    const std::vector<std::string> known = keys();
    throw Error(ErrorCode::invalid_argument,
                where + ": unknown key '" + key + "'" + did_you_mean(key, known));
  }
  toml::table parsed;
  try {
    parsed = toml::parse("value = " + value);
  } catch (const toml::parse_error&) {
    parsed = toml::table{{"value", value}};  // a bare word
  }
  if (const auto* text = std::get_if<Text>(&field->target); text != nullptr && !parsed["value"].is_string()) {
    parsed = toml::table{{"value", value}};  // a text that looks like a number
  }
  SettingsReader(*this, where).assign(*field, *parsed.get("value"));
}

namespace {

std::string section_of(const std::string& key) {
  const size_t dot = key.rfind('.');
  return dot == std::string::npos ? "" : key.substr(0, dot);
}

}  // namespace

std::string Settings::to_toml() const {
  std::string text;
  std::string section;
  for (const Field& field : fields_) {
    if (const auto* list = std::get_if<List>(&field.target)) {
      for (size_t i = 0; i < list->size(); ++i)
        text += "\n[[" + field.key + "]]\n" + list->element(i).to_toml();
      section.clear();
      continue;
    }
    if (section_of(field.key) != section) {
      section = section_of(field.key);
      text += (text.empty() ? "[" : "\n[") + section + "]\n";
    }
    const std::string name = section.empty() ? field.key : field.key.substr(section.size() + 1);
    std::string value;
    if (const auto* number = std::get_if<Number>(&field.target)) value = std::to_string(*number->value);
    if (const auto* real = std::get_if<Real>(&field.target)) value = spell(*real->value);
    if (const auto* flag = std::get_if<bool*>(&field.target)) value = **flag ? "true" : "false";
    if (const auto* word = std::get_if<Text>(&field.target)) value = spell(*word->value);
    if (const auto* words = std::get_if<std::vector<std::string>*>(&field.target))
      value = spell_list(**words);
    if (const auto* numbers = std::get_if<std::vector<double>*>(&field.target)) value = spell_list(**numbers);
    text += name + " = " + value + "\n";
  }
  return text;
}

std::string Settings::describe() const {
  std::string text;
  for (const Field& field : fields_) {
    std::string value, limits;
    if (const auto* number = std::get_if<Number>(&field.target)) value = std::to_string(*number->value);
    if (const auto* real = std::get_if<Real>(&field.target)) value = spell(*real->value);
    if (const auto* flag = std::get_if<bool*>(&field.target)) value = **flag ? "true" : "false";
    if (const auto* word = std::get_if<Text>(&field.target)) {
      value = spell(*word->value);
      if (!word->choices.empty()) limits = "; one of " + join(word->choices, ", ");
    }
    if (const auto* words = std::get_if<std::vector<std::string>*>(&field.target))
      value = spell_list(**words);
    if (const auto* numbers = std::get_if<std::vector<double>*>(&field.target)) value = spell_list(**numbers);
    if (const auto* list = std::get_if<List>(&field.target)) {
      text += fmt::format("[[{}]]  {}\n", field.key, field.help);
      std::istringstream lines(list->element(list->size()).describe());
      for (std::string line; std::getline(lines, line);) text += "  " + line + "\n";
      continue;
    }
    text += fmt::format("{:<34} {} (default {}{})\n", field.key, field.help, value, limits);
  }
  return text;
}

}  // namespace heed
