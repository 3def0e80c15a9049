#include "search/index.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "search/index_file.h"
#include "search/passage_rows.h"
#include "search/postings.h"
#include "search/ranking.h"
#include "search/terms.h"
#include "text/normalise.h"

namespace heed::search {
namespace {

// What one thread uses at a time.
struct Connection {
  Connection(std::string_view bytes, const std::string& name)
      : database(MemoryDatabase::view(bytes, name)),
        get(database, kSelectPassage),
        tagged(database, "SELECT number FROM tags WHERE tag = ?1") {
    add_term_places(database);
    places.emplace(database, kSelectTermPlaces);
  }

  MemoryDatabase database;
  Statement get, tagged;
  std::optional<Statement> places;
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
  explicit State(const std::filesystem::path& path)
      : name(path.string()), file(path), table(checked(file.bytes(), name)) {}

  // Once all that can be checked was.
  static PassageTable checked(std::string_view bytes, const std::string& name) {
    check_seal(bytes, name);
    MemoryDatabase database = MemoryDatabase::view(bytes, name);
    check_schema(database);
    return PassageTable(database);
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

  std::shared_ptr<const Postings> postings(const std::string& term) {
    if (std::shared_ptr<const Postings> kept = cache.find(term)) return kept;
    auto read = with([&](Connection& connection) {
      return std::make_shared<const Postings>(read_postings(*connection.places, term, table, name));
    });
    cache.add(term, read);
    return read;
  }

  // Which rows `options` want; empty: all of them.
  std::vector<bool> wanted(const FindOptions& options) {
    if (options.language.empty() && options.tags.empty()) return {};
    std::vector<bool> rows(table.ids.size(), true);
    for (size_t row = 0; row < rows.size(); ++row) {
      const std::string& language = table.languages[row];
      rows[row] = options.language.empty() || language.empty() || language == options.language;
    }
    for (const std::string& tag : options.tags) {
      const std::vector<bool> tagged = rows_with(tag);
      for (size_t row = 0; row < rows.size(); ++row) rows[row] = rows[row] && tagged[row];
    }
    return rows;
  }

  std::vector<bool> rows_with(const std::string& tag) {
    return with([&](Connection& connection) {
      std::vector<bool> rows(table.ids.size());
      connection.tagged.bind(1, tag);
      while (connection.tagged.step()) {
        const auto row = table.rows.find(connection.tagged.integer(0));
        if (row != table.rows.end()) rows[row->second] = true;
      }
      return rows;
    });
  }

  std::string name;
  MappedFile file;  // outlives the connections, which read it in place
  PassageTable table;
  PostingsCache cache;
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
  std::vector<std::shared_ptr<const Postings>> found;
  for (const std::string& term : query_terms(query)) found.push_back(state_->postings(term));
  if (found.empty()) return {};
  const std::vector<double> scores = bm25_scores(state_->table, found, options.bm25);
  return best_rows(state_->table, scores, state_->wanted(options), options.limit);
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

std::vector<std::string> Index::ids() const { return state_->table.ids; }

int64_t Index::size() const { return static_cast<int64_t>(state_->table.ids.size()); }

}  // namespace heed::search
