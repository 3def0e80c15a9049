#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/passage.h"

namespace heed::search {

// Lengths are widths (text/normalise.h): a Chinese character counts as two, so that both languages get
// passages of like content.
struct SplitOptions {
  int64_t width = 600;  // wanted: a passage ends with the sentence before which it would be wider
  int64_t overlap =
      120;  // the end of one passage begins the next of the same section: whole sentences, at most this
  std::string language = {};  // of all passages
};

// Cuts a document into passages. Their source is `source`, their ids "SOURCE#1", "SOURCE#2", …; [begin, end)
// are the code points of their text in the document, and the text is exactly those. Broken UTF-8 is refused
// (corrupt_data, with its byte). A sentence wider than a passage is cut at a white space or, where it has
// none, at a character.
//
// Plain text: paragraphs stand apart by an empty line; a passage holds whole ones while they fit.
std::vector<Passage> split_text(std::string_view document, const std::string& source,
                                const SplitOptions& options = {});

// Markdown: the same below each heading (# …, or underlined by === and ---), whose path is the title: "Cards
// > Lost card". A fenced block of code is one paragraph and has no headings.
std::vector<Passage> split_markdown(std::string_view document, const std::string& source,
                                    const SplitOptions& options = {});

// One row of a list of questions and answers, and where it stands ("faq.csv:12").
struct QuestionAnswer {
  std::string question, answer, where;
};

// The question is the title; an answer wider than `width` makes several passages. Ids are "WHERE", or
// "WHERE#1", … where there are several.
std::vector<Passage> split_answers(const std::vector<QuestionAnswer>& rows, const SplitOptions& options = {});

}  // namespace heed::search
