#include "apps/digest/opml.h"

#include <algorithm>

#include "apps/feed.h"
#include "apps/xml.h"

namespace heed::apps::digest {
namespace {

constexpr size_t kMostFeeds = 1000;

class OpmlHandler : public XmlHandler {
 public:
  std::vector<std::string> feeds;

  void begin(std::string_view name, const char** attributes, size_t depth) override {
    if (depth == 1 && name != "opml") return refuse("no element opml");
    if (name != "outline") return;
    const std::string url(attribute(attributes, "xmlUrl"));
    if (url.empty() || url.size() > kMostEntryUrl || feeds.size() == kMostFeeds) return;
    if (std::ranges::find(feeds, url) == feeds.end()) feeds.push_back(url);
  }
  void text(std::string_view /*text*/) override {}
  void end(std::string_view /*name*/, size_t /*depth*/) override {}
};

}  // namespace

std::vector<std::string> parse_opml(std::string_view xml) {
  OpmlHandler handler;
  read_xml(xml, handler, "opml", "a list of subscriptions (OPML)");
  return std::move(handler.feeds);
}

}  // namespace heed::apps::digest
