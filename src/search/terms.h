#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::search {

// The terms by which a text is found, in order; the same for passages and queries, in every language. The
// text is normalised (NFKC), lower-cased and freed of diacritics (U+0300 to U+036F); apostrophes inside words
// go. Then
//   - letters of scripts without spaces (Han, Kana, Thai, …) and Hangul give each letter, and each two
//   neighbours;
//   - every other run of letters and digits is one term, without the commonest English endings (-s, -ies,
//   -ed, -ing, …)
//     where all of it is a to z.
// A term has at most kMaxTermCharacters code points; what is beyond is cut. Symbols, punctuation and emoji
// give none.
constexpr int kMaxTermCharacters = 40;

std::vector<std::string> terms(std::string_view text);

// `word`, of a to z only, without its ending.
std::string english_stem(std::string_view word);

}  // namespace heed::search
