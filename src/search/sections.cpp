#include "search/sections.h"

#include <algorithm>

namespace heed::search {
namespace {

std::string_view trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t\r\n");
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r\n") - begin + 1);
}

// Without the up to three spaces that a block may be set in by; empty where there are more.
std::string_view block_start(std::string_view line) {
  const size_t begin = line.find_first_not_of(' ');
  return begin == line.npos || begin > 3 ? std::string_view() : line.substr(begin);
}

// The level of "## Title", or 0.
size_t heading_level(std::string_view line) {
  const std::string_view start = block_start(line);
  const size_t level = std::min(start.find_first_not_of('#'), start.size());
  const bool is_heading =
      level >= 1 && level <= 6 &&
      (level == start.size() || std::string_view(" \t\r\n").find(start[level]) != std::string_view::npos);
  return is_heading ? level : 0;
}

std::string_view heading_text(std::string_view line) {
  std::string_view text = trimmed(line);
  text = trimmed(text.substr(std::min(text.find_first_not_of('#'), text.size())));
  const size_t end = text.find_last_not_of('#');  // "## Title ##"
  if (end == text.npos) return {};
  if (end + 1 < text.size() && text[end] == ' ') text = trimmed(text.substr(0, end));
  return text;
}

// 1 below "===", 2 below "---", or 0.
size_t underline_level(std::string_view line) {
  const std::string_view marks = trimmed(block_start(line));
  if (marks.size() < 2 || marks.find_first_not_of(marks[0]) != marks.npos) return 0;
  return marks[0] == '=' ? 1 : marks[0] == '-' ? 2 : 0;
}

// The marks that open a fenced block: "```" or more of them, or "~~~".
std::string_view fence_of(std::string_view line) {
  const std::string_view start = block_start(line);
  if (start.empty() || (start[0] != '`' && start[0] != '~')) return {};
  const size_t count = std::min(start.find_first_not_of(start[0]), start.size());
  return count >= 3 ? start.substr(0, count) : std::string_view();
}

class MarkdownReader {
 public:
  explicit MarkdownReader(bool has_headings) : has_headings_(has_headings), sections_(1) {}

  void add(std::string_view line, const ByteRange& range) {
    if (!fence_.empty()) {
      extend(range);
      const std::string_view closing = fence_of(line);
      if (!closing.starts_with(fence_) || trimmed(line) != closing) return;
      fence_ = {};
      return end_paragraph();
    }
    if (trimmed(line).empty()) return end_paragraph();
    if (!has_headings_) return extend(range);
    if (const std::string_view fence = fence_of(line); !fence.empty()) {
      end_paragraph();
      fence_ = fence;
      return extend(range);
    }
    if (const size_t level = heading_level(line); level > 0) return begin_section(level, heading_text(line));
    if (const size_t level = underline_level(line); level > 0 && lines_ == 1) {
      const std::string title(trimmed(last_line_));
      lines_ = 0;  // the line was a heading and no paragraph
      return begin_section(level, title);
    }
    extend(range);
    last_line_ = line;
  }

  std::vector<Section> finish() {
    end_paragraph();
    std::erase_if(sections_, [](const Section& section) { return section.paragraphs.empty(); });
    return std::move(sections_);
  }

 private:
  void extend(const ByteRange& range) {
    if (lines_++ == 0) paragraph_.begin = range.begin;
    paragraph_.end = range.end;
  }

  void end_paragraph() {
    if (lines_ > 0) sections_.back().paragraphs.push_back(paragraph_);
    lines_ = 0;
  }

  void begin_section(size_t level, std::string_view title) {
    end_paragraph();
    path_.resize(level - 1);
    path_.emplace_back(title);
    Section section;
    for (const std::string& heading : path_) {
      if (heading.empty()) continue;
      if (!section.title.empty()) section.title += " > ";
      section.title += heading;
    }
    sections_.push_back(std::move(section));
  }

  bool has_headings_;
  std::vector<Section> sections_;
  std::vector<std::string> path_;  // of headings, from level 1
  std::string_view fence_;         // of the open block
  ByteRange paragraph_;
  size_t lines_ = 0;  // in paragraph_
  std::string_view last_line_;
};

std::vector<Section> read(std::string_view document, bool has_headings) {
  MarkdownReader reader(has_headings);
  for (size_t begin = 0; begin < document.size();) {
    const size_t newline = document.find('\n', begin);
    const size_t end = newline == document.npos ? document.size() : newline + 1;
    reader.add(document.substr(begin, end - begin), {begin, end});
    begin = end;
  }
  return reader.finish();
}

}  // namespace

std::vector<Section> text_sections(std::string_view document) { return read(document, false); }

std::vector<Section> markdown_sections(std::string_view document) { return read(document, true); }

}  // namespace heed::search
