#include "apps/digest/output.h"
#include "apps/event_time.h"

namespace heed::apps::digest {
namespace {

Json account_json(const Account& account) {
  Json words = Json::array();
  for (const auto& [word, weight] : account.worth.words)
    words.push_back({{"word", word}, {"weight", rounded(weight)}});
  return {{"value", rounded(account.value)},
          {"worth", rounded(account.worth.value)},
          {"spread", rounded(account.worth.spread)},
          {"fresh", rounded(account.fresh)},
          {"words", std::move(words)},
          {"minutes", rounded(account.minutes)},
          {"cost", rounded(account.cost())}};
}

Json story_json(const Story& story) {
  Json sources = Json::array({{{"source", story.lead.source}, {"url", story.lead.url}}});
  for (const Story::Carrier& one : story.also) sources.push_back({{"source", one.source}, {"url", one.url}});
  return {{"id", story.lead.id},
          {"title", story.lead.title},
          {"url", story.lead.url},
          {"author", story.lead.author},
          {"ts", format_time(story.lead.ts_us)},
          {"language", story.language},
          {"minutes", rounded(story.minutes)},
          {"sources", std::move(sources)}};
}

Json heed_json(const Entry& entry) {
  return {{"reason", to_string(entry.reason)},
          {"subject", entry.subject},
          {"account", account_json(entry.account)},
          {"why", {{"en", entry.why_en}, {"zh", entry.why_zh}}}};
}

}  // namespace

Json to_json(const Digest& digest) {
  Json stories = Json::array(), left_out = Json::array();
  for (const Entry& entry : digest.entries) {
    Json one = story_json(entry.story);
    one["summary"] = entry.summary;
    one.update(heed_json(entry));
    stories.push_back(std::move(one));
  }
  for (const LeftOut& entry : digest.left_out) {
    Json one = story_json(entry.story);
    one["account"] = account_json(entry.account);
    one["why"] = {{"en", entry.why_en}, {"zh", entry.why_zh}};
    left_out.push_back(std::move(one));
  }
  return {{"minutes", digest.minutes},
          {"used", rounded(digest.used)},
          {"value", rounded(digest.value)},
          {"bound", rounded(digest.bound)},
          {"minute_price", rounded(digest.minute_price)},
          {"stories", std::move(stories)},
          {"left_out", std::move(left_out)},
          {"offered", {{"stories", digest.stories}, {"items", digest.items}}},
          {"notices", digest.notices}};
}

Json to_json_feed(const Digest& digest, const std::string& title) {
  Json items = Json::array();
  for (const Entry& entry : digest.entries) {
    const Item& lead = entry.story.lead;
    Json one = {{"id", lead.id},
                {"title", lead.title},
                {"content_text", lead.text.empty() ? lead.title : lead.text},
                {"summary", entry.summary},
                {"date_published", format_time(lead.ts_us)}};
    if (!lead.url.empty()) one["url"] = lead.url;
    if (!lead.author.empty()) one["authors"] = Json::array({{{"name", lead.author}}});
    if (!entry.story.language.empty()) one["language"] = entry.story.language;
    if (!entry.subject.empty()) one["tags"] = Json::array({entry.subject});
    one["_heed"] = heed_json(entry);
    items.push_back(std::move(one));
  }
  return {
      {"version", "https://jsonfeed.org/version/1.1"},
      {"title", title},
      {"_heed", {{"minutes", digest.minutes}, {"used", rounded(digest.used)}, {"notices", digest.notices}}},
      {"items", std::move(items)}};
}

}  // namespace heed::apps::digest
