#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Who is watched, and where a text names them.
namespace heed::apps::monitor {

struct Entity {
  std::string name{};
  std::vector<std::string> aliases{};  // its name need not be among them
};

// `begin`, `end` in bytes of the text.
struct Mention {
  size_t entity = 0;  // in Entities::names()
  size_t begin = 0, end = 0;
};

// An alias dictionary. Texts are compared caseless and letter by letter after NFKC, so that full-width and
// half-width letters are one. Of aliases that overlap, the one that begins first counts, and of those the
// longest.
//
// An alias must stand as a word of its own. Where it begins or ends with a letter or digit of a script with
// spaces, the next character must be none of such a script: "Apple" is not in "pineapple", and is in
// "买Apple股票". Where it begins or ends with a Chinese, Japanese or Thai letter, there is no space to look
// for: a word of ICU's dictionary must not reach over its end: 平安 is not in 平安夜. An alias of four such
// letters or more is taken as it is, for dictionaries do not know long names and cut them anywhere.
class Entities {
 public:
  Entities();  // nobody
  // Throws invalid_argument: a name without letters, an alias of two entities, more than 100 000 of them.
  explicit Entities(const std::vector<Entity>& entities);
  ~Entities();
  Entities(Entities&&) noexcept;
  Entities& operator=(Entities&&) noexcept;

  const std::vector<std::string>& names() const;
  // In the order of the text. `text` is valid UTF-8.
  std::vector<Mention> find(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// From a table: CSV, TSV or JSONL with columns "entity" and "alias", a row an alias.
Entities read_entities(const std::filesystem::path& path);

// Parts of a text, each about one thing: sentences, cut again at commas, semicolons and words such as "but"
// and 但. Together they are the text.
std::vector<std::string_view> split_clauses(std::string_view text);

// Those clauses of `text` that name the entity, joined; the whole text where all do, or where what names it
// is shorter than three words (or six Chinese letters) and says nothing alone.
std::string clauses_naming(std::string_view text, std::span<const Mention> mentions, size_t entity);

}  // namespace heed::apps::monitor
