#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/iso_time.h"
#include "base/json.h"
#include "data/interactions.h"
#include "data/lines.h"

namespace heed::data {
namespace {

constexpr int64_t kMaxLineBytes = 1 << 22;  // a person's whole history may stand in one
constexpr size_t kMaxIdBytes = 256;

enum Column : size_t { kUser, kItem, kKind, kTime, kTimeUs, kValue, kList, kColumns };

struct ColumnNames {
  Column column;
  std::vector<std::string_view> names;
};

const std::vector<ColumnNames>& known_columns() {
  static const std::vector<ColumnNames> kKnown = {
      {kUser, {"user", "user_id", "userid", "uid", "subject", "reviewerid"}},
      {kItem, {"item", "item_id", "itemid", "iid", "movieid", "asin", "product_id"}},
      {kKind, {"kind", "event", "event_type", "feedbacktype", "feedback_type", "type", "action", "behavior"}},
      {kTime, {"time", "timestamp", "ts", "date", "unixreviewtime"}},
      {kTimeUs, {"time_us", "ts_us"}},
      {kValue, {"value", "rating", "weight", "dwell"}},
      {kList, {"item_id_list", "items"}}};
  return kKnown;
}

std::optional<Column> column_of(std::string_view name) {
  std::string lower(name.substr(0, name.find(':')));  // RecBole writes name:type
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const ColumnNames& known : known_columns()) {
    if (std::ranges::find(known.names, lower) != known.names.end()) return known.column;
  }
  return std::nullopt;
}

std::optional<double> to_number(std::string_view text) {
  double value = 0.0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& where, const InteractionFormat& format,
         InteractionLog& log)
      : lines_(bytes, where, kMaxLineBytes), where_(where), format_(format), log_(log) {
    places_.fill(kNone);
  }

  void read(const std::string& format) {
    if (format == "jsonl") return read_jsonl();
    if (format == "sequences") return read_sequences();
    read_table(format == "csv" ? ',' : '\t');
  }

