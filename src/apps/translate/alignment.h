#pragma once

#include <string>
#include <vector>

#include "infer/translator.h"

// How an alignment (shares of attention, [target piece][source piece]) is written.
namespace heed::apps {

using Alignment = std::vector<std::vector<float>>;

// "0-0 1-2": for each target piece (from 0, </s> apart) the source piece that it looked at most, source
// first.
std::string hard_alignment(const Alignment& alignment, const std::vector<std::string>& pieces);

// "0.9,0.1,0 0.2,0.7,0.1": the shares of every target piece, </s> too, over all source pieces.
std::string soft_alignment(const Alignment& alignment);

// For a person: a line for each target piece with the source pieces that it looked at most and their shares.
std::string readable_alignment(const infer::Translation& translation,
                               const std::vector<std::string>& source_pieces);

// A piece as a person reads it: the mark of a word's beginning as a space, trimmed; "∎" for </s>.
std::string readable_piece(const std::string& piece);

}  // namespace heed::apps
