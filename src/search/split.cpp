#include "search/split.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"
#include "search/sections.h"
#include "text/normalise.h"
#include "text/sentences.h"

namespace heed::search {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

// A sentence, or a piece of one that is wider than a passage.
struct Unit {
  ByteRange range;
  int64_t width;
  // From here to the end of its paragraph, where the paragraph begins here; else 0.
  int64_t paragraph_width = 0;
};

void check(const SplitOptions& options) {
  if (options.width < 16 || options.overlap < 0 || options.overlap > options.width / 2)
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "split: expected a width of at least 16 and an overlap from 0 to half of it, found {} and {}",
            options.width, options.overlap));
}

void check_utf8(std::string_view document, const std::string& source) {
  const size_t broken = find_invalid_utf8(document);
  if (broken != std::string_view::npos)
    throw Error(
        ErrorCode::corrupt_data,
        fmt::format("{}: expected UTF-8, found a broken byte at {}; convert the file first", source, broken));
}

ByteRange trimmed(std::string_view document, ByteRange range) {
  while (range.end > range.begin && kSpaces.find(document[range.end - 1]) != kSpaces.npos) --range.end;
  while (range.begin < range.end && kSpaces.find(document[range.begin]) != kSpaces.npos) ++range.begin;
  return range;
}

// The longest beginning of `text` of at most `width`, cut behind a white space where there is one in its
// second half.
size_t piece_end(std::string_view text, int64_t width) {
  size_t end = 0, space = 0;
  for (int64_t used = 0; end < text.size();) {
    const size_t next = end + utf8_prefix(text.substr(end), 1);
    used += count_width(text.substr(end, next - end));
    if (used > width) break;
    end = next;
    if (text[end - 1] == ' ' || text[end - 1] == '\n') space = end;
  }
  if (end == text.size()) return end;
  return space > end / 2 ? space : std::max(end, utf8_prefix(text, 1));
}

void add_units(std::string_view document, const ByteRange& paragraph, int64_t width,
               std::vector<Unit>& units) {
  const size_t first = units.size();
  ByteRange sentence{paragraph.begin, paragraph.begin};
  for (const std::string& text :
       split_sentences(document.substr(paragraph.begin, paragraph.end - paragraph.begin))) {
    sentence = {sentence.end, sentence.end + text.size()};
    for (ByteRange rest = trimmed(document, sentence); rest.begin < rest.end;) {
      const std::string_view left = document.substr(rest.begin, rest.end - rest.begin);
      const ByteRange piece = trimmed(document, {rest.begin, rest.begin + piece_end(left, width)});
      rest = trimmed(document, {std::max(piece.end, rest.begin + 1), rest.end});
      if (piece.begin < piece.end)
        units.push_back({piece, count_width(document.substr(piece.begin, piece.end - piece.begin))});
    }
  }
  if (units.size() == first) return;
  const size_t begin = units[first].range.begin, end = units.back().range.end;
  units[first].paragraph_width = count_width(document.substr(begin, end - begin));
}

// Ranges of units that make a passage each: as many as fit, and a paragraph that would be cut but fits into a
// passage of its own begins one.
std::vector<std::span<const Unit>> passages_of(std::string_view document, std::span<const Unit> units,
                                               const SplitOptions& options) {
  std::vector<std::span<const Unit>> passages;
  const auto width_from = [&](size_t first, size_t end_byte) {
    return count_width(document.substr(units[first].range.begin, end_byte - units[first].range.begin));
  };
  size_t first = 0, taken = 0;  // units [first, taken) are in the passage
  while (taken < units.size()) {
    const size_t fresh = taken;  // what is before it was in the passage before
    for (; taken < units.size(); ++taken) {
      const int64_t width = width_from(first, units[taken].range.end);
      const bool cut = units[taken].paragraph_width > 0 && units[taken].paragraph_width <= options.width &&
                       width - units[taken].width + units[taken].paragraph_width > options.width;
      if (taken > fresh && (width > options.width || cut)) break;
    }
    // The overlap goes where it would push out what is new.
    while (first < fresh && width_from(first, units[taken - 1].range.end) > options.width) ++first;
    passages.push_back(units.subspan(first, taken - first));
    for (first = taken; first > fresh && first < units.size();) {
      if (width_from(first - 1, units[taken - 1].range.end) > options.overlap) break;
      --first;
    }
  }
  return passages;
}

std::vector<Passage> split_sections(std::string_view document, const std::string& source,
                                    const std::vector<Section>& sections, const SplitOptions& options) {
  std::vector<Passage> passages;
  size_t counted = 0;      // in so many bytes
  int64_t characters = 0;  // there are so many code points
  for (const Section& section : sections) {
    std::vector<Unit> units;
    for (const ByteRange& paragraph : section.paragraphs)
      add_units(document, paragraph, options.width, units);
    for (const std::span<const Unit> chosen : passages_of(document, units, options)) {
      const ByteRange range{chosen.front().range.begin, chosen.back().range.end};
      characters += count_characters(document.substr(counted, range.begin - counted));
      counted = range.begin;
      Passage passage;
      passage.title = section.title;
      passage.text = document.substr(range.begin, range.end - range.begin);
      passage.source = source;
      passage.language = options.language;
      passage.begin = characters;
      passage.end = characters + count_characters(passage.text);
      passages.push_back(std::move(passage));
    }
  }
  return passages;
}

void number(std::vector<Passage>& passages, const std::string& name) {
  for (size_t i = 0; i < passages.size(); ++i) passages[i].id = fmt::format("{}#{}", name, i + 1);
}

}  // namespace

std::vector<Passage> split_text(std::string_view document, const std::string& source,
                                const SplitOptions& options) {
  check(options);
  check_utf8(document, source);
  std::vector<Passage> passages = split_sections(document, source, text_sections(document), options);
  number(passages, source);
  return passages;
}

std::vector<Passage> split_markdown(std::string_view document, const std::string& source,
                                    const SplitOptions& options) {
  check(options);
  check_utf8(document, source);
  std::vector<Passage> passages = split_sections(document, source, markdown_sections(document), options);
  number(passages, source);
  return passages;
}

std::vector<Passage> split_answers(const std::vector<QuestionAnswer>& rows, const SplitOptions& options) {
  std::vector<Passage> all;
  for (const QuestionAnswer& row : rows) {
    check_utf8(row.question, row.where + ", question");
    std::vector<Passage> passages = split_text(row.answer, row.where, options);
    if (passages.empty() || row.question.find_first_not_of(kSpaces) == std::string::npos)
      throw Error(
          ErrorCode::corrupt_data,
          row.where +
              ": expected a question and its answer, found an empty one; fill it in or leave out the row");
    if (passages.size() == 1) passages.front().id = row.where;
    for (Passage& passage : passages) {
      passage.title = row.question;
      all.push_back(std::move(passage));
    }
  }
  return all;
}

}  // namespace heed::search
