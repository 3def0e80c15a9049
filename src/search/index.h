#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/hit.h"
#include "search/passage.h"

namespace heed::search {

// How full text is ranked: BM25F (Robertson and Zaragoza 2009, eq. 3.17 and 3.19). With f over the fields
// title, questions and text, tf the times that term t is in a field of L terms, mean over all passages L',
//   w(t) = sum_f weight_f tf_f / (1 - b + b L_f / L'_f)
//   score = sum_t log(1 + (N - n_t + 1/2) / (n_t + 1/2)) w(t) (k1 + 1) / (k1 + w(t))
// over the distinct terms of the query; n_t of the N passages have the term. With one field it is BM25.
struct Bm25 {
  double k1 = 1.2;  // [0, 100]: how soon another occurrence adds nothing more
  double b = 0.75;  // [0, 1]: how much a long field counts less
  double title_weight = 4.0;
  double questions_weight = 4.0;
  double text_weight = 1.0;
};

struct FindOptions {
  int64_t limit = 10;  // hits at most; at least 1
  Bm25 bm25 = {};
  std::string language = {};           // only passages of this language or of none; empty: of any
  std::vector<std::string> tags = {};  // only passages that have every one of them
};

// Of a query only this many characters, and of those this many different terms, are looked for.
constexpr int64_t kMaxQueryCharacters = 2000;
constexpr int64_t kMaxQueryTerms = 256;

// Full text over passages: one file, which is a SQLite database (docs/formats.md), as it stood when it was
// opened: an IndexWriter's commit is seen by who opens it again. In memory are the ids of all passages, and
// what was decoded for earlier queries (64 MB at most); the rest is mapped. Every const call may be made by
// any number of threads at once. What is opened is moved, not copied.
class Index {
 public:
  // Throws not_found, and corrupt_data in one line where the file is cut, changed, damaged, or not one of
  // ours; unsupported where a newer heed wrote it. Reads the file once from end to end.
  static Index open(const std::filesystem::path& path);

  Index(Index&& other) noexcept;
  Index& operator=(Index&& other) noexcept;
  ~Index();

  // The passages that share a term with `query`, the best first. The query is what a person typed: nothing in
  // it is an operator; broken UTF-8 counts as U+FFFD; what has no letters or digits (an empty text, emoji)
  // finds nothing. Throws invalid_argument where an option is out of its range.
  Hits find(std::string_view query, const FindOptions& options = {}) const;

  // The passage of that id, or nothing.
  std::optional<Passage> get(std::string_view id) const;
  // The passages of `hits`, in their order. Throws not_found where one is not in the index.
  std::vector<Passage> passages(std::span<const Hit> hits) const;
  // Every id, sorted.
  std::vector<std::string> ids() const;
  int64_t size() const;

 private:
  struct State;
  explicit Index(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace heed::search
