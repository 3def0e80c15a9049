#include "search/index_writer.h"

#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "search/index_file.h"
#include "search/passage_rows.h"

namespace heed::search {
namespace {

// Which content a path has at the moment; 0 everywhere where there is none.
struct Identity {
  uint64_t device = 0, file = 0, size = 0, seconds = 0, nanoseconds = 0;
  bool operator==(const Identity&) const = default;
};

Identity identity_of(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, static_cast<uint64_t>(info.st_size),
          static_cast<uint64_t>(info.st_mtim.tv_sec), static_cast<uint64_t>(info.st_mtim.tv_nsec)};
}

// Held while a file is compared and replaced, so that two writers take turns.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor_ >= 0) ::flock(descriptor_, LOCK_EX);
  }
  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

MemoryDatabase load(const std::filesystem::path& path, bool exists) {
  if (!exists) {
    MemoryDatabase database = MemoryDatabase::copy({}, path.string());
    create_schema(database);
    return database;
  }
  const std::string bytes = read_file(path);
  check_seal(bytes, path.string());
  MemoryDatabase database = MemoryDatabase::copy(bytes, path.string());
  check_schema(database);
  return database;
}

}  // namespace

struct IndexWriter::State {
  State(std::filesystem::path file, const Identity& seen)
      : path(std::move(file)), identity(seen), database(load(path, seen != Identity())) {
    statements.emplace(database);
  }

  struct Statements {
    explicit Statements(MemoryDatabase& database)
        : number(database, "SELECT number FROM passages WHERE id = ?1"),
          unindex(database,
                  "INSERT INTO words(words, rowid, title, questions, text) SELECT 'delete', number, title, "
                  "questions,"
                  " text FROM passages WHERE number = ?1"),
          untag(database, "DELETE FROM tags WHERE number = ?1"),
          erase(database, "DELETE FROM passages WHERE number = ?1"),
          insert(
              database,
              "INSERT INTO passages(id, title, questions, text, source, language, tags, first, last, extra)"
              " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
          index(database,
                "INSERT INTO words(rowid, title, questions, text) SELECT number, title, questions, text FROM "
                "passages"
                " WHERE number = ?1"),
          tag(database, "INSERT INTO tags(tag, number) SELECT value, ?1 FROM json_each(?2)") {}
    Statement number, unindex, untag, erase, insert, index, tag;
  };

  bool remove(std::string_view id) {
    statements->number.bind(1, id);
    if (!statements->number.step()) return false;
    const int64_t number = statements->number.integer(0);
    statements->number.reset();
    for (Statement* statement : {&statements->unindex, &statements->untag, &statements->erase})
      statement->bind(1, number).run();
    return true;
  }

  void insert(const Passage& passage) {
    const std::string questions = questions_column(passage), tags = tags_column(passage);
    const std::string extra = passage.extra.dump();
    Statement& row = statements->insert;
    row.bind(1, passage.id).bind(2, passage.title).bind(3, questions).bind(4, passage.text);
    row.bind(5, passage.source).bind(6, passage.language).bind(7, tags);
    row.bind(8, passage.begin).bind(9, passage.end).bind(10, extra).run();
    const int64_t number = sqlite3_last_insert_rowid(database.handle());
    statements->index.bind(1, number).run();
    statements->tag.bind(1, number).bind(2, tags).run();
  }

  // All of `change` or nothing.
  template <class Change>
  void together(const Change& change) {
    if (!statements)
      throw Error(ErrorCode::internal, path.string() + ": expected no change after the commit");
    database.run("BEGIN");
    try {
      change();
      database.run("COMMIT");
    } catch (...) {
      sqlite3_exec(database.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
      throw;
    }
  }

  std::filesystem::path path;
  Identity identity;
  MemoryDatabase database;
  std::optional<Statements> statements;  // none after the commit
};

IndexWriter::IndexWriter(std::filesystem::path path) {
  const Identity seen = identity_of(path);
  state_ = std::make_unique<State>(std::move(path), seen);
}

IndexWriter::~IndexWriter() = default;

void IndexWriter::put(std::span<const Passage> passages) {
  for (const Passage& passage : passages) check_passage(passage);
  state_->together([&] {
    for (const Passage& passage : passages) {
      state_->remove(passage.id);
      state_->insert(passage);
    }
  });
}

bool IndexWriter::remove(std::string_view id) {
  bool removed = false;
  state_->together([&] { removed = state_->remove(id); });
  return removed;
}

void IndexWriter::clear() {
  state_->together([&] {
    state_->database.run(
        "INSERT INTO words(words) VALUES('delete-all'); DELETE FROM tags; DELETE FROM passages;");
  });
}

int64_t IndexWriter::size() const {
  Statement count(state_->database, "SELECT count(*) FROM passages");
  count.step();
  return count.integer(0);
}

void IndexWriter::commit() {
  state_->together([&] { state_->database.run("INSERT INTO words(words) VALUES('optimize')"); });
  state_->statements.reset();
  state_->database.run("VACUUM");  // what was removed is in the file no more
  const std::string file = sealed(state_->database.bytes());
  const FolderLock lock(state_->path);
  if (identity_of(state_->path) != state_->identity) {
    throw Error(ErrorCode::unavailable, state_->path.string() +
                                            ": expected the file as it was when it was opened, "
                                            "found that another program has changed it since; "
                                            "make the changes again");
  }
  write_file_atomically(state_->path, file);
}

}  // namespace heed::search
