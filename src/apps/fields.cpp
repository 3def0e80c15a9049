#include "apps/fields.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/nearest.h"

namespace heed::apps {
namespace {

using Kind = Field::Kind;

std::string expected(const Field& field) {
  switch (field.kind) {
    case Kind::text:
      return "a text";
    case Kind::texts:
      return "a text or a list of texts";
    case Kind::integer:
      return "a whole number";
    case Kind::number:
      return "a number";
    case Kind::boolean:
      return "true or false";
    case Kind::object:
      return "an object";
    case Kind::objects:
      return "a list of objects";
    case Kind::any:
      return "a value";
  }
  return "a value";
}

[[noreturn]] void refuse(const std::string& path, const Field& field, const Json& value) {
  throw FieldError(path, "expected " + expected(field) + ", found " + value.type_name());
}

void check_text(const std::string& path, const Field& field, const Json& value) {
  if (!value.is_string()) refuse(path, field, value);
  const auto& text = value.get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos)
    throw FieldError(path, "expected a text without NUL, found one with it; take it out");
  if (!field.choices.empty() && std::ranges::find(field.choices, text) == field.choices.end()) {
    std::string known;
    for (const std::string& choice : field.choices) known += (known.empty() ? "'" : ", '") + choice + "'";
    throw FieldError(path, "expected one of " + known + ", found '" + text.substr(0, 64) + "'" +
                               did_you_mean(text.substr(0, 64), field.choices));
  }
}

void check_list_size(const std::string& path, const Json& value) {
  if (value.empty()) throw FieldError(path, "expected at least one, found an empty list");
  if (value.size() > kMaxTexts)
    throw FieldError(path, "expected at most " + std::to_string(kMaxTexts) + ", found " +
                               std::to_string(value.size()) + "; send several requests");
}

void check_number(const std::string& path, const Field& field, const Json& value) {
  const bool fits = field.kind == Kind::integer ? value.is_number_integer() : value.is_number();
  if (!fits) refuse(path, field, value);
  const double number = value.get<double>();
  if (!std::isfinite(number) || number < field.min || number > field.max) {
    const std::string range = range_of(field);
    throw FieldError(path,
                     "expected " + (range.empty() ? expected(field) : range) + ", found " + value.dump());
  }
}

void check_object(const std::string& path, const Json& body, const std::vector<Field>& fields,
                  bool others = false);

void check_value(const std::string& path, const Field& field, const Json& value) {
  const auto each = [&](auto check) {
    check_list_size(path, value);
    for (size_t i = 0; i < value.size(); ++i) check(path + "[" + std::to_string(i) + "]", value[i]);
  };
  switch (field.kind) {
    case Kind::text:
      return check_text(path, field, value);
    case Kind::texts:
      if (!value.is_array()) return check_text(path, field, value);
      return each([](const std::string& at, const Json& text) { heed::apps::check_text(at, text); });
    case Kind::integer:
    case Kind::number:
      return check_number(path, field, value);
    case Kind::boolean:
      if (!value.is_boolean()) refuse(path, field, value);
      return;
    case Kind::object:
      if (!value.is_object()) refuse(path, field, value);
      if (!field.fields.empty()) check_object(path + ".", value, field.fields);
      return;
    case Kind::objects:
      if (!value.is_array()) refuse(path, field, value);
      return each([&](const std::string& at, const Json& object) {
        if (!object.is_object())
          throw FieldError(at, std::string("expected an object, found ") + object.type_name());
        check_object(at + ".", object, field.fields);
      });
    case Kind::any:
      return;
  }
}

// `prefix`: what stands before the name of a field in messages.
void check_object(const std::string& prefix, const Json& body, const std::vector<Field>& fields,
                  bool others) {
  for (const auto& [name, value] : body.items()) {
    const auto field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end() && others) continue;
    if (field == fields.end()) {
      std::vector<std::string> known;
      for (const Field& each : fields) known.push_back(each.name);
      const std::string shown = name.substr(0, 64);
      throw FieldError(prefix + shown, "expected a known field, found this" + did_you_mean(shown, known));
    }
    if (!value.is_null()) check_value(prefix + name, *field, value);
  }
  for (const Field& field : fields) {
    if (field.required && !has(body, field.name.c_str()))
      throw FieldError(prefix + field.name, "expected " + expected(field) + ", found none");
  }
}

Json schema_of(const Field& field) {
  const Json text = {{"type", "string"}};
  Json schema;
  switch (field.kind) {
    case Kind::text:
      schema = text;
      break;
    case Kind::texts:
      schema = {
          {"oneOf", {text, {{"type", "array"}, {"items", text}, {"minItems", 1}, {"maxItems", kMaxTexts}}}}};
      break;
    case Kind::integer:
      schema = {{"type", "integer"}};
      break;
    case Kind::number:
      schema = {{"type", "number"}};
      break;
    case Kind::boolean:
      schema = {{"type", "boolean"}};
      break;
    case Kind::object:
      schema = field.fields.empty() ? Json{{"type", "object"}} : to_schema(field.fields);
      break;
    case Kind::objects:
      schema = {{"type", "array"}, {"items", to_schema(field.fields)}};
      break;
    case Kind::any:
      schema = Json::object();
      break;
  }
  if (field.min > std::numeric_limits<double>::lowest()) schema["minimum"] = field.min;
  if (field.max < std::numeric_limits<double>::max()) schema["maximum"] = field.max;
  if (!field.choices.empty()) schema["enum"] = field.choices;
  schema["description"] = field.help;
  return schema;
}

}  // namespace

void check_fields(const Json& body, const std::vector<Field>& fields, bool others) {
  if (!body.is_object()) {
    throw Error(ErrorCode::invalid_argument,
                std::string("body: expected a JSON object, found ") + body.type_name());
  }
  check_object("", body, fields, others);
}

void check_text(const std::string& path, const Json& value) { check_text(path, Field{}, value); }

std::string range_of(const Field& field) {
  const bool from = field.min > std::numeric_limits<double>::lowest();
  const bool to = field.max < std::numeric_limits<double>::max();
  if (from && to) return fmt::format("{} to {}", field.min, field.max);
  if (from) return fmt::format("at least {}", field.min);
  return to ? fmt::format("at most {}", field.max) : "";
}

bool has(const Json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && !found->is_null();
}

std::string text_or(const Json& body, const char* name, const std::string& fallback) {
  return has(body, name) ? body[name].get<std::string>() : fallback;
}

int64_t integer_or(const Json& body, const char* name, int64_t fallback) {
  return has(body, name) ? body[name].get<int64_t>() : fallback;
}

double number_or(const Json& body, const char* name, double fallback) {
  return has(body, name) ? body[name].get<double>() : fallback;
}

bool boolean_or(const Json& body, const char* name, bool fallback) {
  return has(body, name) ? body[name].get<bool>() : fallback;
}

std::vector<std::string> texts_of(const Json& body, const char* name) {
  if (!has(body, name)) return {};
  const Json& value = body.at(name);
  if (value.is_string()) return {value.get<std::string>()};
  return value.get<std::vector<std::string>>();
}

Json to_schema(const std::vector<Field>& fields) {
  Json schema = {{"type", "object"}, {"properties", Json::object()}};
  for (const Field& field : fields) {
    schema["properties"][field.name] = schema_of(field);
    if (field.required) schema["required"].push_back(field.name);
  }
  return schema;
}

}  // namespace heed::apps
