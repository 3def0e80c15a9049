#pragma once

#include "apps/digest/digest.h"
#include "economy/minutes.h"

namespace heed::apps::digest {

// The sentences of an entry: why it is in; of what is left out: what it would have cost. In both languages.
void explain(Entry& entry);
void explain(LeftOut& left_out);
// Of what was chosen and got none of the reader's minutes.
void explain(LeftOut& left_out, const economy::MinuteGrant& refused);

}  // namespace heed::apps::digest
