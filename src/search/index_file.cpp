#include "search/index_file.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "base/error.h"
#include "search/checksum.h"

namespace heed::search {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};
// The last byte is the version of the format.
constexpr std::string_view kApplication = "HSR1";

// Places in SQLite's header (sqlite.org/fileformat2.html), each of 4 bytes.
constexpr size_t kHeaderBytes = 100, kVersionsPlace = 18, kChecksumPlace = 60, kApplicationPlace = 68;

constexpr const char* kSchema = R"(
CREATE TABLE passages(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
  questions TEXT NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL, language TEXT NOT NULL, tags TEXT NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, extra TEXT NOT NULL);
CREATE TABLE tags(tag TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(tag, number)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(title, questions, text, content='passages', content_rowid='number',
  tokenize='heed 1');
)";

std::string checksum_of(std::string_view bytes) {
  const uint64_t sum = checksum(bytes.substr(kChecksumPlace + 4), checksum(bytes.substr(0, kChecksumPlace)));
  const auto folded = static_cast<uint32_t>(sum ^ (sum >> 32));
  std::string place(4, '\0');
  for (size_t i = 0; i < 4; ++i) place[i] = static_cast<char>(folded >> (24 - 8 * i));
  return place;
}

std::string schema_of(MemoryDatabase& database) {
  Statement statement(database,
                      "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1");
  std::string schema;
  while (statement.step()) {
    schema += statement.text(0);
    schema += '\n';
  }
  return schema;
}

[[noreturn]] void refuse(const std::string& name, std::string_view found,
                         ErrorCode code = ErrorCode::corrupt_data) {
  throw Error(code, fmt::format("{}: expected a search index, found {}", name, found));
}

}  // namespace

void create_schema(MemoryDatabase& database) { database.run(kSchema); }

std::string sealed(std::string_view bytes) {
  std::string file(bytes);
  file.replace(kApplicationPlace, kApplication.size(), kApplication);
  file.replace(kChecksumPlace, 4, checksum_of(file));
  return file;
}

void check_seal(std::string_view bytes, const std::string& name) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with(kMagic))
    refuse(name, bytes.empty() ? "an empty file; build it again" : "another kind of file; name another one");
  const std::string_view application = bytes.substr(kApplicationPlace, 4);
  if (application.substr(0, 3) != kApplication.substr(0, 3))
    refuse(name, "a SQLite database of another program; name another file");
  if (application != kApplication)
    refuse(name, "one of another version of heed; build it again with this one", ErrorCode::unsupported);
  if (bytes.substr(kChecksumPlace, 4) != checksum_of(bytes))
    refuse(name, "one that was cut, damaged or changed since it was built; build it again");
  // 1: a rollback journal. A log beside the file (2) could hold what the file lacks.
  if (bytes.substr(kVersionsPlace, 2) != std::string_view("\1\1", 2))
    refuse(name, "one with a write-ahead log; build it again");
}

void check_schema(MemoryDatabase& database) {
  static const std::string expected = [] {
    MemoryDatabase empty = MemoryDatabase::copy({}, "schema");
    create_schema(empty);
    return schema_of(empty);
  }();
  if (schema_of(database) != expected)
    refuse(database.name(), "other tables than an index has; build it again");
}

}  // namespace heed::search
