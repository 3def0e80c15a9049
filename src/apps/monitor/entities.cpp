#include "apps/monitor/entities.h"

#include <algorithm>
#include <unordered_map>

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "base/error.h"
#include "base/utf8.h"
#include "data/table.h"
#include "text/normalise.h"
#include "text/script.h"
#include "text/sentences.h"

namespace heed::apps::monitor {
namespace {

constexpr size_t kMostEntities = 100'000;
constexpr size_t kLongInDictionary = 4;  // letters

// A code point of a text, folded for comparison, with its place in bytes; one may fold to several.
struct Letter {
  char32_t folded;
  size_t begin, end;
  bool first;  // of what its character folds to
};

size_t width_of(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

char32_t code_point(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes.front());
  if (bytes.size() == 1) return lead;
  char32_t value = lead & (0xFFU >> (bytes.size() + 1));
  for (const char c : bytes.substr(1)) value = (value << 6) | (static_cast<unsigned char>(c) & 0x3F);
  return value;
}

std::vector<Letter> letters_of(std::string_view text) {
  static UErrorCode status = U_ZERO_ERROR;
  static const icu::Normalizer2* const kFold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  std::vector<Letter> letters;
  letters.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t end = std::min(text.size(), i + width_of(static_cast<unsigned char>(text[i])));
    const char32_t c = code_point(text.substr(i, end - i));
    if (c < 0x80) {
      letters.push_back({c >= 'A' && c <= 'Z' ? c + 32 : c, i, end, true});
    } else if (c >= 0x4E00 && c <= 0x9FFF) {
      letters.push_back({c, i, end, true});
    } else {
      UErrorCode problem = U_ZERO_ERROR;
      const icu::UnicodeString folded =
          kFold->normalize(icu::UnicodeString(static_cast<UChar32>(c)), problem);
      bool first = true;
      for (int32_t k = 0; k < folded.length(); k = folded.moveIndex32(k, 1), first = false)
        letters.push_back({static_cast<char32_t>(folded.char32At(k)), i, end, first});
    }
    i = end;
  }
  return letters;
}

bool is_word_letter(char32_t c) {
  return u_isalnum(static_cast<UChar32>(c)) != 0 || u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK;
}

bool is_without_spaces(std::string_view text, const Letter& letter) {
  return runs_on(text.substr(letter.begin, letter.end - letter.begin));
}

// Where ICU's words begin and end, in bytes.
std::vector<size_t> word_ends(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> words(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) throw Error(ErrorCode::internal, "ICU: expected rules for words, found none");
  UText utf8 = UTEXT_INITIALIZER;
  utext_openUTF8(&utf8, text.data(), static_cast<int64_t>(text.size()), &status);
  words->setText(&utf8, status);
  std::vector<size_t> ends;
  for (int32_t at = words->first(); at != icu::BreakIterator::DONE; at = words->next())
    ends.push_back(static_cast<size_t>(at));
  utext_close(&utf8);
  return ends;
}

bool is_clause_end(std::string_view sentence, size_t at, size_t& length) {
  static constexpr std::string_view kSigns[] = {",", ";", "，", "；", "、", "—", " - ", "："};
  for (const std::string_view sign : kSigns) {
    if (!sentence.substr(at).starts_with(sign)) continue;
    // "1,000" is one number.
    const bool is_number = sign == "," && at > 0 && at + 1 < sentence.size() &&
                           std::isdigit(sentence[at - 1]) != 0 && std::isdigit(sentence[at + 1]) != 0;
    length = sign.size();
    return !is_number;
  }
  return false;
}

// A word that turns to something else; the clause begins with it.
bool turns(std::string_view sentence, size_t at) {
  static constexpr std::string_view kWords[] = {" but ", " while ", " whereas ", " although ", " however ",
                                                "但",    "而",      "不过",      "然而"};
  return at > 0 && std::ranges::any_of(
                       kWords, [&](std::string_view word) { return sentence.substr(at).starts_with(word); });
}

}  // namespace

struct Entities::Impl {
  struct Node {
    std::unordered_map<char32_t, uint32_t> next;
    int64_t entity = -1;
  };
  std::vector<std::string> names;
  std::vector<Node> nodes = std::vector<Node>(1);

  void add(const std::string& alias, size_t entity) {
    uint32_t node = 0;
    bool has_letter = false;
    for (const Letter& letter : letters_of(alias)) {
      has_letter |= is_word_letter(letter.folded);
      const auto [next, is_new] =
          nodes[node].next.try_emplace(letter.folded, static_cast<uint32_t>(nodes.size()));
      const uint32_t target = next->second;
      if (is_new) nodes.emplace_back();
      node = target;
    }
    if (!has_letter)
      throw Error(ErrorCode::invalid_argument, "entity '" + names[entity] +
                                                   "': expected aliases with a letter or a digit, found '" +
                                                   printable_utf8(alias, 64) + "'");
    Node& last = nodes[node];
    if (last.entity >= 0 && last.entity != static_cast<int64_t>(entity))
      throw Error(ErrorCode::invalid_argument, "alias '" + printable_utf8(alias, 64) +
                                                   "': expected it to mean one entity, found '" +
                                                   names[static_cast<size_t>(last.entity)] + "' and '" +
                                                   names[entity] + "'; take it from one");
    last.entity = static_cast<int64_t>(entity);
  }
};

