#include "apps/support/wording.h"

#include <algorithm>
#include <array>
#include <span>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "text/normalise.h"
#include "text/script.h"

namespace heed::apps::support {
namespace {

using Words = std::vector<std::string>;

constexpr int64_t kFollowUpWords = 8;

std::string lowered(std::string_view text) {
  return normalise(text, {.form = Normalisation::nfkc, .lowercase = true});
}

// Calls use(code point, begin, end) for each of valid UTF-8.
template <class Use>
void each_code_point(std::string_view text, const Use& use) {
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t end = 0; end < size;) {
    const int32_t begin = end;
    UChar32 c = 0;
    U8_NEXT(text.data(), end, size, c);
    use(c, static_cast<size_t>(begin), static_cast<size_t>(end));
  }
}

// Runs of letters, digits and apostrophes, in small letters.
Words words_of(std::string_view text) {
  Words words;
  bool inside = false;
  each_code_point(text, [&](UChar32 c, size_t begin, size_t end) {
    const bool is_apostrophe = c == '\'' || c == 0x2019;
    if (c < 0 || (!u_isalnum(c) && !(is_apostrophe && inside))) {
      inside = false;
      return;
    }
    if (!inside) words.emplace_back();
    inside = true;
    words.back() += is_apostrophe ? std::string_view("'") : text.substr(begin, end - begin);
  });
  return words;
}

template <size_t N>
bool is_one_of(const std::string& word, const std::array<std::string_view, N>& list) {
  return std::ranges::find(list, word) != list.end();
}

constexpr std::array<std::string_view, 14> kPeople = {
    "human",   "person",     "agent",   "agents",  "representative", "rep",   "operator",
    "advisor", "supervisor", "manager", "adviser", "people",         "staff", "humans"};
constexpr std::array<std::string_view, 2> kSomebody = {"someone", "somebody"};
constexpr std::array<std::string_view, 9> kSpeak = {"talk",     "speak",    "chat",    "connect", "escalate",
                                                    "speaking", "chatting", "talking", "put"};
constexpr std::array<std::string_view, 8> kWant = {"want", "need",  "get",     "give",
                                                   "call", "reach", "contact", "transfer"};
constexpr std::array<std::string_view, 31> kBetween = {
    "a",       "an",   "the",      "to",        "with",   "me",      "us",        "through",
    "real",    "live", "actual",   "some",      "your",   "human",   "customer",  "service",
    "support", "over", "directly", "this",      "please", "another", "different", "talk",
    "speak",   "chat", "be",       "connected", "in",     "touch",   "bank"};
constexpr std::array<std::string_view, 10> kNegations = {"don't", "dont",   "not",     "no",    "without",
                                                         "never", "didn't", "doesn't", "won't", "stop"};
constexpr std::array<std::string_view, 12> kBare = {"please",  "a",       "real", "live", "now",  "customer",
                                                    "service", "support", "the",  "an",   "help", "hello"};

bool is_person(const std::string& word) { return is_one_of(word, kPeople); }

// Whether a person stands behind the verb at `verb`, with nothing between but what belongs there.
bool leads_to_person(const Words& words, size_t verb) {
  const bool speaks = is_one_of(words[verb], kSpeak);
  bool to_me = false;
  for (size_t i = verb + 1; i < words.size() && i < verb + 9; ++i) {
    to_me = to_me || words[i] == "me" || words[i] == "us";
    // "Transfer to a person" is about money; "transfer me" is not.
    const bool counts = words[verb] != "transfer" || to_me;
    if (is_person(words[i]) && !is_one_of(words[i], kBetween)) return counts;
    if (speaks && is_one_of(words[i], kSomebody)) return true;
    if (words[i] == "human") return counts;
    if (!is_one_of(words[i], kBetween)) return false;
  }
  return false;
}

bool is_negated(const Words& words, size_t place) {
  const auto begin = words.begin() + static_cast<std::ptrdiff_t>(place - std::min<size_t>(place, 4));
  return std::any_of(begin, words.begin() + static_cast<std::ptrdiff_t>(place),
                     [](const std::string& word) { return is_one_of(word, kNegations); });
}

bool is_bare_request(const Words& words) {
  return words.size() <= 4 && std::ranges::any_of(words, is_person) &&
         std::ranges::all_of(
             words, [](const std::string& word) { return is_person(word) || is_one_of(word, kBare); });
}

bool asks_in_english(std::string_view text) {
  const Words words = words_of(text);
  if (is_bare_request(words)) return true;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool is_verb = is_one_of(words[i], kSpeak) || is_one_of(words[i], kWant);
    if (is_verb && !is_negated(words, i) && leads_to_person(words, i)) return true;
  }
  return false;
}

