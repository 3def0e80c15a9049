#include "apps/monitor/sentence.h"

#include <cmath>

#include <fmt/format.h>

#include "apps/console.h"

namespace heed::apps::monitor {
namespace {

int64_t percent(double share) { return std::llround(100 * share); }

double share_of(const Alert& alert) {
  return alert.counts.voices > 0
             ? static_cast<double>(alert.counts.negative) / static_cast<double>(alert.counts.voices)
             : 0.0;
}

// "earn about Nokia", "earn", "Nokia", "everything".
std::string what_in_english(const SeriesKey& series) {
  if (series.topic == kAll) return series.entity == kAll ? "all messages" : series.entity;
  return series.entity == kAll ? series.topic : series.topic + " about " + series.entity;
}

std::string what_in_chinese(const SeriesKey& series) {
  if (series.topic == kAll) return series.entity == kAll ? "全部消息" : "“" + series.entity + "”";
  return series.entity == kAll ? "“" + series.topic + "”"
                               : "“" + series.topic + "”中关于“" + series.entity + "”";
}

std::string words_of(const Alert& alert, const char* between) {
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(alert.words.size(), 3); ++i)
    text += (i == 0 ? "" : between) + alert.words[i].word;
  return text;
}

std::string story_of(const Alert& alert, const char* between) {
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(alert.story.size(), 4); ++i)
    text += (i == 0 ? "" : between) + alert.story[i];
  return text;
}

// Those that tell the story.
int64_t voices_in(const Alert& alert) {
  int64_t voices = 0;
  for (const NamedCount& source : alert.sources) voices += source.count;
  return voices;
}

std::string times(double count, double usual) { return fixed(count / std::max(usual, 0.1), 1); }

}  // namespace

std::string sentence_in_english(const Alert& alert) {
  const std::string what = what_in_english(alert.series);
  std::string text;
  if (alert.event == Event::new_story) {
    text = fmt::format("People have begun to speak of {}: {} voices in the last bucket",
                       story_of(alert, ", "), voices_in(alert));
  } else if (alert.event == Event::volume_burst) {
    text = fmt::format("Much is said of {}: {} voices where {} are usual ({} times)", what,
                       alert.counts.voices, fixed(alert.usual_voices, 1),
                       times(static_cast<double>(alert.counts.voices), alert.usual_voices));
  } else {
    text = fmt::format("Negative opinion of {} surges: {} of {} voices are negative ({} %, usually {} %)",
                       what, alert.counts.negative, alert.counts.voices, percent(share_of(alert)),
                       percent(alert.usual_share));
  }
  if (!alert.words.empty() && alert.event != Event::new_story)
    text += "; they speak of " + words_of(alert, ", ");
  if (!alert.sources.empty())
    text += fmt::format("; most from {} ({})", alert.sources.front().name, alert.sources.front().count);
  if (!alert.floods.empty()) text += fmt::format("; one text was said {} times", alert.floods.front().copies);
  text += ".";
  if (alert.ended_us != 0) text += " It has ended: " + format_time(alert.ended_us) + ".";
  return text;
}

std::string sentence_in_chinese(const Alert& alert) {
  const std::string what = what_in_chinese(alert.series);
  std::string text;
  if (alert.event == Event::new_story) {
    text = fmt::format("人们开始谈论{}：最近一段时间有 {} 个声音", story_of(alert, "、"), voices_in(alert));
  } else if (alert.event == Event::volume_burst) {
    text = fmt::format("{}的讨论量激增：{} 个声音，平时约 {} 个（{} 倍）", what, alert.counts.voices,
                       fixed(alert.usual_voices, 1),
                       times(static_cast<double>(alert.counts.voices), alert.usual_voices));
  } else {
    text =
        fmt::format("{}的负面舆情激增：{} 个声音中 {} 个为负面（{}%，平时 {}%）", what, alert.counts.voices,
                    alert.counts.negative, percent(share_of(alert)), percent(alert.usual_share));
  }
  if (!alert.words.empty() && alert.event != Event::new_story) text += "；集中在：" + words_of(alert, "、");
  if (!alert.sources.empty())
    text += fmt::format("；主要来自 {}（{}）", alert.sources.front().name, alert.sources.front().count);
  if (!alert.floods.empty()) text += fmt::format("；同一段文字重复了 {} 次", alert.floods.front().copies);
  text += "。";
  if (alert.ended_us != 0) text += "已恢复平常：" + format_time(alert.ended_us) + "。";
  return text;
}

}  // namespace heed::apps::monitor
