#include "digest_readers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "apps/digest/digest.h"
#include "apps/digest/inputs.h"
#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "search/terms.h"

namespace heed::bench {
namespace {

using apps::digest::Deed;
using apps::digest::Digest;
using apps::digest::dot;
using apps::digest::Entry;
using apps::digest::Inputs;
using apps::digest::Item;
using apps::digest::read_inputs;
using apps::digest::Reader;
using apps::digest::Shelf;
using apps::digest::Story;
using apps::digest::WordRow;

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
constexpr size_t kKinds = 24, kLoved = 3, kLiked = 5, kNamedKinds = 2;
constexpr int kStarts = 12, kReaders = 20, kDays = 30, kPoolDays = 14;
constexpr double kMinutes = 0.35, kAgeless = 1000, kLove = 0.8, kLike = 0.4, kRest = 0.05;
enum Method { ours, newest, popular, profile, oracle, kMethods };
constexpr std::array<const char*, kMethods> kNames = {"ours", "newest", "popular", "tfidf", "oracle"};

struct Headlines {
  std::vector<Item> items;  // in order of time
  std::vector<size_t> kinds = {};
  std::array<std::vector<std::string>, kKinds> words = {};  // that tell most of a kind
};

struct Theme {
  std::string_view said;   // what a reader names
  std::string_view words;  // what it is about: hidden
};

// What business pages are about.
constexpr std::array<Theme, kKinds> kThemes = {{
    {"oil gas", "oil gas bp shell opec petrol fuel drilling fracking cairn barrel crude exxon fossil"},
    {"electricity climate",
     "electricity climate solar wind renewable carbon emissions coal nuclear energy edf hinkley centrica "
     "green grid"},
    {"supermarkets",
     "supermarket tesco sainsbury asda morrisons waitrose aldi lidl ocado grocery iceland food"},
    {"shops fashion",
     "shop shops store stores retail retailer debenhams fraser marks spencer primark asos next fashion "
     "topshop arcadia ashley mothercare"},
    {"housing",
     "house houses housing home homes mortgage property rent landlord tenant housebuilder persimmon build "
     "flat"},
    {"banks", "bank banks barclays lloyds hsbc rbs tsb santander natwest goldman lender loan loans branch"},
    {"interest inflation", "interest inflation rate rates carney bailey monetary fed deflation boe"},
    {"airlines",
     "airline airlines ryanair easyjet airport heathrow boeing airbus flight flights plane pilot virgin "
     "aviation thomas cook"},
    {"railways",
     "rail railway train trains rmt hs2 network commuter southern northern fares station eurostar"},
    {"cars",
     "car cars carmaker nissan jaguar rover vauxhall ford toyota tesla honda bmw volkswagen diesel electric "
     "vehicles"},
    {"pay workers",
     "pay wage wages salary bonus worker workers staff union strike strikes zero-hours gig employment "
     "unemployment jobs"},
    {"brexit", "brexit eu brussels customs no-deal backstop leave barnier"},
    {"trade tariffs", "tariff tariffs trade china chinese trump huawei steel wto beijing protectionism"},
    {"shares markets",
     "share shares market markets ftse dow stock stocks investors nasdaq wall rout rally pound sterling"},
    {"technology",
     "google facebook amazon apple microsoft tech uber twitter netflix spotify app data digital software "
     "zuckerberg"},
    {"virus", "coronavirus covid-19 covid lockdown pandemic furlough outbreak virus ppe vaccine"},
    {"tax", "tax taxes vat hmrc avoidance levy haven havens taxman budget hammond sunak"},
    {"medicine health",
     "drug drugs nhs health medicine pharma gsk astrazeneca cancer hospital patients care opioid boots"},
    {"media film",
     "film films bbc itv channel sky disney box office newspaper tv cinema hollywood media radio news"},
    {"outsourcing",
     "carillion capita interserve outsourcing serco contractor g4s kier construction administration "
     "collapse"},
    {"pubs drinks",
     "pub pubs beer brewer wine gin restaurant restaurants pizza greggs wetherspoon coffee starbucks drink "
     "drinks mcdonald"},
    {"pensions savings",
     "pension pensions savings savers saving retirement insurance insurer wealth woodford fund funds"},
    {"betting",
     "betting gambling casino bet365 ladbrokes hill bookmaker lottery bitcoin cryptocurrency crypto "
     "fixed-odds"},
    {"women equality",
     "women gender equality sexual harassment female diversity feminist race black inequality poverty"},
}};

// A headline is of the theme of which it has most words; of several, the first; of none, of no kind.
void find_kinds(Headlines& all) {
  std::unordered_map<std::string, size_t> theme_of;
  for (size_t k = 0; k < kKinds; ++k) {
    for (const std::string& word : search::terms(kThemes[k].words)) theme_of.try_emplace(word, k);
    all.words[k] = search::terms(kThemes[k].said);
  }
  for (const Item& item : all.items) {
    std::array<size_t, kKinds> counts{};
    for (const std::string& word : search::terms(item.text))
      if (const auto at = theme_of.find(word); at != theme_of.end()) ++counts[at->second];
    const auto most = std::ranges::max_element(counts);
    all.kinds.push_back(*most == 0 ? kKinds : static_cast<size_t>(most - counts.begin()));
  }
}

Headlines read_headlines(const std::string& path) {
  Inputs inputs = read_inputs({path}, INT64_MAX / 4);
  if (inputs.items.size() < 1000)
    throw Error(ErrorCode::invalid_argument, path + ": expected some thousand headlines, found few");
  Headlines all{.items = std::move(inputs.items)};
  std::ranges::stable_sort(all.items, {}, &Item::ts_us);
  find_kinds(all);
  return all;
}

struct Person {
  std::array<double, kKinds + 1> taste{};
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
      for (size_t k = 0; k <= kKinds; ++k) mean_taste_[k] += person.taste[k] / kReaders;
  }

