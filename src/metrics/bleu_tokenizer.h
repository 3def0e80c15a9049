#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::metrics {

// How a sentence becomes the words that BLEU counts, as sacreBLEU 2.x defines them:
//   none  split at white space, nothing else
//   13a   the rules of NIST's mteval-v13a: punctuation apart, "3.5" and "1,000" kept whole
//   zh    every Chinese character a word, the rest as 13a
//   intl  mteval-v14: punctuation and symbols of every script apart, by Unicode class
//   char  every character a word
enum class BleuTokenizer { none, v13a, zh, intl, character };

// By sacreBLEU's name ("none", "13a", "zh", "intl", "char"); throws invalid_argument.
BleuTokenizer parse_bleu_tokenizer(std::string_view name);
std::string_view name_of(BleuTokenizer tokenizer);

// The words of a sentence in UTF-8. Broken UTF-8 counts as U+FFFD.
std::vector<std::string> bleu_tokens(std::string_view sentence, BleuTokenizer tokenizer);

}  // namespace heed::metrics
