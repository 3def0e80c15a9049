#pragma once

#include <vector>

#include "apps/route.h"

namespace heed::apps::economics {

std::vector<Route> routes();

// By http_allocate.cpp and http_measure.cpp.
Route allocate_route();
std::vector<Route> measure_routes();

// Answers `call` in the background with what `work` makes of it.
void answer_by(const CallPointer& call, Services& services,
               Json (*work)(const Call& call, Services& services));

// A list of objects of the body, [] where it is not there.
const Json& rows_of(const Json& body, const char* name);
// A number or text of an object as the tables of economy/ take it; "" where it is not there.
std::string text_of(const Json& object, const char* name);

}  // namespace heed::apps::economics
