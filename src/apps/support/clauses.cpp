#include "apps/support/clauses.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "apps/support/language_texts.h"
#include "apps/support/wording.h"
#include "text/sentences.h"

namespace heed::apps::support {
namespace {

constexpr int64_t kLeastWords = 3;         // of an English clause
constexpr int64_t kLeastChineseWords = 2;  // four letters

// What begins another request; the part behind it begins at `keep`.
struct Joint {
  std::string_view text;
  size_t keep;  // bytes of it that belong to what stands before
};

// English ones only before a word that begins a request: "cash and cards" is one thing.
constexpr std::array<Joint, 8> kEnglish = {{{" and also ", 10},
                                            {", and ", 6},
                                            {" and ", 5},
                                            {", also ", 7},
                                            {" also, ", 7},
                                            {", but ", 6},
                                            {", plus ", 7},
                                            {", ", 2}}};
constexpr std::array<std::string_view, 26> kRequests = {
    "how ",    "what ",   "what's", "why ",   "when ", "where ", "who ",  "can ",  "could ",
    "do ",     "does ",   "is ",    "are ",   "i ",    "i'd ",   "i'm ",  "i've ", "my ",
    "please ", "should ", "will ",  "would ", "tell ", "there ", "also ", "did "};
constexpr std::array<Joint, 18> kChinese = {{{"还有", 0},
                                             {"另外", 0},
                                             {"顺便", 0},
                                             {"并且", 0},
                                             {"而且", 0},
                                             {"同时", 0},
                                             {"，我", 3},
                                             {"，怎么", 3},
                                             {"，如何", 3},
                                             {"，能", 3},
                                             {"，可以", 3},
                                             {"，请", 3},
                                             {"，什么", 3},
                                             {"，为什么", 3},
                                             {"，也", 3},
                                             {"，再", 3},
                                             {"，想", 3},
                                             {"、还", 3}}};

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool begins_request(std::string_view text) {
  std::string begin(text.substr(0, 8));
  std::ranges::transform(begin, begin.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(kRequests, [&](std::string_view each) { return begin.starts_with(each); });
}

bool stands_alone(std::string_view text) {
  return count_words(text) >= (language_of(text) == "zh" ? kLeastChineseWords : kLeastWords);
}

// Where the first clause of `sentence` ends; its size where it is one.
size_t first_end(std::string_view sentence) {
  size_t best = sentence.size();
  const auto look = [&](const auto& joints, bool needs_request) {
    for (const Joint& joint : joints) {
      for (size_t at = sentence.find(joint.text); at != sentence.npos;
           at = sentence.find(joint.text, at + 1)) {
        const size_t end = at + joint.keep;
        if (end == 0 || end >= best) break;
        const std::string_view rest = sentence.substr(end);
        if (needs_request && !begins_request(rest)) continue;
        if (!stands_alone(sentence.substr(0, end)) || !stands_alone(rest)) continue;
        best = end;
        break;
      }
    }
  };
  look(kEnglish, true);
  look(kChinese, false);
  for (const std::string_view mark : {std::string_view(";"), std::string_view("；")}) {
    const size_t at = sentence.find(mark);
    if (at == sentence.npos || at + mark.size() >= best) continue;
    const size_t end = at + mark.size();
    if (stands_alone(sentence.substr(0, end)) && stands_alone(sentence.substr(end))) best = end;
  }
  return best;
}

}  // namespace

std::vector<std::string> split_clauses(std::string_view text) {
  std::vector<std::string> clauses;
  const auto add = [&](std::string_view part) {
    part = trimmed(part);
    if (part.empty()) return;
    // A sentence of marks alone belongs to the one before it.
    if (!clauses.empty() && (clauses.size() == kMaxClauses || !has_words(part)))
      clauses.back() += std::string(" ").append(part);
    else
      clauses.emplace_back(part);
  };
  for (const std::string& sentence : split_sentences(text)) {
    std::string_view rest = sentence;
    while (!rest.empty()) {
      const size_t end = clauses.size() + 1 < kMaxClauses ? first_end(rest) : rest.size();
      add(rest.substr(0, end));
      rest.remove_prefix(end);
    }
  }
  return clauses;
}

}  // namespace heed::apps::support
