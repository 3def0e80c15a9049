#include "apps/monitor/feed.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include <expat.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"
#include "text/normalise.h"

namespace heed::apps::monitor {
namespace {

constexpr size_t kMostEntries = 1000, kMostText = 32'768, kMostDepth = 64;

void append_utf8(std::string& text, uint32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return;
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | (c >> 12));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | (c >> 18));
    text += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// "&amp;", "&#8217;", "&#x2019;" at `at`; how many bytes it takes, 0 where it is none.
size_t resolve(std::string_view html, size_t at, std::string& text) {
  const size_t end = html.substr(at, 12).find(';');
  if (end == html.npos || end < 2) return 0;
  const std::string_view name = html.substr(at + 1, end - 1);
  struct Named {
    std::string_view name, text;
  };
  static constexpr Named kNames[] = {{"amp", "&"},    {"lt", "<"},    {"gt", ">"},    {"quot", "\""},
                                     {"apos", "'"},   {"nbsp", " "},  {"ndash", "–"}, {"mdash", "—"},
                                     {"lsquo", "‘"},  {"rsquo", "’"}, {"ldquo", "“"}, {"rdquo", "”"},
                                     {"hellip", "…"}, {"pound", "£"}, {"euro", "€"}};
  if (name.front() == '#') {
    const bool is_hex = name.size() > 2 && (name[1] == 'x' || name[1] == 'X');
    const std::string_view digits = name.substr(is_hex ? 2 : 1);
    uint32_t c = 0;
    const auto [last, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), c, is_hex ? 16 : 10);
    if (problem != std::errc() || last != digits.data() + digits.size()) return 0;
    append_utf8(text, c);
    return end + 1;
  }
  for (const Named& one : kNames) {
    if (one.name != name) continue;
    text += one.text;
    return end + 1;
  }
  return 0;
}

struct Entry {
  std::string id, link, title, body, author, published, updated;
};

class FeedParser {
 public:
  FeedParser() : parser_(XML_ParserCreate(nullptr)) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &FeedParser::begin, &FeedParser::end);
    XML_SetCharacterDataHandler(parser_.get(), &FeedParser::characters);
    XML_SetEntityDeclHandler(parser_.get(), &FeedParser::declares_entity);
  }

  std::vector<Entry> parse(std::string_view xml) {
    constexpr size_t kPiece = 1 << 20;
    for (size_t at = 0; at == 0 || at < xml.size(); at += kPiece) {
      const std::string_view piece = xml.substr(at, kPiece);
      const bool is_last = at + kPiece >= xml.size();
      const XML_Status status =
          XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()), is_last ? 1 : 0);
      if (status == XML_STATUS_OK) continue;
      const std::string reason =
          problem_.empty() ? XML_ErrorString(XML_GetErrorCode(parser_.get())) : problem_;
      fail(reason);
    }
    if (!is_feed_) fail("no element rss, RDF or feed");
    return std::move(entries_);
  }

 private:
  struct Deleter {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };

  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(ErrorCode::corrupt_data, fmt::format("feed:{}:{}: expected RSS or Atom, found: {}",
                                                     XML_GetCurrentLineNumber(parser_.get()),
                                                     XML_GetCurrentColumnNumber(parser_.get()), reason));
  }
  void refuse(const char* reason) {
    problem_ = reason;
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  // "dc:date" -> "date".
  static std::string_view local(const char* name) {
    const std::string_view all = name;
    const size_t colon = all.rfind(':');
    return colon == all.npos ? all : all.substr(colon + 1);
  }
  static std::string_view attribute(const char** attributes, std::string_view wanted) {
    for (; *attributes != nullptr; attributes += 2)
      if (wanted == *attributes) return attributes[1];
    return "";
  }

  static void declares_entity(void* self, const char*, int, const char*, int, const char*, const char*,
                              const char*, const char*) {
    static_cast<FeedParser*>(self)->refuse("a declaration of entities");
  }

  static void begin(void* data, const char* name, const char** attributes) {
    auto& self = *static_cast<FeedParser*>(data);
    const std::string_view tag = local(name);
    if (++self.depth_ > kMostDepth) return self.refuse("elements nested too deep");
    if (self.depth_ == 1) self.is_feed_ = tag == "rss" || tag == "RDF" || tag == "feed";
    if (tag == "item" || tag == "entry") {
      if (self.entries_.size() < kMostEntries) self.entry_.emplace();
      self.entry_depth_ = self.depth_;
      return;
    }
    if (!self.entry_) return;
    if (self.depth_ == self.entry_depth_ + 1) self.text_.clear();
    if (tag == "link") {
      const std::string_view href = attribute(attributes, "href"), rel = attribute(attributes, "rel");
      if (!href.empty() && (rel.empty() || rel == "alternate")) self.entry_->link = href;
    }
  }

  static void characters(void* data, const char* text, int length) {
    auto& self = *static_cast<FeedParser*>(data);
    if (self.entry_ && self.text_.size() < kMostText) self.text_.append(text, static_cast<size_t>(length));
  }

  static void end(void* data, const char* name) {
    auto& self = *static_cast<FeedParser*>(data);
    const std::string_view tag = local(name);
    const size_t depth = self.depth_--;
    if (!self.entry_) return;
    if (depth == self.entry_depth_) {
      self.entries_.push_back(std::move(*self.entry_));
      self.entry_.reset();
      return;
    }
    if (depth > self.entry_depth_ + 1) {
      if (tag == "name") self.entry_->author = self.text_;
      return;
    }
    self.take(tag);
  }

  void take(std::string_view tag) {
    Entry& entry = *entry_;
    if (tag == "title") entry.title = text_;
    if (tag == "description" || tag == "summary" || (tag == "content" && entry.body.empty()))
      entry.body = text_;
    if (tag == "guid" || tag == "id") entry.id = text_;
    if (tag == "link" && entry.link.empty()) entry.link = text_;
    if (tag == "creator") entry.author = text_;
    if (tag == "pubDate" || tag == "date" || tag == "published") entry.published = text_;
    if (tag == "updated") entry.updated = text_;
  }

  std::unique_ptr<XML_ParserStruct, Deleter> parser_;
  std::vector<Entry> entries_;
  std::optional<Entry> entry_;
  std::string text_, problem_;
  size_t depth_ = 0, entry_depth_ = 0;
  bool is_feed_ = false;
};