constexpr std::array<std::string_view, 27> kChineseRequests = {
    "转人工",   "人工客服", "人工服务", "真人客服", "找人工",   "要人工",   "接人工",
    "叫人工",   "找真人",   "跟真人",   "和真人",   "与真人",   "转接客服", "转客服",
    "找客服",   "联系客服", "人工坐席", "真人服务", "接通客服", "要真人",   "轉人工",
    "真人客服", "找個真人", "人工回答", "换人工",   "找经理",   "叫经理"};
constexpr std::array<std::string_view, 8> kChineseNegations = {"不",   "别", "无需", "无须",
                                                               "没有", "勿", "免",   "不用"};

bool asks_in_chinese(std::string text) {
  std::erase(text, ' ');
  std::string bare = text;
  for (const std::string_view mark : {"。", "！", "？", "!", "?", ".", "请", "吧", "，", ","}) {
    for (size_t at = bare.find(mark); at != bare.npos; at = bare.find(mark)) bare.erase(at, mark.size());
  }
  if (bare == "人工" || bare == "真人" || bare == "客服") return true;
  for (const std::string_view request : kChineseRequests) {
    const size_t at = text.find(request);
    if (at == text.npos) continue;
    constexpr size_t kNear = 12;  // bytes: four letters
    const size_t begin = at - std::min(at, kNear);
    const std::string_view before = std::string_view(text).substr(begin, at - begin);
    if (std::ranges::none_of(kChineseNegations,
                             [&](std::string_view no) { return before.find(no) != before.npos; }))
      return true;
  }
  return false;
}

bool begins_with_any(std::string_view text, std::span<const std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view each) { return text.starts_with(each); });
}

}  // namespace

bool has_words(std::string_view text) {
  bool found = false;
  each_code_point(text, [&](UChar32 c, size_t, size_t) { found = found || (c >= 0 && u_isalnum(c)); });
  return found;
}

int64_t count_words(std::string_view text) {
  int64_t words = 0, letters = 0;
  bool inside = false;
  each_code_point(text, [&](UChar32 c, size_t begin, size_t end) {
    const bool runs = c >= 0x80 && runs_on(text.substr(begin, end - begin));
    if (runs) ++letters;
    const bool is_word = c >= 0 && u_isalnum(c) && !runs;
    if (is_word && !inside) ++words;
    inside = is_word || (inside && (c == '\'' || c == 0x2019));
  });
  return words + (letters + 1) / 2;
}

bool asks_for_person(std::string_view text) {
  const std::string lower = lowered(text);
  return asks_in_chinese(lower) || asks_in_english(lower);
}

bool follows_up(std::string_view text) {
  static constexpr std::array<std::string_view, 14> kBeginnings = {
      "and ", "what about", "how about", "same for", "also for", "or ",  "but for",
      "那",   "还有",       "另外",      "那么",     "換成",     "换成", "如果是"};
  const std::string lower = lowered(text);
  if (count_words(lower) > kFollowUpWords) return false;
  if (begins_with_any(lower, kBeginnings)) return true;
  return lower.ends_with("呢") || lower.ends_with("呢?") || lower.ends_with("too?") ||
         lower.ends_with("as well?");
}

bool asks_something(std::string_view text) {
  static constexpr std::array<std::string_view, 16> kQuestions = {
      "how",   "what", "why",  "when", "who",  "can ",   "could ", "do ",
      "does ", "is ",  "are ", "怎么", "如何", "为什么", "什么",   "能不能"};
  const std::string lower = lowered(text);
  return lower.find('?') != lower.npos || begins_with_any(lower, kQuestions);
}

}  // namespace heed::apps::support
