#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What the wording of a customer's message tells without a model, in English and Chinese.
namespace heed::apps::support {

// Whether there is a letter or a digit to understand.
bool has_words(std::string_view text);

// About how many words: what white space separates, and two Han, Kana or Hangul letters one.
int64_t count_words(std::string_view text);

// "Can I speak to a human?", "转人工": asks for a person, and does not refuse one.
bool asks_for_person(std::string_view text);

// "and for the other card?", "那信用卡呢": short, and leans on what was said before.
bool follows_up(std::string_view text);

// A question rather than an answer to one: a question mark, or a word that begins a question.
bool asks_something(std::string_view text);

}  // namespace heed::apps::support
