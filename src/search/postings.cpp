#include "search/postings.h"

#include <algorithm>
#include <mutex>

#include "base/error.h"

namespace heed::search {
namespace {

// Where there would be more, about 64 MB, the cache begins anew.
constexpr size_t kMaxKept = size_t{1} << 22;

[[noreturn]] void refuse(const std::string& name) {
  throw Error(ErrorCode::corrupt_data,
              name + ": expected terms and passages that belong together, found others; build it again");
}

// The next of FTS5's variable-length numbers: seven bits a byte, the highest first, up to four bytes as all
// lengths are.
uint32_t take_number(std::string_view& bytes, const std::string& name) {
  uint32_t number = 0;
  for (size_t i = 0; i < std::min<size_t>(bytes.size(), 4); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    number = number << 7 | (byte & 0x7F);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return number;
    }
  }
  refuse(name);
}

}  // namespace

PassageTable::PassageTable(MemoryDatabase& database) {
  Statement passages(database, "SELECT number, id, language FROM passages ORDER BY id");
  while (passages.step()) {
    const auto row = static_cast<uint32_t>(ids.size());
    if (!rows.emplace(passages.integer(0), row).second) refuse(database.name());
    ids.emplace_back(passages.text(1));
    languages.emplace_back(passages.text(2));
    if (row > 0 && ids[row - 1] >= ids[row]) refuse(database.name());
  }
  lengths.resize(ids.size());
  Statement sizes(database, "SELECT id, sz FROM words_docsize");
  while (sizes.step()) {
    const auto row = rows.find(sizes.integer(0));
    if (row == rows.end()) refuse(database.name());
    std::string_view numbers = sizes.text(1);
    for (uint32_t& length : lengths[row->second]) length = take_number(numbers, database.name());
  }
  for (const auto& fields : lengths) {
    for (size_t field = 0; field < kFields; ++field) mean_lengths[field] += fields[field];
  }
  for (double& mean : mean_lengths) mean = mean > 0 ? mean / static_cast<double>(ids.size()) : 1;
}

void add_term_places(MemoryDatabase& database) {
  database.run("CREATE VIRTUAL TABLE temp.term_places USING fts5vocab(main, words, instance)");
}

Postings read_postings(Statement& places, std::string_view term, const PassageTable& table,
                       const std::string& name) {
  Postings postings;
  int64_t last = 0;  // the passage of postings.back()
  places.bind(1, term);
  while (places.step()) {
    const int64_t number = places.integer(0);
    if (postings.empty() || number != last) {
      const auto row = table.rows.find(number);
      if (row == table.rows.end()) refuse(name);
      postings.push_back({row->second, {}});
      last = number;
    }
    const std::string_view field = places.text(1);
    ++postings.back().counts[field == "title" ? 0 : field == "questions" ? 1 : 2];
  }
  std::sort(postings.begin(), postings.end(),
            [](const Posting& a, const Posting& b) { return a.row < b.row; });
  return postings;
}

std::shared_ptr<const Postings> PostingsCache::find(std::string_view term) const {
  const std::shared_lock lock(mutex_);
  const auto found = kept_.find(term);
  return found == kept_.end() ? nullptr : found->second;
}

void PostingsCache::add(const std::string& term, std::shared_ptr<const Postings> postings) {
  if (postings->empty()) return;  // there is no end of words that no passage has
  const std::unique_lock lock(mutex_);
  if (count_ + postings->size() > kMaxKept) {
    kept_.clear();
    count_ = 0;
  }
  if (kept_.emplace(term, postings).second) count_ += postings->size();
}

}  // namespace heed::search
