#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace heed {

// The `wanted` pieces that a smaller tokenizer keeps, ascending: <unk>, <s> and </s>, every single character
// that `counts` [size()] has seen (what is left without its piece would become <unk>), and of the rest those
// with the greatest counts, the first of equals. Fewer where fewer were counted. Throws invalid_argument
// where the characters alone are more.
std::vector<int32_t> frequent_pieces(const Tokenizer& tokenizer, std::span<const int64_t> counts,
                                     int64_t wanted);

// The bytes of a .model with only these pieces (ascending ids, the first three among them) and their scores.
// Text that had others is cut into those that are left. Throws unsupported on a BPE model: its merges go
// through pieces that may be gone.
std::string keep_pieces(const Tokenizer& tokenizer, std::span<const int32_t> ids);

}  // namespace heed
