#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "search/memory_database.h"

namespace heed::search {

constexpr size_t kFields = 3;  // title, questions, text

// What ranking must know of every passage, by row: the rows run in the order of the ids.
struct PassageTable {
  std::vector<std::string> ids;
  std::vector<std::string> languages;
  std::vector<std::array<uint32_t, kFields>> lengths;  // terms
  std::array<double, kFields> mean_lengths{};          // 1 where there are none
  std::unordered_map<int64_t, uint32_t> rows;          // by the number that SQLite knows a passage by

  explicit PassageTable(MemoryDatabase& database);
};

// A passage with a term, and how often each field has it.
struct Posting {
  uint32_t row;
  std::array<uint32_t, kFields> counts;
};
using Postings = std::vector<Posting>;  // by row

// Makes `term_places` on a connection, which read_postings asks.
void add_term_places(MemoryDatabase& database);
constexpr const char* kSelectTermPlaces = "SELECT doc, col FROM temp.term_places WHERE term = ?1";
Postings read_postings(Statement& places, std::string_view term, const PassageTable& table,
                       const std::string& name);

// The postings of terms that were asked for, so that FTS5's lists are decoded once. Any thread.
class PostingsCache {
 public:
  std::shared_ptr<const Postings> find(std::string_view term) const;
  void add(const std::string& term, std::shared_ptr<const Postings> postings);

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::shared_ptr<const Postings>, std::less<>> kept_;
  size_t count_ = 0;  // of postings in all lists
};

}  // namespace heed::search