Entities::Entities() : impl_(std::make_unique<Impl>()) {}
Entities::~Entities() = default;
Entities::Entities(Entities&&) noexcept = default;
Entities& Entities::operator=(Entities&&) noexcept = default;

Entities::Entities(const std::vector<Entity>& entities) : impl_(std::make_unique<Impl>()) {
  if (entities.size() > kMostEntities)
    throw Error(ErrorCode::invalid_argument,
                "entities: expected at most 100000, found " + std::to_string(entities.size()));
  for (const Entity& entity : entities) {
    if (entity.name == "*")
      throw Error(ErrorCode::invalid_argument,
                  "entity '*': expected a name ('*' means all of them), found '*'");
    impl_->names.push_back(entity.name);
    impl_->add(entity.name, impl_->names.size() - 1);
    for (const std::string& alias : entity.aliases) impl_->add(alias, impl_->names.size() - 1);
  }
}

const std::vector<std::string>& Entities::names() const { return impl_->names; }

std::vector<Mention> Entities::find(std::string_view text) const {
  std::vector<Mention> mentions;
  if (impl_->names.empty()) return mentions;
  const std::vector<Letter> letters = letters_of(text);
  std::vector<size_t> ends;  // looked up when first needed
  const auto is_word_end = [&](size_t byte) {
    if (ends.empty()) ends = word_ends(text);
    return std::ranges::binary_search(ends, byte);
  };
  // Whether a word may begin or end between letters i - 1 and i, where `inside` is the one that is the
  // alias's.
  const auto is_edge = [&](size_t i, size_t inside, bool is_long) {
    if (i == 0 || i == letters.size() || !is_word_letter(letters[inside].folded)) return true;
    const Letter& outside = letters[inside == i ? i - 1 : i];
    if (!is_word_letter(outside.folded)) return true;
    const bool runs_inside = is_without_spaces(text, letters[inside]);
    if (runs_inside != is_without_spaces(text, outside)) return true;
    return runs_inside && (is_long || is_word_end(letters[i].begin));
  };
  for (size_t i = 0; i < letters.size();) {
    size_t best_end = i;
    size_t entity = 0;
    uint32_t node = 0;
    for (size_t k = i; k < letters.size() && letters[i].first; ++k) {
      const auto& next = impl_->nodes[node].next;
      const auto found = next.find(letters[k].folded);
      if (found == next.end()) break;
      node = found->second;
      const bool is_whole = k + 1 == letters.size() || letters[k + 1].first;
      if (impl_->nodes[node].entity < 0 || !is_whole) continue;
      const bool is_long = k + 1 - i >= kLongInDictionary;
      if (!is_edge(i, i, is_long) || !is_edge(k + 1, k, is_long)) continue;
      best_end = k + 1;
      entity = static_cast<size_t>(impl_->nodes[node].entity);
    }
    if (best_end == i) {
      ++i;
      continue;
    }
    mentions.push_back({entity, letters[i].begin, letters[best_end - 1].end});
    i = best_end;
  }
  return mentions;
}

Entities read_entities(const std::filesystem::path& path) {
  const data::Table table = data::read_table(path);
  const size_t name = table.column("entity"), alias = table.column("alias");
  std::vector<Entity> entities;
  std::unordered_map<std::string, size_t> known;
  for (const data::Row& row : table.rows) {
    const auto [place, is_new] = known.try_emplace(row.fields[name], entities.size());
    if (is_new) entities.push_back({.name = row.fields[name], .aliases = {}});
    if (!row.fields[alias].empty()) entities[place->second].aliases.push_back(row.fields[alias]);
  }
  try {
    return Entities(std::move(entities));
  } catch (const Error& error) {
    throw Error(error.code(), path.string() + ": " + error.what());
  }
}

std::vector<std::string_view> split_clauses(std::string_view text) {
  std::vector<std::string_view> clauses;
  size_t begin = 0, sentence_end = 0;
  const auto cut = [&](size_t end) {
    if (end > begin) clauses.push_back(text.substr(begin, end - begin));
    begin = end;
  };
  for (const std::string& sentence : split_sentences(text)) {
    const size_t start = sentence_end;
    sentence_end += sentence.size();
    for (size_t i = 0; i < sentence.size(); ++i) {
      size_t length = 0;
      if (is_clause_end(sentence, i, length)) {
        cut(start + i + length);
        i += length - 1;
      } else if (turns(sentence, i)) {
        cut(start + i);
      }
    }
    cut(sentence_end);
  }
  return clauses;
}

std::string clauses_naming(std::string_view text, std::span<const Mention> mentions, size_t entity) {
  constexpr int64_t kLeastWidth = 12;  // about three words, or six Chinese letters
  const std::vector<std::string_view> clauses = split_clauses(text);
  std::string naming, since;  // since: clauses after a naming one that name nobody go on about the same
  bool goes_on = false, all = true;
  for (const std::string_view clause : clauses) {
    const auto begin = static_cast<size_t>(clause.data() - text.data()), end = begin + clause.size();
    bool names_it = false, names_other = false;
    for (const Mention& mention : mentions) {
      if (mention.begin < begin || mention.begin >= end) continue;
      names_it |= mention.entity == entity;
      names_other |= mention.entity != entity;
    }
    if (names_it || names_other) goes_on = names_it;
    if (goes_on)
      naming += clause;
    else
      all = false;
  }
  if (all || count_width(normalise(naming, {})) < kLeastWidth) return std::string(text);
  return naming;
}

}  // namespace heed::apps::monitor
