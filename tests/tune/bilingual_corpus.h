#pragma once

#include "train/small_corpus.h"

namespace heed::tune {

// The tables of write_small_tables with a Chinese line among labels.csv for each English one: the same
// digits, the same labels.
inline void write_bilingual_tables(const std::filesystem::path& folder, int rows) {
  static const std::vector<std::string> kLabels = {"zero", "one", "two", "three", "four", "five"};
  train::write_small_tables(folder, rows);
  std::string labels = read_file(folder / "labels.csv");
  for (int row = 0; row < rows; ++row) {
    const int words = 1 + row % 6;
    Random line(5000 + row), first(5000 + row);
    const std::string& label = kLabels[first.below(6)];
    labels += train::number_line(line, true, words) + " " + std::to_string(row) + "," + label + "," + label +
              (words > 3 ? "|long" : "") + "\n";
  }
  write_file_atomically(folder / "labels.csv", labels);
}

}  // namespace heed::tune
