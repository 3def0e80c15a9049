#pragma once

#include <functional>
#include <vector>

#include "apps/route.h"

namespace heed::apps::economics {

std::vector<Route> routes();

// By http_allocate.cpp and http_measure.cpp.
Route allocate_route();
std::vector<Route> measure_routes();

// Answers `call` with what `work` makes of it, or fails it with what that throws, away from the connection.
void answer_in_background(const CallPointer& call, Services& services,
                          std::function<Json(const Call& call, Services& services)> work);

// A list of objects of the body, [] where it is not there.
const Json& rows_of(const Json& body, const char* name);
// A number or text of an object as the tables of economy/ take it; "" where it is not there.
std::string text_of(const Json& object, const char* name);
double number_or(const Json& object, const char* name, double fallback);

}  // namespace heed::apps::economics
