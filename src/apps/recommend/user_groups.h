#pragma once

#include <string>
#include <vector>

#include "apps/recommend/evaluation.h"

namespace heed::apps::recommend {

// People of an evaluation who share a value of an attribute.
struct UserGroup {
  std::string value;          // "student", "25 to 37", "(not told)"
  std::vector<size_t> cases;  // numbers of EvaluationData::cases
};

// By value, the largest group first, at most 12 and "(others)"; by thirds where the values are more than 12
// numbers. Throws invalid_argument where no person has the attribute, with those that there are.
std::vector<UserGroup> group_users(const Dataset& dataset, const EvaluationData& data,
                                   const std::string& attribute);

// A line a group: how many people, and each scorer's hit rate.
std::string to_table(const std::vector<UserGroup>& groups, const std::string& attribute,
                     const std::vector<Judgement>& judgements, const EvaluationOptions& options);
// [{value, people, hit_rate: {scorer: share}}]
Json to_json(const std::vector<UserGroup>& groups, const std::vector<Judgement>& judgements);

}  // namespace heed::apps::recommend
