#include "apps/digest/digest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "apps/digest/choice.h"
#include "apps/digest/language.h"
#include "apps/digest/summary.h"
#include "apps/digest/why_text.h"
#include "base/error.h"

namespace heed::apps::digest {
namespace {

constexpr double kDayUs = 86'400e6;
constexpr double kUnfamiliar = 0.5;  // events that speak of a story: fewer, and it is unexpected
constexpr size_t kMostKept = 2;

bool has_all(const WordRow& row, const WordRow& words) {
  return !words.empty() && std::ranges::all_of(words, [&](const auto& word) {
    return std::ranges::binary_search(row, word.first, {}, &std::pair<uint32_t, float>::first);
  });
}

bool is_done(const Reader& reader, const Story& story) {
  const auto knows = [&](const std::string& id) { return reader.events().contains(id); };
  return knows(story.lead.id) || std::ranges::any_of(story.also, knows, &Story::Carrier::id);
}

class Maker {
 public:
  Maker(Shelf& shelf, const Reader& reader, const DigestOptions& options, int64_t now_us)
      : shelf_(shelf),
        reader_(reader),
        options_(options),
        worth_(reader, shelf.vocabulary(), now_us),
        now_us_(now_us),
        left_(options.minutes) {}

  Digest make() {
    digest_ = {.minutes = options_.minutes, .stories = shelf_.stories().size(), .items = shelf_.items()};
    if (options_.kept) take_kept();
    find_offers();
    if (options_.minutes <= 0) {
      digest_.notices.push_back(
          fmt::format("no minutes: nothing is chosen; {} stories wait", offers_.size()));
      return std::move(digest_);
    }
    fix_musts();
    fix_unexpected();
    choose();
    const bool likes_nothing =
        !reader_.events().empty() &&
        std::ranges::all_of(reader_.events(), [](const auto& one) { return one.second.deed == Deed::skip; });
    if (likes_nothing)
      digest_.notices.emplace_back(
          "everything was skipped so far: what is unlike it comes first; chosen topics "
          "would help");
    return std::move(digest_);
  }

 private:
  struct Offer {
    const Story* story;
    Account account;
    bool fixed = false;
    Reason reason = Reason::chosen;
  };

  void take_kept() {
    for (const ReaderEvent& event : reader_.due(now_us_)) {
      if (digest_.entries.size() == kMostKept) break;
      Entry entry = {.story = {.lead = {.id = event.item,
                                        .source = "kept",
                                        .title = event.title,
                                        .text = event.text,
                                        .url = event.url,
                                        .ts_us = event.ts_us}},
                     .reason = Reason::kept,
                     .summary = summarise(event.text)};
      const std::string shown = event.title + " " + entry.summary;
      entry.story.language = language_of(shown);
      entry.story.minutes = entry.account.minutes = reading_minutes(shown, entry.story.language);
      if (entry.account.minutes > left_) continue;
      left_ -= entry.account.minutes;
      digest_.used += entry.account.minutes;
      explain(entry);
      digest_.entries.push_back(std::move(entry));
    }
  }

  void find_offers() {
    std::vector<const Story*> left;
    for (const Story& story : shelf_.stories()) {
      if (!is_done(reader_, story)) left.push_back(&story);
    }
    // Stories are in order of time. Beside the newest of them, so that an old feed alone is news too.
    const int64_t newest_us = left.empty() ? 0 : std::min(now_us_, left.back()->lead.ts_us);
    for (const Story* const each : left) {
      const Story& story = *each;
      Account account = {.worth = worth_(story.row), .minutes = story.minutes};
      const double age = std::max(0.0, static_cast<double>(newest_us - story.lead.ts_us) / kDayUs);
      account.fresh = std::exp2(-age / options_.half_life_days);
      account.value = account.worth.value * account.fresh;
      offers_.push_back({.story = &story, .account = std::move(account)});
    }
  }

  bool fix(Offer& offer, Reason reason) {
    if (offer.account.minutes > left_) return false;
    offer.fixed = true;
    offer.reason = reason;
    left_ -= offer.account.minutes;
    return true;
  }

