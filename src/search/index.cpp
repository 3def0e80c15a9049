#include "search/index.h"

#include <algorithm>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "search/full_text.h"
#include "search/index_file.h"
#include "search/passage_rows.h"
#include "search/terms.h"
#include "text/normalise.h"

namespace heed::search {
namespace {

// The rows that match are met first; the highest scores are kept while they pass.
constexpr const char* kFind =
    "SELECT passages.id, heed_bm25(words, ?2, ?3, ?4, ?5, ?6) AS score"
    " FROM words CROSS JOIN passages ON passages.number = words.rowid WHERE words MATCH ?1"
    " AND (?7 = '' OR passages.language = ?7 OR passages.language = '')"
    " AND NOT EXISTS (SELECT 1 FROM json_each(?8) AS wanted WHERE NOT EXISTS"
    "   (SELECT 1 FROM tags WHERE tags.tag = wanted.value AND tags.number = passages.number))"
    " ORDER BY score DESC, passages.id LIMIT ?9";

// What one thread uses at a time.
struct Connection {
  Connection(std::string_view bytes, const std::string& name)
      : database(MemoryDatabase::view(bytes, name)), find(database, kFind), get(database, kSelectPassage) {}

  MemoryDatabase database;
  Statement find, get;
};

// The first terms of a text from anyone, each once, as many as are looked for.
std::vector<std::string> query_terms(std::string_view query) {
  size_t end = 0;
  for (int64_t count = 0; end < query.size() && count < kMaxQueryCharacters; ++count)
    end += utf8_prefix(query.substr(end), 1);
  std::vector<std::string> distinct;
  std::set<std::string> met;
  for (std::string& term : terms(query.substr(0, end))) {
    if (static_cast<int64_t>(distinct.size()) == kMaxQueryTerms) break;
    if (met.insert(term).second) distinct.push_back(std::move(term));
  }
  return distinct;
}

void check_range(double value, double max, const char* option) {
  if (!(value >= 0 && value <= max))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("search: expected {} from 0 to {}, found {}", option, max, value));
}

void check(const FindOptions& options) {
  if (options.limit < 1)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("search: expected a limit of at least 1, found {}", options.limit));
  check_range(options.bm25.k1, 100, "k1");
  check_range(options.bm25.b, 1, "b");
  check_range(options.bm25.title_weight, 1000, "title_weight");
  check_range(options.bm25.questions_weight, 1000, "questions_weight");
  check_range(options.bm25.text_weight, 1000, "text_weight");
}

}  // namespace

struct Index::State {
  explicit State(const std::filesystem::path& path) : name(path.string()), file(path) {
    check_seal(file.bytes(), name);
    MemoryDatabase database = MemoryDatabase::view(file.bytes(), name);
    check_schema(database);
    Statement count(database, "SELECT count(*) FROM passages");
    if (count.step()) size = count.integer(0);
  }

  // Runs `use(connection)` on a connection that no other thread has meanwhile. After an error it is dropped.
  template <class Use>
  auto with(const Use& use) {
    std::unique_ptr<Connection> connection = take();
    auto result = use(*connection);
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(connection));
    return result;
  }

  std::unique_ptr<Connection> take() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle.back());
        idle.pop_back();
        return connection;
      }
    }
    return std::make_unique<Connection>(file.bytes(), name);
  }

  std::string name;
  MappedFile file;  // outlives the connections, which read it in place
  int64_t size = 0;
  std::mutex mutex;
  std::vector<std::unique_ptr<Connection>> idle;
};

Index::Index(std::unique_ptr<State> state) : state_(std::move(state)) {}
Index::Index(Index&& other) noexcept = default;
Index& Index::operator=(Index&& other) noexcept = default;
Index::~Index() = default;

Index Index::open(const std::filesystem::path& path) { return Index(std::make_unique<State>(path)); }

Hits Index::find(std::string_view query, const FindOptions& options) const {
  check(options);
  const std::vector<std::string> wanted = query_terms(query);
  if (wanted.empty()) return {};
  const std::string match = match_any(wanted);
  const std::string tags = tags_column({.tags = options.tags});
  const Bm25& bm25 = options.bm25;
  return state_->with([&](Connection& connection) {
    Statement& find = connection.find;
    find.bind(1, match).bind(2, bm25.k1).bind(3, bm25.b).bind(4, bm25.title_weight);
    find.bind(5, bm25.questions_weight).bind(6, bm25.text_weight);
    find.bind(7, options.language).bind(8, tags).bind(9, options.limit);
    Hits hits;
    while (find.step()) hits.push_back({std::string(find.text(0)), find.real(1)});
    return hits;
  });
}

std::optional<Passage> Index::get(std::string_view id) const {
  return state_->with([&](Connection& connection) {
    std::optional<Passage> passage;
    connection.get.bind(1, id);
    if (connection.get.step()) passage = read_passage(connection.get, state_->name);
    connection.get.reset();
    return passage;
  });
}

std::vector<Passage> Index::passages(std::span<const Hit> hits) const {
  std::vector<Passage> found;
  found.reserve(hits.size());
  for (const Hit& hit : hits) {
    std::optional<Passage> passage = get(hit.id);
    if (!passage) {
      throw Error(ErrorCode::not_found,
                  fmt::format("{}: expected a passage '{}', found none; build the index and "
                              "its vectors from the same passages",
                              state_->name, hit.id));
    }
    found.push_back(std::move(*passage));
  }
  return found;
}

std::vector<std::string> Index::ids() const {
  return state_->with([&](Connection& connection) {
    Statement all(connection.database, "SELECT id FROM passages ORDER BY id");
    std::vector<std::string> ids;
    while (all.step()) ids.emplace_back(all.text(0));
    return ids;
  });
}

int64_t Index::size() const { return state_->size; }

}  // namespace heed::search
