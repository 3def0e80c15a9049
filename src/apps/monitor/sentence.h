#pragma once

#include <string>

#include "apps/monitor/alert.h"

// What an alert says in one sentence, in English and Chinese.
namespace heed::apps::monitor {

std::string sentence_in_english(const Alert& alert);
std::string sentence_in_chinese(const Alert& alert);

}  // namespace heed::apps::monitor
