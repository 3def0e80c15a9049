#include "search/passage_rows.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"
#include "search/index_writer.h"

namespace heed::search {
namespace {

constexpr size_t kMaxIdBytes = 256;

[[noreturn]] void refuse(const Passage& passage, std::string_view problem,
                         ErrorCode code = ErrorCode::invalid_argument) {
  throw Error(code, fmt::format("passage '{}': {}", printable_utf8(passage.id, 80), problem));
}

void check_text(const Passage& passage, std::string_view text, std::string_view field) {
  const size_t broken = find_invalid_utf8(text);
  if (broken != std::string_view::npos)
    refuse(passage, fmt::format("{}: expected UTF-8, found a broken byte at {}; convert the text first",
                                field, broken));
}

void check_tags(const Passage& passage) {
  if (passage.tags.size() > kMaxPassageTags)
    refuse(passage, fmt::format("expected at most {} tags, found {}; leave some out", kMaxPassageTags,
                                passage.tags.size()));
  for (const std::string& tag : passage.tags) {
    check_text(passage, tag, "tags");
    if (tag.empty() || tag.size() > kMaxIdBytes)
      refuse(passage,
             fmt::format("expected tags of 1 to {} bytes, found one of {}", kMaxIdBytes, tag.size()));
  }
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

Passage read_passage(const Statement& row, const std::string& name) {
  Passage passage;
  passage.id = row.text(0);
  passage.title = row.text(1);
  passage.questions = lines_of(row.text(2));
  passage.text = row.text(3);
  passage.source = row.text(4);
  passage.language = row.text(5);
  const std::string where = name + ": passage '" + printable_utf8(passage.id, 80) + "'";
  for (const Json& tag : parse_json(row.text(6), where + ", tags", 2, "build the index again")) {
    if (!tag.is_string())
      throw Error(ErrorCode::corrupt_data, where + ": expected tags of text; build it again");
    passage.tags.push_back(tag.get<std::string>());
  }
  passage.begin = row.integer(7);
  passage.end = row.integer(8);
  passage.extra = parse_json(row.text(9), where + ", extra", 64, "build the index again");
  return passage;
}

void check_passage(const Passage& passage) {
  if (passage.id.empty() || passage.id.size() > kMaxIdBytes)
    refuse(passage, fmt::format("expected an id of 1 to {} bytes, found {}; choose another", kMaxIdBytes,
                                passage.id.size()));
  check_text(passage, passage.id, "id");
  check_text(passage, passage.title, "title");
  check_text(passage, passage.text, "text");
  check_text(passage, passage.source, "source");
  check_text(passage, passage.language, "language");
  size_t bytes = passage.title.size() + passage.text.size();
  for (const std::string& question : passage.questions) {
    check_text(passage, question, "questions");
    bytes += question.size();
  }
  if (bytes > kMaxPassageBytes)
    refuse(
        passage,
        fmt::format("expected at most {} bytes of text, found {}; split it first", kMaxPassageBytes, bytes),
        ErrorCode::too_large);
  check_tags(passage);
  if (passage.begin < 0 || passage.end < passage.begin)
    refuse(passage, fmt::format("expected a place [begin, end) in its source, found [{}, {})", passage.begin,
                                passage.end));
  if (!passage.extra.is_object()) refuse(passage, "extra: expected a JSON object");
}

std::string questions_column(const Passage& passage) {
  std::string column;
  for (const std::string& question : passage.questions) {
    if (question.empty()) continue;
    if (!column.empty()) column += '\n';
    const size_t begin = column.size();
    column += question;
    std::replace(column.begin() + static_cast<std::ptrdiff_t>(begin), column.end(), '\n', ' ');
  }
  return column;
}

std::string tags_column(const Passage& passage) {
  const std::set<std::string> sorted(passage.tags.begin(), passage.tags.end());
  return Json(sorted).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace heed::search
