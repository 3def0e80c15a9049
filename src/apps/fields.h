#pragma once

#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace heed::apps {

// One field of a request or a reply, declared once: checks, /openapi.json and docs/http.md come from it.
struct Field {
  enum class Kind { text, texts, integer, number, boolean, object, objects, any };

  std::string name;
  Kind kind = Kind::text;  // texts: one text or a list of them
  std::string help;
  bool required = false;
  double min = std::numeric_limits<double>::lowest();  // of numbers
  double max = std::numeric_limits<double>::max();
  std::vector<std::string> choices = {};  // of a text; empty: any
  std::vector<Field> fields = {};         // of objects
};

// A request that is not as its fields say; `field` is the one at fault: "inputs[0].data".
class FieldError : public Error {
 public:
  FieldError(std::string field, const std::string& message)
      : Error(ErrorCode::invalid_argument, "field '" + field + "': " + message), field_(std::move(field)) {}
  const std::string& field() const { return field_; }

 private:
  std::string field_;
};

constexpr size_t kMaxTexts = 4096;  // of one field

// Throws FieldError where a required field is missing, one is unknown (with the nearest known one), has the
// wrong type, is out of range, holds a NUL, or where there are none or more than kMaxTexts texts. null stands
// for a field that is not there. `others`: fields that are not known are left alone.
void check_fields(const Json& body, const std::vector<Field>& fields, bool others = false);

// The same of one text, found at `path`.
void check_text(const std::string& path, const Json& value);

// What a number may be: "1 to 16", "at least 0"; "" where any will do.
std::string range_of(const Field& field);

// What stands in a checked body, or the fallback.
std::string text_or(const Json& body, const char* name, const std::string& fallback = "");
int64_t integer_or(const Json& body, const char* name, int64_t fallback);
double number_or(const Json& body, const char* name, double fallback);
bool boolean_or(const Json& body, const char* name, bool fallback);
std::vector<std::string> texts_of(const Json& body, const char* name);
bool has(const Json& body, const char* name);

// JSON Schema of an object with these fields.
Json to_schema(const std::vector<Field>& fields);

}  // namespace heed::apps
