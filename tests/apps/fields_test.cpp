#include "apps/fields.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/expect_error.h"

namespace heed::apps {
namespace {

using Kind = Field::Kind;

std::vector<Field> fields() {
  return {{.name = "q", .kind = Kind::texts, .help = "Texts", .required = true},
          {.name = "beam", .kind = Kind::integer, .help = "Width", .min = 1, .max = 16},
          {.name = "weight", .kind = Kind::number, .help = "A share", .min = 0, .max = 1},
          {.name = "wait", .kind = Kind::integer, .help = "Days", .min = 1},
          {.name = "fast", .kind = Kind::boolean, .help = "Or not"},
          {.name = "format", .help = "Of texts", .choices = {"text", "html"}},
          {.name = "inputs",
           .kind = Kind::objects,
           .help = "Tensors",
           .fields = {{.name = "data", .help = "It", .required = true}}},
          {.name = "options",
           .kind = Kind::object,
           .help = "More",
           .fields = {{.name = "top", .kind = Kind::integer, .help = "K", .min = 1, .max = 9}}}};
}

// The field at fault in `text`, and the message.
void expect_fault(const std::string& text, const std::string& field, const std::string& message) {
  try {
    check_fields(Json::parse(text), fields());
    FAIL() << text << ": expected a fault of " << field;
  } catch (const FieldError& error) {
    EXPECT_EQ(error.field(), field) << text;
    EXPECT_THAT(error.what(), testing::HasSubstr(message)) << text;
  }
}

TEST(Fields, a_body_as_declared_passes_and_null_stands_for_nothing) {
  check_fields(Json::parse(R"({"q": "你好"})"), fields());
  check_fields(
      Json::parse(
          R"({"q": ["a", "二"], "beam": 4, "weight": 0.5, "fast": true, "format": "html", "inputs": [{"data": "x"}],
                               "options": {"top": 3}})"),
      fields());
  check_fields(Json::parse(R"({"q": "a", "beam": null, "format": null})"), fields());
}

TEST(Fields, each_fault_names_its_field_what_was_expected_and_what_was_found) {
  expect_fault(R"({})", "q", "expected a text or a list of texts, found none");
  expect_fault(R"({"q": null})", "q", "found none");
  expect_fault(R"({"q": 5})", "q", "expected a text or a list of texts, found number");
  expect_fault(R"({"q": []})", "q", "expected at least one");
  expect_fault(R"({"q": ["a", 5]})", "q[1]", "expected a text, found number");
  expect_fault(R"({"q": "a\u0000b"})", "q", "without NUL");
  expect_fault(R"({"q": "a", "beem": 4})", "beem", "did you mean 'beam'?");
  expect_fault(R"({"q": "a", "beam": 4.5})", "beam", "expected a whole number, found number");
  expect_fault(R"({"q": "a", "beam": 17})", "beam", "expected 1 to 16, found 17");
  expect_fault(R"({"q": "a", "wait": 0})", "wait", "expected at least 1, found 0");
  expect_fault(R"({"q": "a", "beam": 99999999999999999999})", "beam", "expected a whole number");
  expect_fault(R"({"q": "a", "weight": "x"})", "weight", "expected a number, found string");
  expect_fault(R"({"q": "a", "weight": 1e300})", "weight", "expected 0 to 1");
  expect_fault(R"({"q": "a", "fast": 1})", "fast", "expected true or false, found number");
  expect_fault(R"({"q": "a", "format": "htm"})", "format", "did you mean 'html'?");
  expect_fault(R"({"q": "a", "inputs": {}})", "inputs", "expected a list of objects, found object");
  expect_fault(R"({"q": "a", "inputs": ["x"]})", "inputs[0]", "expected an object, found string");
  expect_fault(R"({"q": "a", "inputs": [{"data": "x"}, {}]})", "inputs[1].data", "found none");
  expect_fault(R"({"q": "a", "options": {"top": 0}})", "options.top", "expected 1 to 9");
}

TEST(Fields, a_list_has_a_limit) {
  Json body = {{"q", Json::array()}};
  for (size_t i = 0; i <= kMaxTexts; ++i) body["q"].push_back("x");
  expect_error(ErrorCode::invalid_argument, {"'q'", "at most 4096, found 4097"},
               [&] { check_fields(body, fields()); });
}

TEST(Fields, a_body_is_an_object) {
  expect_error(ErrorCode::invalid_argument, {"body", "object", "array"},
               [] { check_fields(Json::array(), fields()); });
}

TEST(Fields, the_schema_says_what_the_check_does) {
  const Json schema = to_schema(fields());
  EXPECT_EQ(schema["required"], Json::parse(R"(["q"])"));
  EXPECT_EQ(schema["properties"]["beam"]["type"], "integer");
  EXPECT_EQ(schema["properties"]["beam"]["maximum"], 16);
  EXPECT_EQ(schema["properties"]["format"]["enum"], Json::parse(R"(["text", "html"])"));
  EXPECT_EQ(schema["properties"]["inputs"]["items"]["required"], Json::parse(R"(["data"])"));
  EXPECT_EQ(schema["properties"]["options"]["properties"]["top"]["minimum"], 1);
}

}  // namespace
}  // namespace heed::apps