  // [methods][days], mean over readers and starts.
  std::array<std::array<double, kDays>, kMethods> run() {
    const int64_t first = all_.items.front().ts_us / kDayUs + kPoolDays,
                  last = all_.items.back().ts_us / kDayUs - kDays;
    for (int start = 0; start < kStarts; ++start) {
      const int64_t begin = first + (last - first) * start / (kStarts - 1);
      std::vector<Day> days;
      for (int d = 0; d < kDays; ++d) days.push_back(day(begin + d));
      for (int method = 0; method < kMethods; ++method) live(static_cast<Method>(method), begin, days);
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

  void live(Method method, int64_t begin, std::vector<Day>& days) {
    std::vector<Reader> readers(people_.size());
    for (size_t p = 0; p < people_.size(); ++p) readers[p].choose_topics(people_[p].topics);
    for (int d = 0; d < kDays; ++d) {
      const int64_t now = (begin + d + 1) * kDayUs;
      Day& day = days[static_cast<size_t>(d)];
      for (size_t p = 0; p < people_.size(); ++p) {
        const Person& person = people_[p];
        for (const Story* story : choose(method, *day.shelf, readers[p], person, now, day)) {
          const size_t kind = all_.kinds[day.numbers.at(story->lead.id)];
          values_[method][static_cast<size_t>(d)] += person.taste[kind] / (kReaders * kStarts);
          const bool is_read =
              Random(100003 * p + day.numbers.at(story->lead.id)).uniform() < person.taste[kind];
          readers[p].take(event_of(story->lead, is_read ? Deed::read : Deed::skip, now));
        }
      }
    }
  }

  std::vector<const Story*> choose(Method method, Shelf& shelf, const Reader& reader, const Person& person,
                                   int64_t now, const Day& day) {
    std::map<std::string, const Story*> by_id;
    for (const Story& story : shelf.stories()) by_id[story.lead.id] = &story;
    std::vector<const Story*> chosen;
    if (method == ours) {
      const Digest digest =
          make_digest(shelf, reader, {.minutes = kMinutes, .half_life_days = kAgeless}, now);
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
      if (method == oracle) score += person.taste[all_.kinds[day.numbers.at(story.lead.id)]];
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
  std::array<double, kKinds + 1> mean_taste_{};
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
