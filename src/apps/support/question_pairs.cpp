#include "apps/support/question_pairs.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "text/normalise.h"

namespace heed::apps::support {
namespace {

constexpr int64_t kShortestQuestion = 8, kShortestAnswer = 24;
constexpr size_t kMostQuestions = 20, kPrivateDigits = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_address_part(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void append(std::string& text, const std::string& more) {
  if (!text.empty()) text += ' ';
  text += normalise(more, {.form = Normalisation::nfc});
}

std::string key_of(std::string_view text) { return normalise(text, {.lowercase = true}); }

}  // namespace

bool holds_private(std::string_view text) {
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      if (++digits >= kPrivateDigits) return true;
    } else if (c != ' ' && c != '-') {
      digits = 0;
    }
    const bool at = c == '@' && i > 0 && i + 1 < text.size();
    if (at && is_address_part(text[i - 1]) && is_address_part(text[i + 1])) return true;
  }
  return false;
}

QuestionPairs question_pairs(const std::vector<PastConversation>& conversations) {
  QuestionPairs result;
  for (const PastConversation& conversation : conversations) {
    QuestionPair open{.where = conversation.where};
    const auto close = [&] {
      QuestionPair pair = std::move(open);
      open = {.where = conversation.where};
      if (pair.question.empty() || pair.answer.empty()) return;
      if (count_width(pair.question) < kShortestQuestion || count_width(pair.answer) < kShortestAnswer) {
        ++result.too_short;
      } else if (holds_private(pair.question) || holds_private(pair.answer)) {
        ++result.private_ones;
      } else {
        result.pairs.push_back(std::move(pair));
      }
    };
    for (const PastTurn& turn : conversation.turns) {
      if (turn.from == PastTurn::From::customer && !open.answer.empty()) close();
      if (turn.from == PastTurn::From::customer) append(open.question, turn.text);
      if (turn.from == PastTurn::From::agent && !open.question.empty()) append(open.answer, turn.text);
    }
    close();
  }
  return result;
}

std::vector<KnowledgeRow> knowledge_of(const std::vector<QuestionPair>& pairs) {
  std::vector<KnowledgeRow> rows;
  std::unordered_map<std::string, size_t> numbers;
  for (const QuestionPair& pair : pairs) {
    const auto [number, is_new] = numbers.try_emplace(key_of(pair.answer), rows.size());
    if (is_new) {
      rows.push_back({.id = std::filesystem::path(pair.where).filename().string() + "#" +
                            std::to_string(rows.size() + 1),
                      .title = pair.question,
                      .text = pair.answer,
                      .questions = {pair.question},
                      .source = std::filesystem::path(pair.where).filename().string(),
                      .language = language_of(pair.answer, "en")});
      continue;
    }
    std::vector<std::string>& questions = rows[number->second].questions;
    const auto same = [&](const std::string& question) { return key_of(question) == key_of(pair.question); };
    if (questions.size() <= kMostQuestions && std::none_of(questions.begin(), questions.end(), same)) {
      questions.push_back(pair.question);
    }
  }
  std::erase_if(rows, [](const KnowledgeRow& row) { return row.questions.size() > kMostQuestions; });
  return rows;
}

}  // namespace heed::apps::support
