#include "apps/digest/reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include <fmt/format.h>

#include "apps/event_time.h"
#include "base/error.h"
#include "base/files.h"
#include "base/utf8.h"
#include "text/normalise.h"

namespace heed::apps::digest {
namespace {

constexpr std::array<std::string_view, 3> kDeeds = {"skip", "read", "save"};
constexpr double kDayUs = 86'400e6;
constexpr double kUsualReads = 1, kUsualSkips = 2;  // before anything is known: a third is read
constexpr size_t kMostWords = 5, kKeptTitle = 500, kKeptText = 2000;

const economy::ScheduleOptions& kept_schedule() {
  static const economy::ScheduleOptions kOptions{.retention = 0.9, .learning_s = {}, .relearning_s = {}};
  return kOptions;
}

std::string cut(const std::string& text, size_t most) {
  return text.size() <= most ? text : text.substr(0, utf8_prefix(text, most));
}

}  // namespace

std::string_view to_string(Deed deed) { return kDeeds[static_cast<size_t>(deed)]; }

Deed deed_of(std::string_view name, const std::string& where) {
  const auto* const at = std::ranges::find(kDeeds, name);
  if (at != kDeeds.end()) return static_cast<Deed>(at - kDeeds.begin());
  throw Error(ErrorCode::invalid_argument,
              where + ": expected read, skip or save, found '" + printable_utf8(name, 64) + "'");
}

Json to_json(const ReaderEvent& event) {
  return {{"ts", format_time(event.ts_us)}, {"item", event.item}, {"kind", to_string(event.deed)},
          {"title", event.title},           {"text", event.text}, {"url", event.url}};
}

ReaderEvent reader_event(const Json& json, const std::string& where) {
  const auto time = parse_time(json_field<std::string>(json, "ts", where));
  if (!time)
    throw Error(ErrorCode::corrupt_data, where + ": field 'ts': expected a time, found another text");
  return {.item = json_field<std::string>(json, "item", where),
          .title = json_field<std::string>(json, "title", where, ""),
          .text = json_field<std::string>(json, "text", where, ""),
          .url = json_field<std::string>(json, "url", where, ""),
          .deed = deed_of(json_field<std::string>(json, "kind", where), where + ": field 'kind'"),
          .ts_us = *time};
}

ReaderEvent event_of(const Item& item, Deed deed, int64_t ts_us) {
  return {.item = item.id,
          .title = cut(item.title, kKeptTitle),
          .text = cut(item.text, kKeptText),
          .url = item.url,
          .deed = deed,
          .ts_us = ts_us};
}

void Reader::choose_topics(const std::vector<std::string>& topics) {
  topics_.clear();
  for (const std::string& topic : topics) {
    std::string name = normalise(topic, {});
    if (!name.empty() && std::ranges::find(topics_, name) == topics_.end())
      topics_.push_back(std::move(name));
  }
}

void Reader::take(ReaderEvent event) {
  static const economy::MemoryModel kMemory;
  const auto before = events_.find(event.item);
  if (before != events_.end() && before->second.ts_us > event.ts_us) return;
  const auto kept = kept_.find(event.item);
  if (event.deed == Deed::skip) {
    kept_.erase(event.item);  // not wanted any more
  } else if (kept != kept_.end() || event.deed == Deed::save) {
    economy::review(kMemory, kept_schedule(), economy::Rating::good, event.ts_us, kept_[event.item]);
  }
  // What was saved and is read again stays saved.
  if (before != events_.end() && before->second.deed == Deed::save && event.deed == Deed::read)
    event.deed = Deed::save;
  events_[event.item] = std::move(event);
  if (events_.size() <= options_.most_events) return;
  const auto oldest = std::ranges::min_element(events_, {}, [](const auto& one) { return one.second.ts_us; });
  kept_.erase(oldest->first);
  events_.erase(oldest);
}

std::vector<ReaderEvent> Reader::due(int64_t now_us) const {
  std::vector<std::pair<int64_t, const ReaderEvent*>> due;
  for (const auto& [item, state] : kept_) {
    if (state.due_us <= now_us) due.emplace_back(state.due_us, &events_.at(item));
  }
  std::ranges::stable_sort(due, {}, [](const auto& one) { return one.first; });
  std::vector<ReaderEvent> events;
  for (const auto& [time, event] : due) events.push_back(*event);
  return events;
}

WorthModel::WorthModel(const Reader& reader, Vocabulary& vocabulary, int64_t now_us)
    : vocabulary_(vocabulary), options_(reader.options_) {
  for (const std::string& topic : reader.topics_) {
    topics_.push_back(vocabulary.row(topic));
    add(topics_.back(), {.weight = options_.topic, .liked = 1});
  }
  double reads = kUsualReads, all = kUsualReads + kUsualSkips;
  for (const auto& [item, event] : reader.events_) {
    const double age = std::max(0.0, static_cast<double>(now_us - event.ts_us) / kDayUs);
    const double fresh = std::exp2(-age / options_.half_life_days);
    const double liked = event.deed == Deed::skip ? 0 : 1;
    add(vocabulary.row(event.title + " " + event.text),
        {.weight = fresh * (event.deed == Deed::save ? 2 : 1), .liked = liked});
    reads += fresh * liked;
    all += fresh;
  }
  usual_ = reads / all;
}

void WorthModel::add(const WordRow& row, const Key& key) {
  for (const auto& [word, weight] : row)
    postings_[word].emplace_back(static_cast<uint32_t>(keys_.size()), weight);
  keys_.push_back(key);
}

Worth WorthModel::operator()(const WordRow& item) const {
  std::unordered_map<uint32_t, double> alike;  // by key
  const auto each_match = [&](const auto& body) {
    for (size_t k = 0; k < item.size(); ++k) {
      const auto at = postings_.find(item[k].first);
      if (at == postings_.end()) continue;
      for (const auto& [key, weight] : at->second) body(k, key, static_cast<double>(item[k].second) * weight);
    }
  };
  each_match([&](size_t, uint32_t key, double product) { alike[key] += product; });
  double sum = 0, liked = 0;
  for (auto& [key, cosine] : alike) {
    const double said = keys_[key].weight * std::expm1(cosine / options_.temperature);
    sum += said;
    liked += said * keys_[key].liked;
    cosine = said * (keys_[key].liked - usual_) / cosine;  // from here on: what its words share
  }
  std::vector<double> of_words(item.size(), 0);
  each_match([&](size_t k, uint32_t key, double product) { of_words[k] += alike[key] * product; });
  const double n = options_.prior + sum;
  Worth worth = {.value = (options_.prior * usual_ + liked) / n, .evidence = sum, .words = {}};
  worth.spread = std::sqrt(worth.value * (1 - worth.value) / (n + 1));
  for (size_t k = 0; k < item.size(); ++k) {
    if (of_words[k] != 0) worth.words.emplace_back(vocabulary_.word(item[k].first), of_words[k] / n);
  }
  std::ranges::stable_sort(
      worth.words, [](const auto& a, const auto& b) { return std::abs(a.second) > std::abs(b.second); });
  if (worth.words.size() > kMostWords) worth.words.resize(kMostWords);
  return worth;
}

int64_t WorthModel::topic_of(const WordRow& item) const {
  int64_t best = -1;
  double most = 0;
  for (size_t k = 0; k < topics_.size(); ++k) {
    if (const double alike = dot(item, topics_[k]); alike > most) {
      most = alike;
      best = static_cast<int64_t>(k);
    }
  }
  return best;
}

void read_history(const std::filesystem::path& path, Reader& reader) {
  if (!std::filesystem::exists(path)) return;
  const std::string bytes = read_file(path, uint64_t{256} << 20);
  int64_t line = 0;
  for (size_t at = 0; at < bytes.size();) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string text = bytes.substr(at, end - at);
    at = end + 1;
    ++line;
    const std::string where = fmt::format("{}:{}", path.string(), line);
    if (!text.empty())
      reader.take(reader_event(parse_json(text, where, 8, "mend or remove the line"), where));
  }
}

void append_history(const std::filesystem::path& path, const ReaderEvent& event) {
  std::ofstream file(path, std::ios::app);
  file << to_json(event).dump() << '\n';
  file.flush();
  if (!file) throw Error(ErrorCode::io, path.string() + ": expected to add a line, found that it cannot");
}

}  // namespace heed::apps::digest
