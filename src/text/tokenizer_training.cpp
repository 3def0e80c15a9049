#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/random.h"
#include "text/normalise.h"
#include "text/piece_library.h"
#include "text/tokenizer.h"

namespace heed {
namespace {

// SentencePiece drops longer lines without a word.
constexpr size_t kMaxLineBytes = 4192;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

// Up to `max_lines` of the lines that are not blank, in their order.
std::vector<size_t> sample_lines(const std::vector<std::string>& lines, const TokenizerOptions& options) {
  std::vector<size_t> chosen;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!is_blank(lines[i])) chosen.push_back(i);
  }
  const auto wanted = static_cast<size_t>(std::max<int64_t>(options.max_lines, 1));
  if (chosen.size() <= wanted) return chosen;
  Random random(options.seed);
  random.shuffle(chosen);
  chosen.resize(wanted);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

// The chosen lines one after another, long ones in parts: cut at a space where there is one.
class LineParts {
 public:
  LineParts(const std::vector<std::string>& lines, std::vector<size_t> chosen)
      : lines_(lines), chosen_(std::move(chosen)) {}

  // Empty at the end.
  std::string next() {
    while (rest_.empty() && at_ < chosen_.size()) rest_ = lines_[chosen_[at_++]];
    size_t end = utf8_prefix(rest_, kMaxLineBytes);
    if (end < rest_.size()) {
      const size_t space = rest_.rfind(' ', end);
      if (space != rest_.npos && space > 0) end = space;
    }
    std::string part(rest_.substr(0, end));
    std::replace(part.begin(), part.end(), '\t', ' ');  // SentencePiece skips lines with a tab
    rest_.remove_prefix(end);
    return part;
  }

 private:
  const std::vector<std::string>& lines_;
  std::vector<size_t> chosen_;
  size_t at_ = 0;
  std::string_view rest_;
};

void check_options(const TokenizerOptions& options) {
  static const std::array<std::string, 2> kAlgorithms = {"unigram", "bpe"};
  if (std::find(kAlgorithms.begin(), kAlgorithms.end(), options.algorithm) == kAlgorithms.end()) {
    throw Error(ErrorCode::invalid_argument, "tokenizer algorithm: expected unigram or bpe, found '" +
                                                 options.algorithm + "'" +
                                                 did_you_mean(options.algorithm, kAlgorithms));
  }
  if (options.vocabulary < 4 || options.vocabulary > 1000000) {
    throw Error(ErrorCode::invalid_argument, "tokenizer vocabulary: expected 4 to 1000000 pieces, found " +
                                                 std::to_string(options.vocabulary));
  }
  if (!(options.character_coverage >= 0.9 && options.character_coverage <= 1.0)) {
    throw Error(ErrorCode::invalid_argument, "tokenizer character_coverage: expected 0.9 to 1, found " +
                                                 std::to_string(options.character_coverage));
  }
}

// The letters, digits and marks of ASCII that these lines have: "%" and "8" mean too much to be unknown where
// they are rare.
std::string ascii_of(const std::vector<std::string>& lines, const std::vector<size_t>& chosen) {
  std::array<bool, 256> found{};
  for (const size_t line : chosen) {
    for (const char c : lines[line]) found[static_cast<uint8_t>(c)] = true;
  }
  std::string characters;
  for (char c = ' ' + 1; c < 0x7F; ++c) {
    if (found[static_cast<uint8_t>(c)]) characters += c;
  }
  return characters;
}

std::unordered_map<std::string, std::string> trainer_arguments(const TokenizerOptions& options,
                                                               const std::string& required) {
  return {
      {"model_type", options.algorithm},
      {"vocab_size", std::to_string(options.vocabulary)},
      {"hard_vocab_limit", "false"},
      {"character_coverage", std::to_string(options.character_coverage)},
      {"required_chars", required},
      {"normalization_rule_name", "identity"},
      {"unk_id", std::to_string(Tokenizer::kUnknown)},
      {"bos_id", std::to_string(Tokenizer::kBegin)},
      {"eos_id", std::to_string(Tokenizer::kEnd)},
      {"pad_id", "-1"},
      {"max_sentence_length", std::to_string(kMaxLineBytes)},
      // The sums of a thread are added up in order, so a fixed number gives a fixed result on any machine.
      {"num_threads", "4"}};
}

// Says in the options' terms what SentencePiece says in its own.
[[noreturn]] void fail_training(const TokenizerOptions& options, const std::string& reason) {
  const size_t at = reason.find("smaller than required_chars. ");
  const size_t versus = reason.find(" vs ", at);
  if (at == reason.npos || versus == reason.npos) {
    throw Error(ErrorCode::invalid_argument, "tokenizer: SentencePiece cannot learn from this text: " +
                                                 reason + "; check the text column");
  }
  const std::string needed = reason.substr(versus + 4, reason.find('.', versus) - versus - 4);
  throw Error(ErrorCode::invalid_argument, "tokenizer vocabulary: expected at least the " + needed +
                                               " pieces that the text's characters take, found " +
                                               std::to_string(options.vocabulary) +
                                               "; raise it or lower character_coverage");
}

}  // namespace

Tokenizer Tokenizer::train(const std::vector<std::string>& lines, const TokenizerOptions& options) {
  check_options(options);
  std::vector<size_t> chosen = sample_lines(lines, options);
  if (chosen.empty()) {
    throw Error(ErrorCode::invalid_argument, "tokenizer: expected text to learn pieces from, found none in " +
                                                 std::to_string(lines.size()) +
                                                 " lines; check the text column");
  }
  const std::string required = ascii_of(lines, chosen);
  LineParts parts(lines, std::move(chosen));
  std::string bytes, reason;
  const bool trained = piece_library().train(
      trainer_arguments(options, required), [&] { return parts.next(); }, &bytes, &reason);
  if (!trained) fail_training(options, reason);
  Tokenizer tokenizer = from_bytes(std::move(bytes), "trained tokenizer");
  if (tokenizer.size() < options.vocabulary) {
    spdlog::warn("tokenizer: the text has pieces for a vocabulary of {} only, {} was asked for",
                 tokenizer.size(), options.vocabulary);
  }
  return tokenizer;
}

}  // namespace heed
