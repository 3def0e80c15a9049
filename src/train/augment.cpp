#include "train/augment.h"

#include <algorithm>
#include <cctype>

#include "text/script.h"

namespace heed::train {
namespace {

using Ids = std::vector<int32_t>;
using Characters = std::vector<std::string_view>;

constexpr uint64_t kStream = 0x6175676d656e74ULL;  // sets these numbers apart from the batches' and dropouts'

bool happens(double rate, Random& random) { return random.uniform() < rate; }

Characters characters_of(std::string_view text) {
  Characters characters;
  while (!text.empty()) {
    characters.push_back(text.substr(0, utf8_prefix(text, 1)));
    text.remove_prefix(characters.back().size());
  }
  return characters;
}

bool is_letter(std::string_view character) {
  return !runs_on(character) &&
         (character.size() > 1 || std::isalnum(static_cast<unsigned char>(character[0])) != 0);
}

void misspell_word(Characters& word, Random& random) {
  const auto at = static_cast<std::ptrdiff_t>(random.below(word.size() - 1));
  const uint64_t mistake = random.below(3);
  if (mistake == 0) word.erase(word.begin() + at + static_cast<std::ptrdiff_t>(random.below(2)));
  if (mistake == 1) word.insert(word.begin() + at, word[static_cast<size_t>(at)]);
  if (mistake == 2) std::swap(word[static_cast<size_t>(at)], word[static_cast<size_t>(at) + 1]);
}

// A text without spaces.
std::string misspell(std::string_view text, double rate, Random& random) {
  const Characters characters = characters_of(text);
  Characters changed;
  for (auto at = characters.begin(); at != characters.end();) {
    auto end = is_letter(*at) ? std::find_if_not(at, characters.end(), is_letter) : at + 1;
    Characters word(at, end);
    if (word.size() > 1) {
      if (happens(rate, random)) misspell_word(word, random);
    } else if (end != characters.end() && runs_on(*at) && runs_on(*end) && happens(rate, random)) {
      word = {*end, *at};
      ++end;
    }
    changed.insert(changed.end(), word.begin(), word.end());
    at = end;
  }
  std::string result;
  for (const std::string_view character : changed) result += character;
  return result;
}

// From one token that begins with a space to the next.
Ids misspell(const Ids& ids, double rate, const Tokenizer& tokenizer, Random& random) {
  const std::vector<std::string> pieces = tokenizer.pieces(ids);
  Ids changed;
  for (size_t begin = 0, end = 0; begin < ids.size(); begin = end) {
    std::string text;
    bool known = true;
    do {
      text += pieces[end];
      known = known && ids[end] != Tokenizer::kUnknown;
      ++end;
    } while (end < ids.size() && !pieces[end].starts_with(kPieceSpace));
    if (text.starts_with(kPieceSpace)) text.erase(0, kPieceSpace.size());
    const std::string other = known ? misspell(text, rate, random) : text;
    const Ids found = other == text ? Ids(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                          ids.begin() + static_cast<std::ptrdiff_t>(end))
                                    : tokenizer.encode(other);
    changed.insert(changed.end(), found.begin(), found.end());
  }
  return changed;
}

Ids drop(const Ids& ids, double rate, Random& random) {
  Ids kept;
  for (const int32_t id : ids) {
    if (!happens(rate, random)) kept.push_back(id);
  }
  if (kept.empty() && !ids.empty()) kept.push_back(ids[random.below(ids.size())]);
  return kept;
}

void swap_neighbours(Ids& ids, double rate, Random& random) {
  for (size_t i = 1; i < ids.size(); ++i) {
    if (!happens(rate, random)) continue;
    std::swap(ids[i - 1], ids[i]);
    ++i;
  }
}

void mask(Ids& ids, double rate, int64_t vocabulary, Random& random) {
  constexpr int32_t kFirst = Tokenizer::kEnd + 1;
  for (int32_t& id : ids) {
    if (!happens(rate, random)) continue;
    const bool unknown = random.below(2) == 0 || vocabulary <= kFirst;
    id = unknown ? Tokenizer::kUnknown
                 : kFirst + static_cast<int32_t>(random.below(static_cast<uint64_t>(vocabulary - kFirst)));
  }
}

}  // namespace

Example Augmenter::operator()(int64_t number, int64_t epoch) const {
  Example example = corpus_.train.examples[static_cast<size_t>(number)];
  Random random(
      mix64(mix64(mix64(static_cast<uint64_t>(train_.seed)) ^ kStream ^ static_cast<uint64_t>(epoch)) ^
            static_cast<uint64_t>(number)));
  if (!train_.augment.any() || !happens(train_.augment.share, random)) return example;
  change_text(example, random);
  for (Example& other : example.other) change_text(other, random);
  return example;
}

void Augmenter::change_text(Example& text, Random& random) const {
  Ids source = change(text.source, random);
  if (source == text.source) return;
  text.source = std::move(source);
  if (corpus_.config.ngrams.buckets > 0)
    add_ngrams(text, corpus_.tokenizers.source, corpus_.config.ngrams, corpus_.ngram_weights);
}

Ids Augmenter::change(Ids ids, Random& random) const {
  const Recipe::Train::Augment& rates = train_.augment;
  if (rates.spelling > 0.0) ids = misspell(ids, rates.spelling, corpus_.tokenizers.source, random);
  ids = drop(ids, rates.drop, random);
  swap_neighbours(ids, rates.swap, random);
  mask(ids, rates.mask, corpus_.config.source_vocabulary, random);
  ids.resize(std::min(ids.size(), static_cast<size_t>(corpus_.config.max_length - 1)));  // room for </s>
  return ids;
}

}  // namespace heed::train
