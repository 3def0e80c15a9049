#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/support/dataset.h"

namespace heed::apps::support {

struct RasaText {
  std::string text;
  std::vector<MarkedEntity> entities;
};

// An example as Rasa marks it: "from [Lyon](city) to [Paris]{"entity": "city", "role": "to", "value":
// "PAR"}". Brackets without a mark behind them are text. Throws corrupt_data "WHERE: …" where a mark does not
// close, has no entity, or is no JSON, naming the nearest key.
RasaText parse_rasa_text(std::string_view marked, const std::string& where);

}  // namespace heed::apps::support
