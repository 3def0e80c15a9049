#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "search/passage.h"

namespace heed::search {

// What a passage may hold at most.
constexpr size_t kMaxPassageBytes = size_t{1} << 20;  // of title, text and questions together
constexpr size_t kMaxPassageTags = 64;

// Changes to an index file, made in memory and written to the side by `commit`, then renamed over the file:
// whoever reads it, or a crash, sees what was there or all that is new. One thread at a time.
class IndexWriter {
 public:
  // Begins with what is in the file, or with nothing where there is none. Throws as Index::open.
  explicit IndexWriter(std::filesystem::path path);
  ~IndexWriter();
  IndexWriter(const IndexWriter&) = delete;
  IndexWriter& operator=(const IndexWriter&) = delete;

  // Adds passages; one whose id is there takes its place. All of them or, where one is refused
  // (invalid_argument, naming it and what is wrong; too_large), none.
  void put(std::span<const Passage> passages);
  void put(const Passage& passage) { put({&passage, 1}); }
  // Whether there was one.
  bool remove(std::string_view id);
  void clear();
  int64_t size() const;

  // Once: nothing can be changed afterwards. Throws unavailable, and leaves the file alone, where another
  // program has changed it since it was opened here; io where it cannot be written.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::search
