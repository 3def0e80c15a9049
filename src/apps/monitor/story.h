#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"

// What people have begun to speak of: words that are said much more than they used to be.
namespace heed::apps::monitor {

// How often a word is said: two decayed counts of voices, of the last weeks and of the last year.
struct WordRate {
  double recent = 0.0, usual = 0.0;
  int64_t bucket = 0;  // up to which they are decayed
};

struct RisenStory {
  std::vector<std::string> words;  // that stand together; the one that rose most is first
  double score = 0.0;  // of that one: log likelihood ratio of what was said of late against what is usual
};

// Counts each word of each voice (Poisson, against its share of the year before; Dunning 1993). The same
// words, the same stories; it reads no clock.
class StoryWatch {
 public:
  struct Options {
    double recent_days = 30, usual_days = 365;  // half-lives
    double bucket_hours = 1;
    double least_days = 30;   // a watch that has seen less says nothing: every word is new to it
    double least_score = 10;  // of what close() gives
  };
  explicit StoryWatch(const Options& options) : options_(options) {}

  void add(int64_t begin_us, std::vector<std::string> words);  // of one voice, in a bucket that is not closed
  // Closes the bucket; those before it are closed. What has risen, the strongest first.
  std::vector<RisenStory> close(int64_t begin_us);

  // Words whose rates the last close() changed, for them to be kept.
  std::map<std::string, WordRate> take_changed();
  void restore_word(const std::string& word, const WordRate& rate) { rates_[word] = rate; }
  void drop_before(int64_t begin_us) {
    open_.erase(open_.begin(), open_.lower_bound(begin_us));
  }  // closed before a restart
  Json state() const;
  void restore_state(const Json& json, const std::string& where);
  size_t words() const { return rates_.size(); }

 private:
  WordRate decayed(const WordRate& rate, int64_t bucket) const;

  Options options_;
  std::map<int64_t, std::vector<std::vector<std::string>>> open_;  // by bucket: the words of each voice
  std::map<std::string, WordRate> rates_;
  std::set<std::string> changed_;
  WordRate voices_;  // of all voices
  int64_t first_bucket_ = -1;
};

}  // namespace heed::apps::monitor
