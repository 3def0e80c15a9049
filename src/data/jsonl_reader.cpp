#include <algorithm>

#include "base/json.h"
#include "base/nearest.h"
#include "data/lines.h"
#include "data/place.h"
#include "data/readers.h"
#include "data/table_builder.h"

namespace heed::data {
namespace {

class JsonlReader {
 public:
  JsonlReader(const std::string& file, const ReadOptions& options)
      : file_(file), takes_all_(options.columns.empty()), table_(file, options) {
    table_.set_columns(options.columns, 1);
  }

  void add(std::string_view text, int64_t line) {
    const Json object = parse(text, line);
    if (!table_.has_columns()) table_.set_columns(keys(object), line);
    if (!table_.has_columns())
      fail_at(file_, line, "expected an object with fields, found an empty one; name its fields");
    std::vector<std::string> fields;
    for (const std::string& name : table_.columns()) fields.push_back(field(object, name, line));
    if (takes_all_ && object.size() != fields.size()) fail_unknown_key(object, line);
    table_.add(std::move(fields), line, "");
  }

  Table finish() && { return std::move(table_).finish(); }

 private:
  Json parse(std::string_view text, int64_t line) const {
    constexpr int kMaxDepth = 3;
    Json object;
    try {
      object = parse_json(text, file_, kMaxDepth);
    } catch (const Error&) {
      fail_at(file_, line,
              "expected one flat JSON object on the line, found " + shown(text) + "; write a row a line");
    }
    if (!object.is_object()) {
      fail_at(
          file_, line,
          std::string("expected a JSON object, found a JSON ") + object.type_name() + "; write a row a line");
    }
    return object;
  }

  static std::vector<std::string> keys(const Json& object) {
    std::vector<std::string> names;
    for (const auto& item : object.items()) names.push_back(item.key());
    return names;
  }

  std::string field(const Json& object, const std::string& name, int64_t line) const {
    const auto found = object.find(name);
    if (found == object.end()) {
      const std::vector<std::string> names = keys(object);
      fail_at(file_, line,
              "expected a field " + shown(name) + ", found " + listed(names) + did_you_mean(name, names) +
                  "; give every object the same fields");
    }
    return text_of(*found, name, line);
  }

  std::string text_of(const Json& value, const std::string& name, int64_t line) const {
    if (value.is_string()) return checked(value.get<std::string>(), name, line);
    if (value.is_null()) return "";
    if (value.is_number() || value.is_boolean()) return value.dump();
    if (value.is_array() && !value.empty() && value[0].is_object()) return value.dump();  // JSON in a column
    if (value.is_array()) return joined(value, name, line);
    fail_at(file_, line,
            "field " + shown(name) +
                ": expected a string, a number, true, false, null or an array, found an object; "
                "flatten it");
  }

  std::string joined(const Json& array, const std::string& name, int64_t line) const {
    std::string items;
    for (const Json& item : array) {
      if (!item.is_string() || item.get_ref<const std::string&>().empty()) {
        fail_at(file_, line,
                "field " + shown(name) + ": expected an array of strings, found " + item.dump() +
                    " in it; put it in quotes");
      }
      const std::string text = checked(item.get<std::string>(), name, line);
      if (text.find(kItemSeparator) != text.npos) {
        fail_at(file_, line,
                "field " + shown(name) + ": expected strings without U+001F, found one with it; remove it");
      }
      if (!items.empty()) items += kItemSeparator;
      items += text;
    }
    return items;
  }

  std::string checked(std::string text, const std::string& name, int64_t line) const {
    if (text.find('\0') != text.npos) {
      fail_at(file_, line, "field " + shown(name) + ": expected text, found a NUL character; remove it");
    }
    return text;
  }

  [[noreturn]] void fail_unknown_key(const Json& object, int64_t line) const {
    for (const std::string& name : keys(object)) {
      const auto& known = table_.columns();
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        fail_at(file_, line,
                "expected fields " + listed(known) + ", found " + shown(name) +
                    " besides; give every object the same fields, or name those to read");
      }
    }
    fail_at(file_, line, "expected each field once, found one again; rename it");
  }

  const std::string& file_;
  bool takes_all_;
  TableBuilder table_;
};

}  // namespace

Table read_jsonl(std::string_view text, const std::string& file, const ReadOptions& options) {
  JsonlReader reader(file, options);
  LineCursor cursor(text, file, options.max_line_bytes);
  while (cursor.next()) {
    if (cursor.line().find_first_not_of(" \t\r") == std::string_view::npos) continue;
    reader.add(cursor.line(), cursor.number());
  }
  return std::move(reader).finish();
}

}  // namespace heed::data
