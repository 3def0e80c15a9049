#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/table.h"

namespace heed::data {

// Splits off about `share` of the rows for validation. Rows with equal text in `key_columns` (normalised,
// caseless) always land on the same side, chosen by a hash of that text and the seed: adding rows elsewhere
// moves none. Where `label_column` is not empty, every label keeps at least one row on the training side (a
// row may have several, split_items). Where there are two different texts or more, neither side is empty
// unless the labels need it. Returns {train, held out}; order within each is the input's. Rows that one split
// left are split again with another seed. Throws invalid_argument unless 0 < share < 1, and where the seed
// has already taken its rows.
std::pair<Table, Table> split_off(const Table& table, double share,
                                  const std::vector<std::string>& key_columns,
                                  const std::string& label_column, uint64_t seed);

// Rows of `held_out` whose key columns (normalised, caseless) also stand in `train`: {train row, held-out
// row} numbers. Each such held-out row stands in one pair, with the first training row like it; each further
// training row like it stands in one more pair, with the first held-out row like it.
std::vector<std::pair<size_t, size_t>> find_leaks(const Table& train, const Table& held_out,
                                                  const std::vector<std::string>& key_columns);

// Removes the training rows that `find_leaks` names. Returns how many.
size_t drop_leaked(Table& train, const Table& held_out, const std::vector<std::string>& key_columns);

// What training says when leaks stand and were not allowed to be dropped, in one line: how many, up to five
// of them with their places, and the cure (--drop-leaked).
std::string describe_leaks(const Table& train, const Table& held_out,
                           const std::vector<std::pair<size_t, size_t>>& leaks);

// Translation: held-out rows whose source alone stands in the training rows, with another target. They are no
// leaks, because the answer is not given away, yet kinder than new text: one line that counts and names them,
// "" where there are none.
std::string describe_shared_sources(const Table& train, const Table& held_out, const std::string& source,
                                    const std::string& target);

}  // namespace heed::data
