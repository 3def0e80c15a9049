#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace heed {

// Options declared once: each key is bound to a variable, with its help and its limits. From that one
// declaration come the TOML reader, `--set section.key=value`, the resolved copy and the documentation. The
// variables must outlive the Settings; their values at declaration are the defaults.
class Settings {
 public:
  // `key` is dotted: "train.epochs". Numbers outside [min, max] are errors.
  void add(const std::string& key, int64_t* value, const std::string& help, int64_t min = 0,
           int64_t max = std::numeric_limits<int64_t>::max());
  void add(const std::string& key, double* value, const std::string& help, double min, double max);
  void add(const std::string& key, bool* value, const std::string& help);
  // `choices` empty: any text.
  void add(const std::string& key, std::string* value, const std::string& help,
           std::vector<std::string> choices = {});
  void add(const std::string& key, std::vector<std::string>* value, const std::string& help);
  void add(const std::string& key, std::vector<double>* value, const std::string& help);
  // An array of tables: `element(i)` returns the settings of element i, making it where i is one past the
  // end.
  void add_list(const std::string& key, std::function<Settings(size_t)> element, std::function<size_t()> size,
                const std::string& help);

  // Reads a TOML file into the variables. Throws invalid_argument "FILE:LINE: …": broken TOML, an unknown key
  // (with the nearest known one), a wrong type, a value out of range or not among the choices.
  void read_toml(const std::filesystem::path& path);
  void read_toml_text(std::string_view text, const std::string& where);

  // One override "section.key=value", the value in TOML syntax or a bare word. An element of a list:
  // "list.0.key=value".
  void set(const std::string& assignment);

  std::string to_toml() const;  // every key with its present value, readable by read_toml
  // One line a key: name, present value, help, choices and limits.
  std::string describe() const;

 private:
  struct Number {
    int64_t* value;
    int64_t min, max;
  };
  struct Real {
    double* value;
    double min, max;
  };
  struct Text {
    std::string* value;
    std::vector<std::string> choices;
  };
  struct List {
    std::function<Settings(size_t)> element;
    std::function<size_t()> size;
  };
  using Target =
      std::variant<Number, Real, bool*, Text, std::vector<std::string>*, std::vector<double>*, List>;
  struct Field {
    std::string key, help;
    Target target;
  };
  friend class SettingsReader;

  const Field* find(std::string_view key) const;
  std::vector<std::string> keys() const;

  std::vector<Field> fields_;
};

}  // namespace heed
