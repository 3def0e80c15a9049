#include "digest_readers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "apps/digest/digest.h"
#include "apps/digest/inputs.h"
#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "search/ngram_vectors.h"

namespace heed::bench {
namespace {

using namespace apps::digest;

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
constexpr size_t kKinds = 40, kLoved = 3, kLiked = 5, kNamedKinds = 2, kNamedWords = 2;
constexpr int kSteps = 12, kStarts = 12, kReaders = 20, kDays = 30, kPoolDays = 7;
constexpr int64_t kDimensions = 1024;
constexpr double kMinutes = 0.7, kLove = 0.8, kLike = 0.4, kRest = 0.05;
enum Method { ours, newest, popular, profile, kMethods };
constexpr std::array<const char*, kMethods> kNames = {"ours", "newest", "popular", "tfidf"};

struct Headlines {
  std::vector<Item> items;  // in order of time
  std::vector<size_t> kinds = {};
  std::array<std::vector<std::string>, kKinds> words = {};  // that tell most of a kind
};

double product(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Spherical k-means of every headline.
void find_kinds(Headlines& all) {
  std::vector<std::string> texts;
  for (const Item& item : all.items) texts.push_back(item.text);
  const search::NgramVectors vectors(texts, kDimensions);
  std::vector<std::vector<float>> rows;
  for (const std::string& text : texts) rows.push_back(vectors(text));
  Random random(7);
  std::vector<std::vector<float>> centers;
  for (size_t k = 0; k < kKinds; ++k) centers.push_back(rows[random.below(rows.size())]);
  all.kinds.assign(rows.size(), 0);
  for (int step = 0; step < kSteps; ++step) {
    for (size_t i = 0; i < rows.size(); ++i) {
      double best = -1;
      for (size_t k = 0; k < kKinds; ++k) {
        if (const double alike = product(rows[i], centers[k]); alike > best) {
          best = alike;
          all.kinds[i] = k;
        }
      }
    }
    for (auto& center : centers) std::ranges::fill(center, 0.0F);
    for (size_t i = 0; i < rows.size(); ++i) {
      for (size_t d = 0; d < rows[i].size(); ++d) centers[all.kinds[i]][d] += rows[i][d];
    }
    for (auto& center : centers) {
      const double length = std::sqrt(product(center, center));
      for (float& value : center) value /= static_cast<float>(std::max(length, 1e-9));
    }
  }
}

// Words that stand more often in a kind than elsewhere, those of most headlines first.
void name_kinds(Headlines& all) {
  Vocabulary vocabulary;
  for (const Item& item : all.items) vocabulary.learn(item.text);
  std::array<std::map<uint32_t, double>, kKinds> sums;
  for (size_t i = 0; i < all.items.size(); ++i) {
    for (const auto& [word, weight] : vocabulary.row(all.items[i].text)) sums[all.kinds[i]][word] += weight;
  }
  for (size_t k = 0; k < kKinds; ++k) {
    std::vector<std::pair<double, uint32_t>> ranked;
    for (const auto& [word, sum] : sums[k]) ranked.emplace_back(-sum, word);
    std::ranges::sort(ranked);
    for (size_t w = 0; w < std::min(kNamedWords, ranked.size()); ++w)
      all.words[k].push_back(vocabulary.word(ranked[w].second));
  }
}

Headlines read_headlines(const std::string& path) {
  Inputs inputs = read_inputs({path}, INT64_MAX / 4);
  if (inputs.items.size() < 1000)
    throw Error(ErrorCode::invalid_argument, path + ": expected some thousand headlines, found few");
  Headlines all{.items = std::move(inputs.items)};
  std::ranges::stable_sort(all.items, {}, &Item::ts_us);
  find_kinds(all);
  name_kinds(all);
  return all;
}

struct Person {
  std::array<double, kKinds> taste{};
  std::vector<std::string> topics;
};

Person make_person(const Headlines& all, Random& random) {
  std::vector<size_t> kinds(kKinds);
  std::iota(kinds.begin(), kinds.end(), 0);
  random.shuffle(kinds);
  Person person;
  person.taste.fill(kRest);
  for (size_t k = 0; k < kLoved + kLiked; ++k) person.taste[kinds[k]] = k < kLoved ? kLove : kLike;
  for (size_t k = 0; k < kNamedKinds; ++k)
    for (const std::string& word : all.words[kinds[k]]) person.topics.push_back(word);
  return person;
}

// What there is to choose from on one day.
struct Day {
  std::unique_ptr<Shelf> shelf;
  std::map<std::string, size_t> numbers;  // of headlines, by id
};

class Simulation {
 public:
  explicit Simulation(const Headlines& all) : all_(all), random_(11) {
    for (int k = 0; k < kReaders; ++k) people_.push_back(make_person(all, random_));
    for (const Person& person : people_)
      for (size_t k = 0; k < kKinds; ++k) mean_taste_[k] += person.taste[k] / kReaders;
  }

  // [methods][days], mean over readers and starts.
  std::array<std::array<double, kDays>, kMethods> run() {
    const int64_t first = all_.items.front().ts_us / kDayUs + kPoolDays,
                  last = all_.items.back().ts_us / kDayUs - kDays;
    for (int start = 0; start < kStarts; ++start) {
      const int64_t begin = first + (last - first) * start / (kStarts - 1);
      std::vector<Day> days;
      for (int d = 0; d < kDays; ++d) days.push_back(day(begin + d));
      for (const Person& person : people_)
        for (int method = 0; method < kMethods; ++method)
          live(person, static_cast<Method>(method), begin, days);
    }
    return values_;
  }

 private:
  Day day(int64_t number) {
    Day day;
    std::vector<Item> items;
    const auto from =
        std::ranges::lower_bound(all_.items, (number - kPoolDays + 1) * kDayUs, {}, &Item::ts_us);
    for (auto at = from; at != all_.items.end() && at->ts_us < (number + 1) * kDayUs; ++at) {
      items.push_back(*at);
      day.numbers[at->id] = static_cast<size_t>(at - all_.items.begin());
    }
    day.shelf = std::make_unique<Shelf>(std::move(items));
    return day;
  }

  void live(const Person& person, Method method, int64_t begin, std::vector<Day>& days) {
    Reader reader;
    reader.choose_topics(person.topics);
    for (int d = 0; d < kDays; ++d) {
      const int64_t now = (begin + d + 1) * kDayUs;
      for (const Story* story :
           choose(method, *days[static_cast<size_t>(d)].shelf, reader, now, days[static_cast<size_t>(d)])) {
        const size_t kind = all_.kinds[days[static_cast<size_t>(d)].numbers.at(story->lead.id)];
        values_[method][static_cast<size_t>(d)] += person.taste[kind] / (kReaders * kStarts);
        const bool is_read = random_.uniform() < person.taste[kind];
        reader.take(event_of(story->lead, is_read ? Deed::read : Deed::skip, now));
      }
    }
  }

  std::vector<const Story*> choose(Method method, Shelf& shelf, const Reader& reader, int64_t now,
                                   const Day& day) {
    std::map<std::string, const Story*> by_id;
    for (const Story& story : shelf.stories()) by_id[story.lead.id] = &story;
    std::vector<const Story*> chosen;
    if (method == ours) {
      const Digest digest = make_digest(shelf, reader, {.minutes = kMinutes, .half_life_days = 7}, now);
      for (const Entry& entry : digest.entries) chosen.push_back(by_id.at(entry.story.lead.id));
      return chosen;
    }
    std::vector<std::pair<double, const Story*>> ranked;
    std::vector<WordRow> liked;
    if (method == profile) {
      for (const std::string& topic : reader.topics()) liked.push_back(shelf.vocabulary().row(topic));
      for (const auto& [id, event] : reader.events())
        if (event.deed != Deed::skip) liked.push_back(shelf.vocabulary().row(event.title + " " + event.text));
    }
    double place = 0;
    for (const Story& story : shelf.stories()) {
      place += 1e-6;  // later is newer
      if (reader.events().contains(story.lead.id)) continue;
      double score = place;
      if (method == popular) score += mean_taste_[all_.kinds[day.numbers.at(story.lead.id)]];
      for (const WordRow& row : liked) score += dot(story.row, row);
      ranked.emplace_back(-score, &story);
    }
    std::ranges::stable_sort(ranked, {}, [](const auto& one) { return one.first; });
    double left = kMinutes;
    for (const auto& [score, story] : ranked) {
      if (story->minutes > left) continue;
      left -= story->minutes;
      chosen.push_back(story);
    }
    return chosen;
  }

  const Headlines& all_;
  Random random_;
  std::vector<Person> people_;
  std::array<double, kKinds> mean_taste_{};
  std::array<std::array<double, kDays>, kMethods> values_{};
};

}  // namespace

Json simulate_readers(const std::string& path) {
  const Headlines all = read_headlines(path);
  const auto values = Simulation(all).run();
  Json result = {{"headlines", all.items.size()}, {"readers", kReaders * kStarts}};
  for (size_t method = 0; method < kMethods; ++method) {
    for (const size_t day : {1, 7, 30})
      result[fmt::format("{}_{}", kNames[method], day)] = values[method][day - 1];
  }
  return result;
}

}  // namespace heed::bench
