#include "apps/monitor/story.h"

#include <algorithm>
#include <cmath>

namespace heed::apps::monitor {
namespace {

constexpr double kLeastCount = 3;  // voices of late, for a word to be looked at
constexpr double kLeastExpected = 0.15;
constexpr double kUnseen = 0.5;    // voices that a word counts as that nobody has said yet
constexpr double kTogether = 0.5;  // of the voices that say the rarer one of two words

double score_of(const WordRate& word, const WordRate& all) {
  const double expected = std::max(all.recent * (word.usual + kUnseen) / (all.usual + 1), kLeastExpected);
  if (word.recent < kLeastCount || word.recent <= expected) return 0.0;
  return word.recent * std::log(word.recent / expected) - (word.recent - expected);
}

bool says(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::binary_search(words, word);
}

// Words that stand in the same voices join the strongest of them.
std::vector<RisenStory> group(const std::vector<std::pair<double, std::string>>& risen,
                              const std::vector<std::vector<std::string>>& voices) {
  std::vector<RisenStory> stories;
  for (const auto& [score, word] : risen) {
    const auto is_part = [&](const RisenStory& story) {
      int64_t both = 0, here = 0, there = 0;
      for (const std::vector<std::string>& voice : voices) {
        const bool a = says(voice, word), b = says(voice, story.words.front());
        both += a && b;
        here += a;
        there += b;
      }
      return static_cast<double>(both) >= kTogether * static_cast<double>(std::min(here, there));
    };
    const auto story = std::ranges::find_if(stories, is_part);
    if (story == stories.end())
      stories.push_back({.words = {word}, .score = score});
    else
      story->words.push_back(word);
  }
  return stories;
}

}  // namespace

WordRate StoryWatch::decayed(const WordRate& rate, int64_t bucket) const {
  const double buckets = static_cast<double>(bucket - rate.bucket) * options_.bucket_hours / 24;
  return {.recent = rate.recent * std::exp2(-buckets / options_.recent_days),
          .usual = rate.usual * std::exp2(-buckets / options_.usual_days),
          .bucket = bucket};
}

void StoryWatch::add(int64_t begin_us, std::vector<std::string> words) {
  open_[begin_us].push_back(std::move(words));
}

std::vector<RisenStory> StoryWatch::close(int64_t begin_us) {
  const auto length = static_cast<int64_t>(options_.bucket_hours * 3600e6);
  const int64_t bucket = begin_us / length;
  auto open = open_.extract(begin_us);
  if (!open) return {};
  const std::vector<std::vector<std::string>> voices = std::move(open.mapped());
  std::map<std::string, double> counts;
  for (const auto& voice : voices)
    for (const std::string& word : voice) counts[word] += 1;
  if (first_bucket_ < 0) first_bucket_ = bucket;
  const bool is_settled =
      static_cast<double>(bucket - first_bucket_) * options_.bucket_hours >= 24 * options_.least_days;
  const auto count = static_cast<double>(voices.size());
  WordRate all = decayed(voices_, bucket);
  all.recent += count;
  std::vector<std::pair<double, std::string>> risen;
  for (const auto& [word, of_word] : counts) {
    WordRate& rate = rates_[word];
    rate = decayed(rate.bucket == 0 ? WordRate{.bucket = bucket} : rate, bucket);
    rate.recent += of_word;
    const double score = is_settled ? score_of(rate, all) : 0.0;
    if (score >= options_.least_score) risen.emplace_back(score, word);
    // What was said of late is not yet what is usual: this bucket counts for the next.
    rate.usual += of_word;
    changed_.insert(word);
  }
  all.usual += count;
  voices_ = all;
  std::ranges::sort(risen, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  return group(risen, voices);
}

std::map<std::string, WordRate> StoryWatch::take_changed() {
  std::map<std::string, WordRate> changed;
  for (const std::string& word : changed_) changed[word] = rates_[word];
  changed_.clear();
  return changed;
}

Json StoryWatch::state() const {
  return {{"recent", voices_.recent},
          {"usual", voices_.usual},
          {"bucket", voices_.bucket},
          {"first", first_bucket_}};
}

void StoryWatch::restore_state(const Json& json, const std::string& where) {
  voices_ = {.recent = json_field<double>(json, "recent", where),
             .usual = json_field<double>(json, "usual", where),
             .bucket = json_field<int64_t>(json, "bucket", where)};
  first_bucket_ = json_field<int64_t>(json, "first", where);
}

}  // namespace heed::apps::monitor
