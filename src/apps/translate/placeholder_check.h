#pragma once

#include <string>
#include <string_view>

namespace heed::apps {

// "" where every placeholder of `source` stands in `translation` as often as in the source and those that
// take the next argument keep their order; else what is wrong, for a person: "lost %s", "invented %1",
// "changed the order of %s and %d".
std::string placeholder_problem(std::string_view source, std::string_view translation,
                                bool printf_format = false);

}  // namespace heed::apps
