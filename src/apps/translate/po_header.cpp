#include "apps/translate/po_header.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "apps/translate/accelerator.h"
#include "base/error.h"

namespace heed::apps {
namespace {

const data::PoEntry* find_header(const data::PoFile& file) {
  const auto header = std::ranges::find_if(
      file.entries, [](const auto& entry) { return entry.is_header() && !entry.obsolete; });
  return header == file.entries.end() || header->translations.empty() ? nullptr : &*header;
}

}  // namespace

std::string header_field(const data::PoFile& file, const std::string& name) {
  const data::PoEntry* header = find_header(file);
  if (header == nullptr) return "";
  const std::string text = "\n" + header->translations[0];
  const size_t begin = text.find("\n" + name + ":");
  if (begin == std::string::npos) return "";
  const size_t value = text.find_first_not_of(' ', begin + name.size() + 2);
  return value == std::string::npos ? "" : text.substr(value, text.find('\n', value) - value);
}

void check_charset(const data::PoFile& file, const std::string& where) {
  const std::string field = header_field(file, "Content-Type");
  const size_t begin = field.find("charset=");
  if (begin == std::string::npos) return;
  std::string charset = field.substr(begin + 8);
  std::ranges::transform(charset, charset.begin(), [](unsigned char c) { return std::toupper(c); });
  if (charset == "UTF-8" || charset == "UTF8") return;
  const bool is_template = charset == "CHARSET";
  throw Error(is_template ? ErrorCode::invalid_argument : ErrorCode::unsupported,
              where + ":" + std::to_string(find_header(file)->line) +
                  ": header field Content-Type: expected charset=UTF-8, found '" + field + "'; " +
                  (is_template ? "a template has none yet: make a catalogue of it with msginit"
                               : "convert the catalogue: msgconv --to-code=UTF-8"));
}

size_t plural_forms_of(const data::PoFile& file, const std::string& where) {
  const std::string field = header_field(file, "Plural-Forms");
  const size_t begin = field.find("nplurals=");
  if (begin == std::string::npos || field.substr(begin).starts_with("nplurals=INTEGER")) return 0;
  size_t count = 0;
  const auto [end, error] = std::from_chars(field.data() + begin + 9, field.data() + field.size(), count);
  if (error != std::errc() || count < 1 || count > 10) {
    throw Error(ErrorCode::corrupt_data,
                where + ":" + std::to_string(find_header(file)->line) +
                    ": header field Plural-Forms: expected nplurals=1 to 10, found '" + field +
                    "'; mend the header");
  }
  return count;
}

char accelerator_marker_of(const data::PoFile& file) {
  const std::string declared = header_field(file, "X-Accelerator-Marker");
  if (declared.size() == 1) return declared[0];
  std::vector<std::string> messages;
  for (const data::PoEntry& entry : file.entries) messages.push_back(entry.id);
  return detect_accelerator_marker(messages);
}

}  // namespace heed::apps
