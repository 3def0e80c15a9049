#include "data/lines.h"
#include "data/place.h"
#include "data/readers.h"
#include "data/table_builder.h"

namespace heed::data {
namespace {

// Reads records by RFC 4180. A quote inside an unquoted field is text, as most writers and readers have it.
class CsvCursor {
 public:
  CsvCursor(std::string_view text, const std::string& file, int64_t max_record_bytes)
      : text_(text), file_(file), max_record_bytes_(max_record_bytes) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  // The next record that is not an empty line; false at the end.
  bool next(std::vector<std::string>& fields) {
    while (skip_line_end()) {
    }
    if (at_ >= text_.size()) return false;
    fields.clear();
    record_line_ = line_;
    record_start_ = at_;
    do {
      fields.push_back(at_ < text_.size() && text_[at_] == '"' ? read_quoted(fields.size() + 1)
                                                               : read_plain());
    } while (skip(','));
    skip_line_end();
    return true;
  }

  int64_t record_line() const { return record_line_; }

 private:
  bool at_line_end() const {
    return at_ >= text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n" ||
           (text_[at_] == '\r' && at_ + 1 == text_.size());
  }

  bool skip(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool skip_line_end() {
    if (at_ >= text_.size() || !at_line_end()) return false;
    if (text_[at_] == '\r') ++at_;
    skip('\n');
    ++line_;
    return true;
  }

  void check_size() const {
    if (static_cast<int64_t>(at_ - record_start_) <= max_record_bytes_) return;
    fail_at(file_, record_line_,
            "expected at most " + std::to_string(max_record_bytes_) +
                " bytes in a row, found more; close its quote, cut it, or drop it with heed data clean");
  }

  std::string read_plain() {
    const size_t start = at_;
    while (!at_line_end() && text_[at_] != ',') ++at_;
    check_size();
    return std::string(text_.substr(start, at_ - start));
  }

  std::string read_quoted(size_t number) {
    const int64_t opened = line_;
    std::string field;
    ++at_;
    while (true) {
      const size_t quote = text_.find('"', at_);
      if (quote == text_.npos) {
        fail_at(file_, opened,
                "field " + std::to_string(number) +
                    ": expected a closing quote for the one opened here, found the end of the file");
      }
      append(field, quote);
      ++at_;
      if (!skip('"')) break;
      field += '"';
    }
    if (!at_line_end() && text_[at_] != ',') {
      fail_at(file_, line_,
              "field " + std::to_string(number) +
                  ": expected a comma or the line's end after the closing quote, found " +
                  shown(text_.substr(at_), 8) + "; double the quotes inside a field");
    }
    return field;
  }

  void append(std::string& field, size_t end) {
    for (; at_ < end; ++at_) {
      line_ += text_[at_] == '\n';
      field += text_[at_];
    }
    check_size();
  }

  std::string_view text_;
  const std::string& file_;
  int64_t max_record_bytes_;
  size_t at_ = 0;
  size_t record_start_ = 0;
  int64_t line_ = 1;
  int64_t record_line_ = 1;
};

// A header of one column that holds another separator: what spreadsheets of many countries write as .csv.
void check_separator(const std::vector<std::string>& header, const std::string& file, int64_t line) {
  if (header.size() != 1) return;
  const bool tabs = header[0].find('\t') != std::string::npos;
  if (!tabs && header[0].find(';') == std::string::npos) return;
  fail_at(file, line,
          "expected columns separated by commas, found " + shown(header[0]) +
              (tabs ? "; it looks like tabs: read it with format tsv, or rename it to .tsv"
                    : "; it looks like semicolons: save the table with commas"));
}

}  // namespace

Table read_csv(std::string_view text, const std::string& file, const ReadOptions& options) {
  TableBuilder table(file, options);
  table.set_columns(options.columns, 1);
  CsvCursor cursor(text, file, options.max_line_bytes);
  std::vector<std::string> fields;
  while (cursor.next(fields)) {
    if (table.has_columns()) {
      table.add(fields, cursor.record_line(), "put a field that holds a comma in double quotes");
    } else {
      check_separator(fields, file, cursor.record_line());
      table.set_columns(fields, cursor.record_line());
    }
  }
  return std::move(table).finish();
}

}  // namespace heed::data
