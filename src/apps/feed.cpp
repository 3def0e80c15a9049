#include "apps/feed.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/event_time.h"
#include "apps/xml.h"
#include "base/utf8.h"
#include "data/row_key.h"
#include "text/normalise.h"

namespace heed::apps {
namespace {

constexpr size_t kMostEntries = 1000;

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

class FeedHandler : public XmlHandler {
 public:
  bool is_feed() const { return is_feed_; }
  std::vector<Entry> entries;

  void begin(std::string_view tag, const char** attributes, size_t depth) override {
    if (depth == 1) is_feed_ = tag == "rss" || tag == "RDF" || tag == "feed";
    if (!is_feed_) return refuse("no element rss, RDF or feed");
    if (tag == "item" || tag == "entry") {
      if (entries.size() < kMostEntries) entry_.emplace();
      entry_depth_ = depth;
      return;
    }
    if (!entry_) return;
    if (depth == entry_depth_ + 1) text_.clear();
    if (tag != "link") return;
    const std::string_view href = attribute(attributes, "href"), rel = attribute(attributes, "rel");
    if (!href.empty() && (rel.empty() || rel == "alternate")) entry_->link = href;
  }

  void text(std::string_view text) override {
    if (entry_ && text_.size() < kMostEntryText) text_ += text;
  }

  void end(std::string_view tag, size_t depth) override {
    if (!entry_) return;
    if (depth == entry_depth_) {
      entries.push_back(std::move(*entry_));
      entry_.reset();
    } else if (depth == entry_depth_ + 1) {
      take(tag);
    } else if (tag == "name") {
      entry_->author = text_;
    }
  }

 private:
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

  std::optional<Entry> entry_;
  std::string text_;
  size_t entry_depth_ = 0;
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

std::vector<FeedEntry> parse_feed(std::string_view xml, const std::string& source, int64_t now_us) {
  FeedHandler feed;
  read_xml(xml, feed, "feed", "RSS or Atom");
  std::vector<FeedEntry> entries;
  for (const Entry& entry : feed.entries) {
    FeedEntry one = {.ts_us = time_of(entry, now_us),
                     .source = cut(source, kMostEntryName),
                     .title = cut(text_of_html(entry.title), kMostEntryText),
                     .body = cut(text_of_html(entry.body), kMostEntryText),
                     .url = cut(entry.link, kMostEntryUrl),
                     .author = cut(entry.author, kMostEntryName)};
    if (one.title.empty() && one.body.empty()) continue;
    const std::string id = !entry.id.empty() ? entry.id : !entry.link.empty() ? entry.link : text_of(one);
    one.id = entry_id(one.source, normalise(id, {}));
    entries.push_back(std::move(one));
  }
  return entries;
}

std::string text_of(const FeedEntry& entry) {
  const std::string &title = entry.title, &body = entry.body;
  std::string text = title.empty() || body.starts_with(title) ? body
                     : body.empty()                           ? title
                                                              : title + ". " + body;
  if (text.size() > kMostEntryText) text.resize(utf8_prefix(text, kMostEntryText));
  return text;
}

std::string entry_id(std::string_view source, std::string_view what) {
  const uint64_t first = data::hash_text(what, data::hash_text(source, 1)),
                 second = data::hash_text(what, first);
  return fmt::format("{:016x}{:016x}", first, second);
}

}  // namespace heed::apps
