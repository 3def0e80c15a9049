#pragma once

#include <filesystem>

#include "base/json.h"

// What bench/economy_evaluation measures, a line of JSON each.
namespace heed::bench {

Json off_policy(const std::filesystem::path& data);  // holds open_bandit/ and coat/
Json shapley();
Json ledger();

}  // namespace heed::bench