  void fix_musts() {
    std::vector<WordRow> words;
    for (const std::string& must : options_.must) words.push_back(shelf_.vocabulary().row(must));
    size_t without = 0;
    for (size_t k = offers_.size(); k-- > 0;) {  // stories are in order of time
      Offer& offer = offers_[k];
      const bool must =
          std::ranges::any_of(words, [&](const WordRow& row) { return has_all(offer.story->row, row); });
      if (must && !fix(offer, Reason::must)) ++without;
    }
    if (without > 0)
      digest_.notices.push_back(
          fmt::format("{} stories that must be read do not fit the minutes that were left", without));
  }

  void fix_unexpected() {
    if (!worth_.knows_anything()) return;  // all of it is unexpected
    double share = std::min(options_.unexpected * options_.minutes, left_);
    std::vector<std::pair<double, Offer*>> ranked;
    for (Offer& offer : offers_) {
      const Worth& worth = offer.account.worth;
      if (!offer.fixed && worth.evidence < kUnfamiliar)
        ranked.emplace_back((worth.value + worth.spread) * offer.account.fresh, &offer);
    }
    std::ranges::stable_sort(ranked, [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [rank, offer] : ranked) {
      if (offer->account.minutes > share) continue;
      share -= offer->account.minutes;
      fix(*offer, Reason::unexpected);
    }
  }

  void choose() {
    std::vector<ChoiceItem> items;
    for (const Offer& offer : offers_)
      items.push_back({.value = offer.account.value,
                       .minutes = offer.account.minutes,
                       .subject = offer.story->subject,
                       .source = offer.story->source,
                       .fixed = offer.fixed});
    ChoiceSolver solver(std::move(items), {.minutes = options_.minutes - digest_.used});
    const Choice choice = solver.solve();
    digest_.value = choice.value;
    digest_.bound = choice.bound;
    digest_.minute_price = choice.minute_price;
    for (size_t k = 0; k < offers_.size(); ++k) {
      Offer& offer = offers_[k];
      offer.account.minute_price = choice.minute_price;
      offer.account.subject_price = choice.subject_prices[offer.story->subject];
      offer.account.source_price = choice.source_prices[offer.story->source];
      if (choice.chosen[k] != 0) {
        enter(offer);
      } else {
        digest_.left_out.push_back({.story = *offer.story, .account = offer.account});
      }
    }
    std::ranges::stable_sort(digest_.entries, [](const Entry& a, const Entry& b) {
      const auto is_last = [](const Entry& one) { return one.reason > Reason::kept; };
      if (is_last(a) != is_last(b)) return is_last(b);
      return is_last(a) ? a.account.value > b.account.value : a.reason < b.reason;
    });
    std::ranges::stable_sort(digest_.left_out, {},
                             [](const LeftOut& one) { return one.account.cost() - one.account.value; });
    if (digest_.left_out.size() > kMostLeftOut) digest_.left_out.resize(kMostLeftOut);
    for (LeftOut& one : digest_.left_out) explain(one);
  }

  void enter(const Offer& offer) {
    Entry entry = {.story = *offer.story,
                   .reason = offer.reason,
                   .account = offer.account,
                   .summary = summarise(offer.story->lead.text),
                   .subject = shelf_.subject(offer.story->subject)};
    if (const int64_t topic = worth_.topic_of(offer.story->row); topic >= 0)
      entry.subject = reader_.topics()[static_cast<size_t>(topic)];
    digest_.used += offer.account.minutes;
    explain(entry);
    digest_.entries.push_back(std::move(entry));
  }

  Shelf& shelf_;
  const Reader& reader_;
  const DigestOptions& options_;
  WorthModel worth_;
  int64_t now_us_;
  double left_;
  std::vector<Offer> offers_;
  Digest digest_;
};

}  // namespace

std::string_view to_string(Reason reason) {
  static constexpr std::array<std::string_view, 4> kNames = {"must", "kept", "unexpected", "chosen"};
  return kNames[static_cast<size_t>(reason)];
}

Digest make_digest(Shelf& shelf, const Reader& reader, const DigestOptions& options, int64_t now_us) {
  if (!(options.minutes >= 0) || !std::isfinite(options.minutes))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("digest: expected minutes of 0 or more, found {}", options.minutes));
  return Maker(shelf, reader, options, now_us).make();
}

}  // namespace heed::apps::digest
