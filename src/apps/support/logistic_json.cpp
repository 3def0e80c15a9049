#include "apps/support/logistic_json.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"

namespace heed::apps::support {
namespace {

std::vector<double> numbers(const Json& json, const std::string& name, size_t width, const std::string& where,
                            const std::string& cure) {
  const Json list = json_field<Json>(json, name, where);
  std::vector<double> values;
  if (list.is_array() && list.size() == width) {
    for (const Json& value : list) {
      if (value.is_number() && std::isfinite(value.get<double>())) values.push_back(value.get<double>());
    }
  }
  if (values.size() == width) return values;
  throw Error(ErrorCode::corrupt_data, where + ": field '" + name + "': expected " + std::to_string(width) +
                                           " numbers, found something else; make it again with " + cure);
}

}  // namespace

Json to_json(const metrics::LogisticModel& model) {
  return {{"mean", model.mean}, {"scale", model.scale}, {"weights", model.weights}, {"bias", model.bias}};
}

metrics::LogisticModel parse_logistic(const Json& json, const std::string& name, size_t width,
                                      const std::string& where, const std::string& cure) {
  const Json model = json_field<Json>(json, name, where);
  const std::string place = where + ": " + name;
  metrics::LogisticModel parsed{.mean = numbers(model, "mean", width, place, cure),
                                .scale = numbers(model, "scale", width, place, cure),
                                .weights = numbers(model, "weights", width, place, cure),
                                .bias = json_field<double>(model, "bias", place)};
  if (std::ranges::all_of(parsed.scale, [](double scale) { return scale > 0; })) return parsed;
  throw Error(ErrorCode::corrupt_data,
              place + ": field 'scale': expected numbers above 0, found others; make it again with " + cure);
}

Json to_json(const std::optional<double>& threshold) { return threshold ? Json(*threshold) : Json(nullptr); }

std::optional<double> parse_threshold(const Json& value, const std::string& where, const std::string& cure) {
  if (value.is_null()) return std::nullopt;
  if (value.is_number() && value.get<double>() >= 0 && value.get<double>() <= 1) return value.get<double>();
  throw Error(ErrorCode::corrupt_data, where + ": expected a threshold from 0 to 1 or null, found " +
                                           value.dump() + "; make it again with " + cure);
}

}  // namespace heed::apps::support
