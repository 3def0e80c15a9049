#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "apps/digest/item.h"
#include "apps/digest/words.h"
#include "economy/schedule.h"

// One reader: what was read, skipped and saved, and what an item is worth to them by that.
namespace heed::apps::digest {

enum class Deed { skip, read, save };
std::string_view to_string(Deed deed);
// Throws invalid_argument "WHERE: expected read, skip or save, found …".
Deed deed_of(std::string_view name, const std::string& where);

// What a reader did with an item; its words are kept, for the item itself may go.
struct ReaderEvent {
  std::string item{}, title{}, text{}, url{};
  Deed deed = Deed::read;
  int64_t ts_us = 0;
};
Json to_json(const ReaderEvent& event);
ReaderEvent reader_event(const Json& json, const std::string& where);
ReaderEvent event_of(const Item& item, Deed deed, int64_t ts_us);

struct WorthOptions {
  double temperature = 0.3;    // of attention
  double prior = 2.0;          // events that the reader's usual share of reads counts as
  double topic = 3.0;          // events that a chosen topic counts as
  double half_life_days = 60;  // of an event
  size_t most_events = 2000;   // the latest are remembered
};

// What an item is worth, and by what.
struct Worth {
  double value = 0;     // chance that the reader is glad of it
  double spread = 0;    // standard deviation: how little is known
  double evidence = 0;  // events that speak of it
  std::vector<std::pair<std::string, double>> words =
      {};  // that say so: what each adds to value, strongest first
};

// Worth by attention of an item's words over those of the reader's events:
//   s_j = w_j (exp(cos(item, event_j) / T) - 1),  w_j = 2^(-age_j / half-life), twice that of a save
//   value = (n p + sum of s_j y_j) / (n + sum of s_j),  y_j = 1 where it was read or saved, 0 where skipped
// the mean of a Beta distribution whose prior of n events is the share p of reads among all that the reader
// did. An event that shares no word says nothing; a chosen topic is an event of its own that does not fade:
// what is known on the first day.
class Reader {
 public:
  explicit Reader(const WorthOptions& options = {}) : options_(options) {}

  void choose_topics(const std::vector<std::string>& topics);
  const std::vector<std::string>& topics() const { return topics_; }
  // One item's latest deed counts. Events may come in any order.
  void take(ReaderEvent event);
  const std::map<std::string, ReaderEvent>& events() const { return events_; }

  // Saved items that are about to be forgotten at `now_us` (economy/schedule.h), those longest due first.
  std::vector<ReaderEvent> due(int64_t now_us) const;

 private:
  friend class WorthModel;

  WorthOptions options_;
  std::vector<std::string> topics_;
  std::map<std::string, ReaderEvent> events_;  // by item
  std::map<std::string, economy::ScheduledItem> kept_;
};

// A reader's rows over one vocabulary, for many items.
class WorthModel {
 public:
  WorthModel(const Reader& reader, Vocabulary& vocabulary, int64_t now_us);

  Worth operator()(const WordRow& item) const;
  // Which chosen topic it is of: the one it is most alike; -1: none.
  int64_t topic_of(const WordRow& item) const;
  bool knows_anything() const { return !keys_.empty(); }

 private:
  struct Key {
    double weight = 1, liked = 0;
  };
  using Postings = std::vector<std::pair<uint32_t, float>>;  // keys with a word, and its weight there
  void add(const WordRow& row, const Key& key);

  const Vocabulary& vocabulary_;
  WorthOptions options_;
  std::vector<WordRow> topics_;
  std::vector<Key> keys_;
  std::unordered_map<uint32_t, Postings> postings_;  // by word
  double usual_ = 0;
};

// The events of a file of lines of JSON; none where there is no file. Throws corrupt_data with the line.
void read_history(const std::filesystem::path& path, Reader& reader);
// Adds a line; what is there stays. Throws io.
void append_history(const std::filesystem::path& path, const ReaderEvent& event);

}  // namespace heed::apps::digest
