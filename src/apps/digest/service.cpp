#include "apps/digest/service.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <utility>

#include "apps/count_minutes.h"
#include "apps/digest/why_text.h"
#include "base/error.h"
#include "base/log.h"
#include "store/event_log.h"

namespace heed::apps::digest {
namespace {

constexpr const char* kApp = "digest";
constexpr const char* kTopics = "topics";  // an outcome that holds a reader's topics
constexpr const char* kNoDecision = "none";
constexpr int64_t kPage = 1000;
constexpr double kDayUs = 86'400e6;
constexpr double kGlance = 0.1;  // of a story's minutes, by which it was seen to be skipped

void log_failure(const store::WriteResult& result) {
  if (result.error) spdlog::error("digest: an event could not be recorded: {}", result.error->what());
}

store::Decision decision_of(const Digest& digest, const std::string& id, const std::string& reader,
                            int64_t now_us) {
  store::Decision decision = {.event_id = id,
                              .ts_us = now_us,
                              .app = kApp,
                              .subject = reader,
                              .chosen = digest.entries.front().story.lead.id,
                              .reason = "a minute's price " + std::to_string(digest.minute_price),
                              .minutes = digest.used};
  for (const Entry& entry : digest.entries) {
    if (decision.candidates.size() == store::kMaxCandidates) break;
    const auto place = static_cast<int64_t>(decision.candidates.size());
    decision.candidates.push_back(
        {.id = entry.story.lead.id, .score = entry.account.value, .propensity = 1, .position = place});
  }
  for (const LeftOut& one : digest.left_out) {
    if (decision.candidates.size() == store::kMaxCandidates) break;
    decision.candidates.push_back({.id = one.story.lead.id, .score = one.account.value, .position = -1});
  }
  return decision;
}

}  // namespace

DigestOptions DigestSettings::options() const {
  return {.minutes = minutes, .unexpected = unexpected, .half_life_days = half_life_days};
}

void add_settings(Settings& keys, const std::string& prefix, DigestSettings& s) {
  const auto key = [&](const char* name) { return prefix + name; };
  keys.add(key("feeds"), &s.feeds,
           "Addresses of RSS or Atom feeds that are polled; no others are ever asked");
  keys.add(key("feed_minutes"), &s.feed_minutes, "Between two visits of a feed", 1.0, 1440.0);
  keys.add(key("keep_days"), &s.keep_days, "After which an item is offered no more", 0.1, 3650.0);
  keys.add(key("most_items"), &s.most_items, "Kept in memory, the newest", 1, 100'000);
  keys.add(key("minutes"), &s.minutes, "Of a digest, where a request does not say", 0.0, 1440.0);
  keys.add(key("unexpected"), &s.unexpected, "Share of the minutes for what nothing speaks of yet", 0.0, 1.0);
  keys.add(key("half_life_days"), &s.half_life_days, "After which half of a story's freshness is left", 0.01,
           3650.0);
  keys.add(key("restored_events"), &s.restored_events, "Events read from the log at the start, the latest",
           0);
}

DigestService::DigestService(const DigestSettings& settings, Services& services)
    : settings_(settings), services_(services) {
  restore();
  if (settings.feeds.empty()) return;
  poller_ = std::make_unique<FeedPoller>(
      settings.feeds, static_cast<int64_t>(settings.feed_minutes * 60e6),
      [&services](const HttpGet& request) { return services.get(request); },
      [this](const std::vector<FeedEntry>& entries, const std::string&) { add_items(entries); });
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      poller_->run(store::now_us());
      for (int k = 0; k < 25 && !stop.stop_requested(); ++k)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
}

DigestService::~DigestService() = default;

// The log gives the newest first.
void DigestService::restore() {
  std::vector<store::Outcome> outcomes;
  store::EventQuery query{.app = kApp, .type = store::EventType::outcome, .limit = kPage};
  for (int64_t read = 0; read < settings_.restored_events; read += kPage) {
    const store::EventPage page = services_.events().list(query);
    for (const store::Event& event : page.events) outcomes.push_back(std::get<store::Outcome>(event));
    if (page.next.empty()) break;
    query.before = page.next;
  }
  for (auto one = outcomes.rbegin(); one != outcomes.rend(); ++one) {
    const std::string where = "event log: outcome '" + one->event_id + "'";
    try {
      const Json json = parse_json(one->text, where);
      if (one->kind == kTopics) {
        readers_[one->subject].choose_topics(json.get<std::vector<std::string>>());
      } else {
        readers_[one->subject].take(reader_event(json, where));
      }
    } catch (const std::exception& problem) {
      spdlog::warn("digest: {} is passed over: {}", where, problem.what());
    }
  }
}

void DigestService::add_items(const std::vector<FeedEntry>& entries) {
  const int64_t now = store::now_us();
  std::vector<Item> items;
  for (const FeedEntry& entry : entries) items.push_back(item_of(entry, now));
  tell_apart(items);
  const std::lock_guard lock(mutex_);
  for (Item& item : items) {
    const auto [at, is_new] = items_.try_emplace(item.id, item);
    if (is_new || at->second.title != item.title || at->second.text != item.text) shelf_ = nullptr;
    item.ts_us = std::min(item.ts_us, at->second.ts_us);  // a feed that dates anew is no fresher
    at->second = std::move(item);
  }
  const auto oldest = now - static_cast<int64_t>(settings_.keep_days * kDayUs);
  std::erase_if(items_, [&](const auto& one) { return one.second.ts_us < oldest; });
  while (items_.size() > static_cast<size_t>(settings_.most_items))
    items_.erase(std::ranges::min_element(items_, {}, [](const auto& one) { return one.second.ts_us; }));
}

// Called with the lock held.
std::shared_ptr<Shelf> DigestService::shelf_of_feeds() {
  if (!shelf_) {
    std::vector<Item> items;
    for (const auto& [id, item] : items_) items.push_back(item);
    shelf_ = std::make_shared<Shelf>(std::move(items));
  }
  return shelf_;
}

MadeDigest DigestService::make(const DigestRequest& request) {
  const int64_t now = store::now_us();
  std::shared_ptr<Shelf> shelf;
  if (!request.items.empty()) shelf = std::make_shared<Shelf>(request.items);
  const bool remembers = !request.reader.empty() && !request.preview;
  MadeDigest made_digest;
  {
    const std::lock_guard lock(mutex_);
    if (!shelf) shelf = shelf_of_feeds();
    const auto known = readers_.find(request.reader);
    Reader reader = known == readers_.end() || request.reader.empty() ? Reader() : known->second;
    if (request.topics_given) reader.choose_topics(request.topics);
    made_digest.digest = make_digest(*shelf, reader, request.options, now);
    if (remembers && request.topics_given &&
        (known == readers_.end() || known->second.topics() != reader.topics())) {
      remember_topics(request.reader, reader.topics());
      readers_[request.reader] = std::move(reader);
    }
  }
  ++made;
  if (!remembers || made_digest.digest.entries.empty()) return made_digest;
  const std::string id = store::new_event_id();
  draw_minutes(request, id, now, made_digest.digest);
  if (made_digest.digest.entries.empty()) return made_digest;
  try {
    record(decision_of(made_digest.digest, id, request.reader, now));
  } catch (const Error&) {  // nobody gets it: its minutes go back
    count_minutes(services_, kApp, [&](economy::MinuteMarket& market) {
      for (const Entry& entry : made_digest.digest.entries)
        market.settle(economy::bid_id(id, entry.story.lead.id), 0, 0, now);
    });
    throw;
  }
  made_digest.decision = id;
  return made_digest;
}

// Returns when it is in the log.
void DigestService::record(store::Decision decision) {
  std::promise<std::optional<Error>> written;
  services_.event_writer().submit({std::move(decision)},
                                  [&](const store::WriteResult& result) { written.set_value(result.error); });
  if (const auto problem = written.get_future().get()) throw Error(*problem);
}

void DigestService::draw_minutes(const DigestRequest& request, const std::string& decision, int64_t now_us,
                                 Digest& digest) {
  economy::MinuteMarket* const market = services_.minutes();
  if (market == nullptr) return;
  market->offer(decision, request.reader, request.options.minutes, now_us);
  std::vector<economy::MinuteBid> bids;
  for (const Entry& entry : digest.entries)
    bids.push_back({.id = economy::bid_id(decision, entry.story.lead.id),
                    .person = request.reader,
                    .task = kApp,
                    .source = entry.story.lead.source,
                    .minutes = entry.account.minutes,
                    .value = entry.account.value,
                    .ts_us = now_us,
                    .urgent = true,  // the reader asks
                    .own = entry.reason == Reason::must});
  const std::vector<economy::MinuteGrant> grants = market->ask(bids);
  std::vector<Entry> given;
  std::vector<LeftOut> refused;
  for (size_t k = 0; k < grants.size(); ++k) {
    Entry& entry = digest.entries[k];
    if (grants[k].given) {
      given.push_back(std::move(entry));
      continue;
    }
    digest.used -= entry.account.minutes;
    if (entry.reason != Reason::kept) digest.value -= entry.account.value;
    refused.push_back({.story = std::move(entry.story), .account = entry.account});
    explain(refused.back(), grants[k]);
  }
  digest.entries = std::move(given);
  std::ranges::move(digest.left_out, std::back_inserter(refused));
  if (refused.size() > kMostLeftOut) refused.resize(kMostLeftOut);
  digest.left_out = std::move(refused);
}

void DigestService::remember_topics(const std::string& reader, const std::vector<std::string>& topics) {
  services_.event_writer().submit({store::Outcome{.event_id = store::new_event_id(),
                                                  .decision_id = kNoDecision,
                                                  .ts_us = store::now_us(),
                                                  .kind = kTopics,
                                                  .text = Json(topics).dump(),
                                                  .app = kApp,
                                                  .subject = reader}},
                                  log_failure);
}

void DigestService::take(const std::string& reader, ReaderEvent event, const std::string& decision,
                         store::EventWriter::Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (event.title.empty() && event.text.empty()) {
      const auto item = items_.find(event.item);
      if (item == items_.end())
        throw Error(ErrorCode::not_found, "item '" + event.item.substr(0, 64) +
                                              "': no feed has it; send its title and text with the feedback");
      event = event_of(item->second, event.deed, event.ts_us);
    }
    readers_[reader].take(event);
  }
  ++taken;
  services_.event_writer().submit({store::Outcome{.event_id = store::new_event_id(),
                                                  .decision_id = decision.empty() ? kNoDecision : decision,
                                                  .ts_us = event.ts_us,
                                                  .kind = std::string(to_string(event.deed)),
                                                  .value = event.deed == Deed::skip ? 0.0 : 1.0,
                                                  .text = to_json(event).dump(),
                                                  .app = kApp,
                                                  .subject = reader}},
                                  std::move(done));
  if (decision.empty()) return;
  const bool is_skipped = event.deed == Deed::skip;
  count_minutes(services_, kApp, [&](economy::MinuteMarket& market) {
    market.settle_share(economy::bid_id(decision, event.item), is_skipped ? 0 : 1, is_skipped ? kGlance : 0,
                        store::now_us());
  });
}

void DigestService::forget(const std::string& reader) {
  const std::lock_guard lock(mutex_);
  readers_.erase(reader);
}

size_t DigestService::items() const {
  const std::lock_guard lock(mutex_);
  return items_.size();
}

}  // namespace heed::apps::digest
