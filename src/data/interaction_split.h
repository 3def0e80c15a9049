#pragma once

#include <string>
#include <vector>

#include "data/interactions.h"

// What of people's histories is learned from, and what is held out to judge by.
namespace heed::data {

struct InteractionSplit {
  std::vector<Interaction> train, valid, test;
};

// Of a cleaned log, of each user with at least three events: the last to test, the one before to validation,
// the others to training. Users with fewer are all training.
InteractionSplit leave_one_out(const InteractionLog& log);

// Of each user with at least two events: the last to validation, nothing to test: for a model that is to be
// served.
InteractionSplit leave_last_for_validation(const InteractionLog& log);

// By the clock, for all users alike: the last `test_share` of the events to test, as many before them to
// validation. Events of one time stay together. Throws invalid_argument where an event has no time or a part
// would be empty.
InteractionSplit split_by_time(const InteractionLog& log, double test_share);

// What a model could know that it should not: an event that stands both in training and in what is held out,
// or a user's training event later than one that is held out. "" where there is none, else the first, and how
// many. Events without a time are not looked at.
std::string find_leak(const InteractionLog& log, const InteractionSplit& split);

}  // namespace heed::data
