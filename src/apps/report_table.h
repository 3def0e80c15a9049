#pragma once

#include <string>
#include <vector>

namespace heed::apps {

// A table of a page. Headings are plain text; cells are HTML, already escaped by whoever puts them in.
struct Table {
  std::vector<std::string> headings;  // none: no heading row
  std::vector<std::vector<std::string>> rows;
  std::vector<size_t> numbers;  // columns aligned to the right
  bool stacks = false;          // on a narrow screen each row becomes a block of its cells
};

std::string to_html(const Table& table);

}  // namespace heed::apps
