#pragma once

#include <string>
#include <string_view>

namespace heed {

// Walks the protocol-buffer bytes of a SentencePiece .model before the library sees them, because the library
// trusts parts of them: it follows offsets inside a compiled character map, and builds a trie from the pieces
// as C strings. Throws corrupt_data "WHERE: …" unless lengths fit, there are pieces, each of them non-empty
// UTF-8 without a NUL byte and with a finite score, no two alike, the algorithm is unigram or BPE, and no
// character map is inside (Heed models have none: text/normalise.h).
void check_piece_model(std::string_view bytes, const std::string& where);

}  // namespace heed