std::string cut(const std::string& text, size_t most) {
  const std::string line = normalise(text, {.form = Normalisation::none});
  return line.size() <= most ? line : line.substr(0, utf8_prefix(line, most));
}

int64_t time_of(const Entry& entry, int64_t now_us) {
  for (const std::string* text : {&entry.published, &entry.updated}) {
    const auto time = parse_time(normalise(*text, {}));
    if (time) return *time;
  }
  return now_us;
}

}  // namespace

std::string text_of_html(std::string_view html) {
  std::string text;
  for (size_t i = 0; i < html.size();) {
    if (html[i] == '<') {
      const size_t end = html.find('>', i);
      const bool is_tag = end != html.npos && i + 1 < html.size() &&
                          (std::isalpha(static_cast<unsigned char>(html[i + 1])) != 0 || html[i + 1] == '/' ||
                           html[i + 1] == '!');
      if (is_tag) {
        text += ' ';
        i = end + 1;
        continue;
      }
    }
    if (html[i] == '&') {
      if (const size_t length = resolve(html, i, text)) {
        i += length;
        continue;
      }
    }
    text += html[i++];
  }
  return normalise(text, {.form = Normalisation::none});
}

std::vector<Message> parse_feed(std::string_view xml, const std::string& source, int64_t now_us) {
  FeedParser parser;
  std::vector<Message> messages;
  for (const Entry& entry : parser.parse(xml)) {
    Message message = {.ts_us = time_of(entry, now_us), .source = cut(source, kMaxNameBytes)};
    const std::string title = text_of_html(entry.title), body = text_of_html(entry.body);
    message.text = title.empty() || body.starts_with(title) ? body
                   : body.empty()                           ? title
                                                            : title + ". " + body;
    if (message.text.size() > kMostText) message.text.resize(utf8_prefix(message.text, kMostText));
    if (message.text.empty()) continue;
    message.url = cut(entry.link, kMaxUrlBytes);
    message.author = cut(entry.author, kMaxNameBytes);
    const std::string id = !entry.id.empty() ? entry.id : !entry.link.empty() ? entry.link : message.text;
    message.id = message_id(message.source, normalise(id, {}));
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace heed::apps::monitor
