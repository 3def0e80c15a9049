#include <fmt/format.h>

#include "apps/console.h"
#include "apps/digest/output.h"
#include "apps/event_time.h"
#include "apps/html.h"
#include "base/utf8.h"

namespace heed::apps::digest {
namespace {

constexpr size_t kShownLeftOut = 5, kMostShown = 500;

std::string title_of(const Story& story) {
  return printable_utf8(story.lead.title.empty() ? story.lead.text : story.lead.title, kMostShown);
}

std::string head_of(const Digest& digest, const Words& say) {
  return fmt::format("{:.1f} {} {:.0f} {}, {} {} {} {}{}", digest.used, say("of", "/"), digest.minutes,
                     say("minutes", "分钟"), digest.entries.size(), say("of", "/"), digest.stories,
                     say("stories", "篇"),
                     digest.minute_price > 0
                         ? fmt::format("; {} {:.2f}", say("one more minute would bring", "再多一分钟价值"),
                                       digest.minute_price)
                         : "");
}

std::string facts_of(const Story& story, const Words& say) {
  std::string text =
      fmt::format("{} · {} · {:.1f} {}", story.lead.source, format_time(story.lead.ts_us).substr(0, 10),
                  story.minutes, say("min", "分钟"));
  if (!story.also.empty())
    text += fmt::format(" · {} {}", story.also.size(), say("more sources", "个其他来源"));
  return text;
}

std::string link(const Story& story) {
  const std::string title = escape_html(title_of(story));
  if (story.lead.url.empty()) return title;
  return "<a rel=\"noopener noreferrer\" href=\"" + escape_html(story.lead.url) + "\">" + title + "</a>";
}

}  // namespace

std::string to_text(const Digest& digest, bool chinese) {
  const Words say{chinese};
  std::string text = bold(head_of(digest, say)) + "\n";
  size_t number = 0;
  for (const Entry& entry : digest.entries) {
    text += fmt::format("\n{}. {}\n", ++number, bold(title_of(entry.story)));
    text += "   " + dim(printable_utf8(facts_of(entry.story, say), kMostShown)) + "\n";
    if (!entry.summary.empty()) text += "   " + printable_utf8(entry.summary, kMostShown) + "\n";
    if (!entry.story.lead.url.empty())
      text += "   " + printable_utf8(entry.story.lead.url, kMostShown) + "\n";
    text += "   " + dim(chinese ? entry.why_zh : entry.why_en) + "\n";
  }
  if (!digest.left_out.empty()) text += "\n" + bold(say("Left out", "未选入")) + "\n";
  for (size_t k = 0; k < std::min(kShownLeftOut, digest.left_out.size()); ++k) {
    const LeftOut& one = digest.left_out[k];
    text += fmt::format("- {}\n   {}\n", title_of(one.story), dim(chinese ? one.why_zh : one.why_en));
  }
  return text;
}

std::string to_html(const Digest& digest, bool chinese) {
  const Words say{chinese};
  const std::string title = say("Your digest", "您的摘要");
  std::string html = fmt::format(
      "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>{}</title></head><body style=\"font:16px/1.5 "
      "sans-serif;max-width:40em;margin:1em auto;padding:0 1em\"><h1>{}</h1><p>{}</p>",
      say("en", "zh"), title, title, escape_html(head_of(digest, say)));
  for (const std::string& notice : digest.notices) html += "<p><em>" + escape_html(notice) + "</em></p>";
  html += "<ol>";
  for (const Entry& entry : digest.entries) {
    html += "<li><p><strong>" + link(entry.story) + "</strong><br><small>" +
            escape_html(facts_of(entry.story, say)) + "</small></p>";
    if (!entry.summary.empty()) html += "<p>" + escape_html(entry.summary) + "</p>";
    html += "<p><small>" + escape_html(chinese ? entry.why_zh : entry.why_en) + "</small></p></li>";
  }
  html += "</ol>";
  if (!digest.left_out.empty()) html += "<h2>" + say("Left out", "未选入") + "</h2><ul>";
  for (size_t k = 0; k < std::min(kShownLeftOut, digest.left_out.size()); ++k) {
    const LeftOut& one = digest.left_out[k];
    html += "<li>" + link(one.story) + "<br><small>" + escape_html(chinese ? one.why_zh : one.why_en) +
            "</small></li>";
  }
  if (!digest.left_out.empty()) html += "</ul>";
  return html + "</body></html>\n";
}

}  // namespace heed::apps::digest
