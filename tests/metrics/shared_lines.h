#pragma once

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "metrics/code_points.h"

// Real sentences outside the project and two ways of spoiling them that any program can repeat.
namespace heed::metrics {

using Sentences = std::vector<std::string>;

// The lines of a file of the shared data; none where it is absent.
inline Sentences shared_lines(const std::string& name) {
  const char* folder = std::getenv("HEED_DATA");
  std::ifstream file((folder != nullptr ? std::string(folder) : HEED_SOURCE_DIR "/../shared/data") + "/" +
                     name);
  Sentences lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// 2000 Chinese sentences: the second field of rows 5000 and on.
inline Sentences shared_chinese_lines() {
  const Sentences rows = shared_lines("translation/tatoeba_zh_en/cmn.txt");
  Sentences lines;
  for (size_t i = 5000; i < 7000 && i < rows.size(); ++i) {
    const size_t begin = rows[i].find('\t') + 1;
    lines.push_back(rows[i].substr(begin, rows[i].find('\t', begin) - begin));
  }
  return lines;
}

inline Sentences words_of_line(const std::string& line) {
  Sentences words(1);
  for (char c : line) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back().push_back(c);
    }
  }
  return words;
}

// Second and third word exchanged; every fifth line stutters; every third loses its last character.
inline Sentences with_mistakes(const Sentences& lines) {
  Sentences spoilt;
  for (size_t i = 0; i < lines.size(); ++i) {
    Sentences words = words_of_line(lines[i]);
    if (words.size() > 3) std::swap(words[1], words[2]);
    std::string line = i % 5 == 0 ? words[0] + " " : "";
    for (const auto& word : words) line += &word == &words[0] ? word : " " + word;
    std::u32string points = to_code_points(line);
    if (i % 3 == 0 && !points.empty()) points.pop_back();
    spoilt.push_back(to_utf8(points));
  }
  return spoilt;
}

// The first two thirds of each line and the last two characters of the next.
inline Sentences with_other_ends(const Sentences& lines) {
  Sentences spoilt;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::u32string line = to_code_points(lines[i]),
                         next = to_code_points(lines[(i + 1) % lines.size()]);
    const size_t tail = next.size() < 2 ? 0 : next.size() - 2;
    spoilt.push_back(to_utf8(line.substr(0, 2 * line.size() / 3) + next.substr(tail)));
  }
  return spoilt;
}

}  // namespace heed::metrics
