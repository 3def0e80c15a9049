#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "metrics/logistic.h"

// The fitted parts of a model's rules as they stand in its assets.
namespace heed::apps::support {

Json to_json(const metrics::LogisticModel& model);
// Field `name` of `json`. Throws corrupt_data "WHERE: NAME: …" where it is none of `width` features, with the
// command that makes it again (`cure`).
metrics::LogisticModel parse_logistic(const Json& json, const std::string& name, size_t width,
                                      const std::string& where, const std::string& cure);

// A probability from which something is done, or null: never.
Json to_json(const std::optional<double>& threshold);
std::optional<double> parse_threshold(const Json& value, const std::string& where, const std::string& cure);

}  // namespace heed::apps::support
