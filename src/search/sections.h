#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heed::search {

// Bytes [begin, end) of a document.
struct ByteRange {
  size_t begin = 0, end = 0;
};

// What stands below one heading. Sections and their paragraphs are in the order of the document.
struct Section {
  std::string title;  // the path of headings: "Cards > Lost card"
  std::vector<ByteRange> paragraphs;
};

// Plain text: one section without a title; paragraphs are runs of lines that are not empty.
std::vector<Section> text_sections(std::string_view document);

// The headings, fences and paragraphs of CommonMark; of its other blocks each line is text.
std::vector<Section> markdown_sections(std::string_view document);

}  // namespace heed::search
