#include "serve/openapi.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace heed::serve {
namespace {

using apps::Field;

// Names in braces of a path.
std::vector<std::string> parameters_of(std::string_view path) {
  std::vector<std::string> names;
  for (size_t begin = path.find('{'); begin != std::string_view::npos; begin = path.find('{', begin + 1))
    names.emplace_back(path.substr(begin + 1, path.find('}', begin) - begin - 1));
  return names;
}

Json parameter(const std::string& name, const char* place, Json schema, bool required) {
  return {{"name", name}, {"in", place}, {"required", required}, {"schema", std::move(schema)}};
}

Json parameters(const apps::Route& route) {
  Json list = Json::array();
  for (const std::string& name : parameters_of(route.path))
    list.push_back(parameter(name, "path", {{"type", "string"}}, true));
  const Json query = apps::to_schema(route.query)["properties"];
  for (const Field& field : route.query)
    list.push_back(parameter(field.name, "query", query[field.name], field.required));
  list.push_back(parameter("X-Deadline-Ms", "header", {{"type", "integer"}, {"minimum", 1}}, false));
  list.push_back(parameter("X-Request-Id", "header", {{"type", "string"}, {"maxLength", 64}}, false));
  return list;
}

Json operation(const apps::Route& route) {
  Json content = route.reply_type == "application/json"
                     ? Json{{"application/json", {{"schema", apps::to_schema(route.reply)}}}}
                     : Json{{std::string(route.reply_type), {{"schema", {{"type", "string"}}}}}};
  const Json error = {{"$ref", "#/components/responses/Error"}};
  Json json = {
      {"operationId", operation_id(route)},
      {"summary", route.summary},
      {"description", fmt::format("A key needs the scope {}.", apps::to_string(route.scope))},
      {"parameters", parameters(route)},
      {"responses",
       {{"200", {{"description", "The answer"}, {"content", std::move(content)}}}, {"default", error}}}};
  if (route.body.empty()) return json;
  Json body = apps::to_schema(route.body);
  if (route.list_body) body = {{"oneOf", {body, {{"type", "array"}, {"items", body}}}}};
  json["requestBody"] = {{"required", true},
                         {"content", {{"application/json", {{"schema", std::move(body)}}}}}};
  return json;
}

const char* kind_name(const Field& field) {
  switch (field.kind) {
    case Field::Kind::text:
      return "text";
    case Field::Kind::texts:
      return "text or list";
    case Field::Kind::integer:
      return "whole number";
    case Field::Kind::number:
      return "number";
    case Field::Kind::boolean:
      return "true, false";
    case Field::Kind::object:
      return "object";
    case Field::Kind::objects:
      return "list";
    case Field::Kind::any:
      return "";
  }
  return "";
}

void add_rows(std::string& text, const std::vector<Field>& fields, const std::string& prefix) {
  for (const Field& field : fields) {
    std::string help = field.help;
    if (!field.choices.empty()) help += fmt::format(": `{}`", fmt::join(field.choices, "`, `"));
    const std::string range = apps::range_of(field);
    text += fmt::format("| `{}{}`{} | {}{}{} | {} |\n", prefix, field.name, field.required ? "" : "?",
                        kind_name(field), range.empty() ? "" : ", ", range, help);
    const bool list = field.kind == Field::Kind::objects;
    add_rows(text, field.fields, prefix + field.name + (list ? "[]." : "."));
  }
}

void add_table(std::string& text, const char* title, const std::vector<Field>& fields) {
  if (fields.empty()) return;
  text += fmt::format("\n| {} | | |\n|---|---|---|\n", title);
  add_rows(text, fields, "");
}

}  // namespace

std::string operation_id(const apps::Route& route) {
  std::string id;
  for (const char c : fmt::format("{}{}", route.method, route.path)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!id.empty() && id.back() != '_')
      id += '_';
  }
  if (id.ends_with('_')) id.pop_back();
  return id;
}

Json openapi(const std::vector<apps::Route>& routes) {
  Json paths = Json::object();
  for (const apps::Route& route : routes) {
    std::string method(route.method);
    std::ranges::transform(method, method.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    paths[std::string(route.path)][method] = operation(route);
  }
  const std::vector<Field> error = {
      {.name = "error",
       .kind = Field::Kind::object,
       .help = "What went wrong",
       .required = true,
       .fields = {{.name = "message",
                   .help = "Where, what was expected, what was found, the cure",
                   .required = true},
                  {.name = "type", .help = "The same as code", .required = true},
                  {.name = "param",
                   .kind = Field::Kind::any,
                   .help = "The field at fault, or null",
                   .required = true},
                  {.name = "code", .help = "A word for programs", .required = true}}}};
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Heed"},
            {"version", HEED_VERSION},
            {"description", "Attention models on your own text, served with the reason."}}},
          {"security", Json::array({{{"key", Json::array()}}, Json::object()})},
          {"paths", std::move(paths)},
          {"components",
           {{"securitySchemes", {{"key", {{"type", "http"}, {"scheme", "bearer"}}}}},
            {"responses",
             {{"Error",
               {{"description", "Any other status"},
                {"content", {{"application/json", {{"schema", apps::to_schema(error)}}}}}}}}}}}};
}

std::string markdown(const std::vector<apps::Route>& routes) {
  std::string text;
  for (const apps::Route& route : routes) {
    text += fmt::format("\n## {} {}\n\n{}. Scope: {}.\n", route.method, route.path, route.summary,
                        apps::to_string(route.scope));
    add_table(text, "Query", route.query);
    add_table(text, route.list_body ? "Request, one or a list" : "Request", route.body);
    if (route.reply.empty()) text += fmt::format("\nReply: `{}`.\n", route.reply_type);
    add_table(text, "Reply", route.reply);
  }
  return text;
}

}  // namespace heed::serve
