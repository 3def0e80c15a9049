#include "apps/digest/digest.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "apps/digest/language.h"
#include "apps/digest/output.h"
#include "apps/digest/summary.h"
#include "apps/event_time.h"
#include "base/error.h"
#include "infer/tiny_model.h"

namespace heed::apps::digest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int64_t kHour = int64_t{3600} * 1'000'000, kDay = 24 * kHour;
constexpr int64_t kNow = int64_t{1'583'755'200} * 1'000'000;

Item item(const std::string& id, const std::string& title, const std::string& source = "feed",
          int64_t age_us = kHour) {
  return {.id = id, .source = source, .title = title, .ts_us = kNow - age_us};
}

std::vector<Item> news() {
  return {item("oil1", "Oil prices fall as OPEC talks collapse", "a"),
          item("oil2", "Crude oil output rises in Texas fields", "b"),
          item("bank", "Central bank cuts interest rates to zero", "a"),
          item("tea", "How to brew the perfect cup of tea", "c"),
          item("zh1", "国际油价大跌，石油输出国谈判破裂", "d"),
          item("zh2", "新款手机电池续航大幅提升", "d"),
          item("ball", "Striker scores twice in football final", "c")};
}

std::vector<std::string> ids(const Digest& digest) {
  std::vector<std::string> all;
  for (const Entry& entry : digest.entries) all.push_back(entry.story.lead.id);
  return all;
}

bool has(const Digest& digest, const std::string& id) {
  const auto all = ids(digest);
  return std::ranges::find(all, id) != all.end();
}

double worth_of(const Reader& reader, const std::string& title) {
  Shelf shelf(news());
  WorthModel model(reader, shelf.vocabulary(), kNow);
  return model(shelf.vocabulary().row(title)).value;
}

TEST(Digest, languages_and_reading_times) {
  EXPECT_EQ(language_of("The price of oil is up"), "en");
  EXPECT_EQ(language_of("Der Preis für das Öl ist nicht hoch"), "de");
  EXPECT_EQ(language_of("国际油价大跌"), "zh");
  EXPECT_EQ(language_of("石油の価格が下がりました"), "ja");
  EXPECT_EQ(language_of("123 !"), "");
  std::string english, chinese;
  for (int k = 0; k < 228; ++k) english += "word ";
  for (int k = 0; k < 255; ++k) chinese += "油";
  EXPECT_NEAR(reading_minutes(english, "en"), 1, 1e-9);
  EXPECT_NEAR(reading_minutes(chinese, "zh"), 1, 1e-9);
  EXPECT_NEAR(reading_minutes("", "en"), 5.0 / 60, 1e-9);
}

TEST(Digest, a_summary_is_sentences_of_the_text_itself) {
  const std::string text =
      "Oil prices fell on Monday after talks on oil output collapsed. I had breakfast. The oil talks between "
      "producers collapsed when Russia refused to cut oil output. The weather was fine. Oil output will now "
      "rise "
      "and oil prices may fall further.";
  const std::string summary = summarise(text, 160);
  EXPECT_LE(summary.size(), 160U);
  EXPECT_THAT(summary, AllOf(HasSubstr("oil"), Not(HasSubstr("breakfast")), Not(HasSubstr("weather"))));
  EXPECT_EQ(summarise("油价大跌。", 100), "油价大跌。");
  EXPECT_EQ(summarise(""), "");
  EXPECT_THAT(summarise(std::string(500, 'a'), 20), HasSubstr("…"));
}

TEST(Digest, topics_speak_from_the_first_day_in_both_languages) {
  Reader reader;
  reader.choose_topics({"oil", "电池"});
  EXPECT_GT(worth_of(reader, "Crude oil output rises"), 0.6);
  EXPECT_GT(worth_of(reader, "电池续航"), 0.6);
  EXPECT_NEAR(worth_of(reader, "Striker scores twice"), 1.0 / 3, 1e-9);
}

TEST(Digest, what_is_read_raises_and_what_is_skipped_lowers) {
  Reader reader;
  const double before = worth_of(reader, "OPEC meets on oil");
  reader.take(event_of(item("x", "OPEC oil talks"), Deed::read, kNow - kDay));
  const double read = worth_of(reader, "OPEC meets on oil");
  EXPECT_GT(read, before);
  reader.take(event_of(item("y", "OPEC oil meeting"), Deed::skip, kNow - kDay));
  EXPECT_LT(worth_of(reader, "OPEC meets on oil"), read);
  reader.take(event_of(item("y", "OPEC oil meeting"), Deed::save, kNow));
  EXPECT_GT(worth_of(reader, "OPEC meets on oil"), read);
}

TEST(Digest, chooses_what_fits_and_says_why_and_what_others_would_have_cost) {
  Shelf shelf(news());
  Reader reader;
  reader.choose_topics({"oil"});
  const Digest digest = make_digest(shelf, reader, {.minutes = 0.2, .unexpected = 0}, kNow);
  EXPECT_LE(digest.used, 0.2 + 1e-6);
  EXPECT_TRUE(has(digest, "oil1") || has(digest, "oil2"));
  EXPECT_GT(digest.minute_price, 0);
  EXPECT_THAT(digest.entries[0].why_en, AllOf(HasSubstr("worth"), HasSubstr("oil +")));
  EXPECT_THAT(digest.entries[0].why_zh, HasSubstr("价值"));
  ASSERT_FALSE(digest.left_out.empty());
  EXPECT_THAT(digest.left_out[0].why_en, HasSubstr("would have cost"));
}

TEST(Digest, one_story_pasted_by_fifty_sources_takes_one_place) {
  std::vector<Item> items = news();
  for (int k = 0; k < 50; ++k)
    items.push_back(item(fmt::format("copy{}", k),
                         "Miracle cure found by doctors in small village hospital today",
                         fmt::format("s{}", k)));
  Shelf shelf(std::move(items));
  const Digest digest = make_digest(shelf, Reader(), {}, kNow);
  EXPECT_EQ(digest.stories, 8U);
  size_t places = 0;
  for (const Entry& entry : digest.entries) places += entry.story.lead.id.starts_with("copy") ? 1 : 0;
  EXPECT_EQ(places, 1U);
  for (const Entry& entry : digest.entries) {
    if (entry.story.lead.id.starts_with("copy")) {
      EXPECT_EQ(entry.story.also.size(), 49U);
    }
  }
}

TEST(Digest, must_reads_are_in_while_minutes_last) {
  Shelf shelf(news());
  const Digest digest = make_digest(shelf, Reader(), {.minutes = 0.1, .must = {"football"}}, kNow);
  EXPECT_EQ(ids(digest), std::vector<std::string>{"ball"});
  EXPECT_EQ(digest.entries[0].reason, Reason::must);
  const Digest none = make_digest(shelf, Reader(), {.minutes = 0.01, .must = {"football", "油价"}}, kNow);
  EXPECT_TRUE(none.entries.empty());
  ASSERT_EQ(none.notices.size(), 1U);
  EXPECT_THAT(none.notices[0], HasSubstr("2 stories that must be read"));
}

TEST(Digest, a_share_is_for_what_nothing_speaks_of) {
  Shelf shelf(news());
  Reader reader;
  reader.choose_topics({"oil", "油价"});
  const Digest digest = make_digest(shelf, reader, {.minutes = 0.4, .unexpected = 0.4}, kNow);
  size_t unexpected = 0;
  for (const Entry& entry : digest.entries) unexpected += entry.reason == Reason::unexpected ? 1 : 0;
  EXPECT_GE(unexpected, 1U);
}

TEST(Digest, an_old_feed_alone_is_still_chosen_from) {
  Shelf shelf({{.id = "a", .title = "Oil prices fall", .ts_us = 1},
               {.id = "b", .title = "新款手机电池续航提升", .ts_us = 2}});
  Reader reader;
  reader.choose_topics({"电池"});
  const Digest digest = make_digest(shelf, reader, {.minutes = 5}, int64_t{400} * 86'400'000'000);
  ASSERT_EQ(digest.entries.size(), 2U);
  EXPECT_EQ(digest.entries[0].story.lead.id, "b");
}

TEST(Digest, zero_minutes_are_an_empty_digest_that_says_so) {
  Shelf shelf(news());
  const Digest digest = make_digest(shelf, Reader(), {.minutes = 0, .must = {"oil"}}, kNow);
  EXPECT_TRUE(digest.entries.empty());
  ASSERT_EQ(digest.notices.size(), 1U);
  EXPECT_THAT(digest.notices[0], HasSubstr("no minutes"));
  EXPECT_THROW(make_digest(shelf, Reader(), {.minutes = -1}, kNow), Error);
}

TEST(Digest, a_reader_who_skips_everything_still_gets_what_is_new_to_them) {
  Shelf shelf(news());
  Reader reader;
  for (const char* id : {"oil1", "oil2", "bank"}) {
    const std::vector<Item> items = news();
    reader.take(event_of(*std::ranges::find(items, id, &Item::id), Deed::skip, kNow - kHour));
  }
  const Digest digest = make_digest(shelf, reader, {.minutes = 5}, kNow);
  EXPECT_EQ(digest.entries.size(), 4U);
  EXPECT_FALSE(has(digest, "oil1"));
  ASSERT_EQ(digest.notices.size(), 1U);
  EXPECT_THAT(digest.notices[0], HasSubstr("everything was skipped"));
}

TEST(Digest, saved_items_return_when_they_are_about_to_be_forgotten) {
  Shelf shelf(news());
  Reader reader;
  reader.take(event_of(item("kept", "A thing to remember"), Deed::save, kNow - 10 * kDay));
  EXPECT_TRUE(reader.due(kNow - 10 * kDay + kHour).empty());
  ASSERT_EQ(reader.due(kNow).size(), 1U);
  const Digest digest = make_digest(shelf, reader, {.kept = true}, kNow);
  EXPECT_EQ(digest.entries[0].story.lead.id, "kept");
  EXPECT_FALSE(has(make_digest(shelf, reader, {}, kNow), "kept"));
  reader.take(event_of(item("kept", "A thing to remember"), Deed::read, kNow));
  EXPECT_TRUE(reader.due(kNow).empty());
  EXPECT_EQ(reader.due(kNow + 400 * kDay).size(), 1U);
  reader.take(event_of(item("kept", "A thing to remember"), Deed::skip, kNow + kDay));
  EXPECT_TRUE(reader.due(kNow + 400 * kDay).empty());
}

TEST(Digest, nothing_of_a_feed_reaches_the_page_as_markup) {
  Item bad = item("x", "<script>alert('x')</script> \"news\"", "<b>src</b>");
  bad.text = "</li><img src=x onerror=alert(1)> and a sentence.";
  bad.url = "http://x/?a=\"><script>";
  Shelf shelf({bad});
  const Digest digest = make_digest(shelf, Reader(), {.minutes = 5}, kNow);
  for (const bool chinese : {false, true}) {
    const std::string html = to_html(digest, chinese);
    EXPECT_THAT(html, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<img")), Not(HasSubstr("<b>")),
                            HasSubstr("&lt;script&gt;")));
  }
}

TEST(Digest, is_a_json_feed) {
  Shelf shelf(news());
  const Json feed = to_json_feed(make_digest(shelf, Reader(), {}, kNow), "Mine");
  EXPECT_EQ(feed["version"], "https://jsonfeed.org/version/1.1");
  ASSERT_EQ(feed["items"].size(), 7U);
  for (const Json& one : feed["items"]) {
    EXPECT_TRUE(one["id"].is_string());
    EXPECT_FALSE(one["content_text"].get<std::string>().empty());
    EXPECT_TRUE(parse_time(one["date_published"].get<std::string>()).has_value());
    EXPECT_EQ(one["_heed"]["reason"], "chosen");
  }
}

TEST(Digest, a_history_is_kept_and_read_again) {
  const test::ScratchFolder folder;
  Reader reader;
  read_history(folder / "none", reader);
  EXPECT_TRUE(reader.events().empty());
  append_history(folder / "history", event_of(item("a", "油价 \"x\""), Deed::save, kNow));
  append_history(folder / "history", event_of(item("b", "tea"), Deed::skip, kNow));
  read_history(folder / "history", reader);
  ASSERT_EQ(reader.events().size(), 2U);
  EXPECT_EQ(reader.events().at("a").title, "油价 \"x\"");
  EXPECT_EQ(reader.events().at("a").deed, Deed::save);
}

}  // namespace
}  // namespace heed::apps::digest
