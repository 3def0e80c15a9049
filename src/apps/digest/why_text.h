#pragma once

#include "apps/digest/digest.h"

namespace heed::apps::digest {

// The sentences of an entry: why it is in; of what is left out: what it would have cost. In both languages.
void explain(Entry& entry);
void explain(LeftOut& left_out);

}  // namespace heed::apps::digest