 private:
  using Fields = std::vector<std::string_view>;
  static constexpr size_t kNone = SIZE_MAX;

  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorCode::corrupt_data, fmt::format("{}:{}: {}", where_, lines_.number(), message));
  }

  std::string_view checked_id(std::string_view id, const char* what) const {
    if (id.empty())
      fail(fmt::format("expected the id of {}, found nothing; fill it in or remove the row", what));
    if (id.size() > kMaxIdBytes)
      fail(fmt::format("expected an id of at most {} bytes, found {}", kMaxIdBytes, id.size()));
    if (std::ranges::any_of(id, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
      fail(fmt::format("expected the id of {} without control characters, found one", what));
    return id;
  }

  void add(std::string_view user, std::string_view item, std::string_view kind, int64_t ts_us, float value) {
    log_.rows.push_back({.user = log_.users.add(checked_id(user, "a user")),
                         .item = log_.items.add(checked_id(item, "an item")),
                         .kind = log_.kinds.add(checked_id(kind.empty() ? format_.kind : kind, "a kind")),
                         .value = value,
                         .ts_us = ts_us});
  }

  int64_t to_time(std::string_view text, bool microseconds) const {
    if (text.empty()) return kNoTime;
    int64_t whole = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (microseconds && problem == std::errc() && end == text.data() + text.size() && whole >= 0)
      return whole;
    const int64_t time = parse_time_us(text);
    if (time == kNoTime)
      fail(fmt::format("expected a time, seconds since 1970 or 2024-05-01T10:00:00Z, found '{}'",
                       text.substr(0, 40)));
    return time;
  }

  float to_value(std::string_view text) const {
    if (text.empty()) return 1.0F;
    const std::optional<double> value = to_number(text);
    if (!value) fail(fmt::format("expected a number as value, found '{}'", text.substr(0, 40)));
    return static_cast<float>(*value);
  }

  // Of a line at `separator`; of a .csv quotes are taken off, their text kept in scratch_ where "" stands in
  // it.
  void split(std::string_view line, char separator, Fields& fields) {
    fields.clear();
    scratch_.clear();
    scratch_.reserve(line.size());
    for (size_t begin = 0;;) {
      if (separator == ',' && begin < line.size() && line[begin] == '"') {
        begin = quoted(line, begin, fields);
      } else {
        const size_t end = std::min(line.find(separator, begin), line.size());
        fields.push_back(line.substr(begin, end - begin));
        begin = end;
      }
      if (begin >= line.size()) return;
      ++begin;
    }
  }

  // Returns where the field's separator stands, or the line's end.
  size_t quoted(std::string_view line, size_t begin, Fields& fields) {
    const size_t from = scratch_.size();
    for (size_t at = begin + 1; at < line.size(); ++at) {
      if (line[at] != '"') {
        scratch_ += line[at];
      } else if (at + 1 < line.size() && line[at + 1] == '"') {
        scratch_ += line[++at];
      } else {
        if (at + 1 < line.size() && line[at + 1] != ',') break;
        fields.push_back(std::string_view(scratch_).substr(from));
        return at + 1;
      }
    }
    fail("expected a quote that ends before a comma or the line's end; ids and times hold no line breaks");
  }

  void read_header(const Fields& fields) {
    for (size_t i = 0; i < fields.size(); ++i) {
      if (const auto column = column_of(fields[i]); column && places_[*column] == kNone) places_[*column] = i;
    }
    const bool list = places_[kList] != kNone && places_[kItem] == kNone;
    if (places_[kUser] == kNone || (places_[kItem] == kNone && !list)) {
      fail(fmt::format(
          "expected a header with a column of users (user, user_id, UserId) and one of items (item, "
          "item_id, ItemId), found '{}'",
          fmt::join(fields, "', '")));
    }
  }

  std::string_view field(const Fields& fields, Column column) const {
    return places_[column] == kNone ? std::string_view() : fields[places_[column]];
  }

  void read_table(char separator) {
    Fields fields;
    if (!lines_.next()) fail("expected a header, found an empty file");
    split(lines_.line(), separator, fields);
    read_header(fields);
    const size_t columns = fields.size();
    while (lines_.next()) {
      if (lines_.line().empty()) continue;
      split(lines_.line(), separator, fields);
      if (fields.size() != columns) fail(fmt::format("expected {} fields, found {}", columns, fields.size()));
      if (places_[kItem] == kNone) {
        add_sequence(field(fields, kUser), field(fields, kList));
        continue;
      }
      const bool microseconds = places_[kTimeUs] != kNone;
      add(field(fields, kUser), field(fields, kItem), field(fields, kKind),
          to_time(field(fields, microseconds ? kTimeUs : kTime), microseconds),
          to_value(field(fields, kValue)));
    }
  }

  void add_sequence(std::string_view user, std::string_view items) {
    for (size_t begin = 0; begin < items.size();) {
      const size_t end = std::min(items.find_first_of(" \t", begin), items.size());
      if (end > begin) add(user, items.substr(begin, end - begin), {}, kNoTime, 1.0F);
      begin = end + 1;
    }
  }

  void read_sequences() {
    while (lines_.next()) {
      const std::string_view line = lines_.line();
      if (line.find_first_not_of(" \t") == line.npos) continue;
      const size_t end = line.find_first_of(" \t");
      if (end == line.npos)
        fail(fmt::format("expected a user and items, found '{}' alone", line.substr(0, 40)));
      add_sequence(line.substr(0, end), line.substr(end + 1));
    }
  }

  static std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
  }

  void read_jsonl() {
    while (lines_.next()) {
      if (lines_.line().find_first_not_of(" \t") == std::string_view::npos) continue;
      const Json json = parse_json(lines_.line(), fmt::format("{}:{}", where_, lines_.number()));
      if (!json.is_object()) fail("expected an object a line, found " + std::string(json.type_name()));
      std::array<std::string, kColumns> values;
      for (const auto& [name, value] : json.items()) {
        if (const auto column = column_of(name); column && values[*column].empty())
          values[*column] = text_of(value);
      }
      const bool microseconds = !values[kTimeUs].empty();
      add(values[kUser], values[kItem], values[kKind],
          to_time(values[microseconds ? kTimeUs : kTime], microseconds), to_value(values[kValue]));
    }
  }

  LineCursor lines_;
  const std::string& where_;
  const InteractionFormat& format_;
  InteractionLog& log_;
  std::array<size_t, kColumns> places_;
  std::string scratch_;
};

std::string format_by_name(const std::string& where, std::string_view bytes) {
  const auto ends = [&](std::string_view ending) { return where.ends_with(ending); };
  if (ends(".jsonl") || ends(".ndjson")) return "jsonl";
  if (ends(".csv")) return "csv";
  if (ends(".inter") || ends(".tsv")) return "tsv";
  const std::string_view first = bytes.substr(0, bytes.find('\n'));
  return first.find('\t') != first.npos && column_of(first.substr(0, first.find('\t'))) ? "tsv" : "sequences";
}

}  // namespace

int64_t parse_time_us(std::string_view text) {
  if (const std::optional<double> number = to_number(text)) {
    if (*number < 0.0 || *number > 9e15) return kNoTime;
    const double scale = *number < 1e11 ? 1e6 : *number < 1e14 ? 1e3 : 1.0;
    return std::llround(*number * scale);
  }
  return parse_iso_time(text).value_or(kNoTime);
}

void parse_interactions(std::string_view bytes, const std::string& where, const InteractionFormat& format,
                        InteractionLog& log) {
  check_text(bytes, where);
  Reader(bytes, where, format, log)
      .read(format.format == "auto" ? format_by_name(where, bytes) : format.format);
}

void read_interactions(const std::filesystem::path& path, const InteractionFormat& format,
                       InteractionLog& log) {
  const MappedFile file(path);
  parse_interactions(file.bytes(), path.string(), format, log);
}

}  // namespace heed::data
