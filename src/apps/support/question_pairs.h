#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/support/dataset.h"

namespace heed::apps::support {

struct QuestionPair {
  std::string question = {}, answer = {};
  std::string where = {};  // of the conversation
};

struct QuestionPairs {
  std::vector<QuestionPair> pairs = {};
  int64_t too_short = 0;     // a greeting, "ok", "one moment please"
  int64_t private_ones = 0;  // holds_private
};

// What a customer said and what an agent answered then: the turns of the one up to those of the other, each
// joined by a space. What a bot said is passed over. Left out: questions of less than 8 columns (four Chinese
// letters) and answers of less than 24, and those that hold something of one customer's alone.
QuestionPairs question_pairs(const std::vector<PastConversation>& conversations);

// Whether a text has an e-mail address or a number of six digits or more (spaces and dashes within counted
// through): what may belong to one customer and must not be told to another.
bool holds_private(std::string_view text);

// One row an answer (equal ones, normalised and caseless, are one) with every question it was given to; the
// title is the first question. Answers given to more than 20 different questions say nothing of any ("Thank
// you for waiting, …") and are left out.
std::vector<KnowledgeRow> knowledge_of(const std::vector<QuestionPair>& pairs);

}  // namespace heed::apps::support
