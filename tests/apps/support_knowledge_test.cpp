#include <algorithm>
#include <map>

#include <gmock/gmock.h>

#include "apps/support/fit_knowledge.h"
#include "apps/support/knowledge.h"
#include "apps/support/knowledge_assets.h"
#include "apps/support/rehearsal.h"
#include "apps/support/support_model.h"
#include "apps/support/train_model.h"
#include "apps/support/write_dataset.h"
#include "apps/support_passages.h"
#include "base/expect_error.h"
#include "base/files.h"
#include "base/random.h"
#include "base/temporary_folder.h"
#include "infer/tiny_model.h"
#include "search/index_writer.h"

using namespace heed;
using namespace heed::apps::support;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

search::Index build(const std::vector<KnowledgeRow>& rows, const TemporaryFolder& folder) {
  search::IndexWriter writer(folder / "index.sqlite");
  writer.put(passages_of(rows));
  writer.commit();
  return search::Index::open(folder / "index.sqlite");
}

class KnowledgeOf : public testing::Test {
 protected:
  TemporaryFolder folder_;
  Knowledge knowledge_{build(test::kPassages, folder_), std::nullopt, our_rule()};

  std::string best(const std::string& text, const std::string& language) const {
    const auto passages = knowledge_.retrieve({.text = text, .language = language}, 3);
    return passages.empty() ? "" : passages.front().id;
  }
};

// A world of `count` questions that rows answer and of as many that none does: the words of a row's title
// stand in its questions, in another order and with others around them.
Rehearsal world(size_t count, uint64_t seed, bool chinese) {
  const std::vector<std::string> en = {"card", "coin", "loan", "rate", "phone", "house", "branch", "letter"};
  const std::vector<std::string> zh = {"卡片", "硬币", "贷款", "利率", "手机", "房屋", "网点", "信件"};
  const std::vector<std::string>& words = chinese ? zh : en;
  const std::string space = chinese ? "" : " ";
  Random random(seed);
  std::vector<WordedRow> rows;
  for (size_t a = 0; a < words.size(); ++a) {
    for (size_t b = a + 1; b < words.size(); ++b) {
      const std::string title = words[a] + space + words[b];
      WordedRow row{.row = {.id = title,
                            .title = title,
                            .text = words[b] + space + "!",
                            .language = chinese ? "zh" : "en"},
                    .wordings = {}};
      for (size_t i = 0; i < count / 28 + 1; ++i) {
        std::string wording = words[b] + space + words[a];
        if (random.below(3) == 0) wording += space + words[random.below(words.size())];
        row.wordings.push_back(wording);
      }
      rows.push_back(std::move(row));
    }
  }
  return rehearse(std::move(rows), 2 * count, seed);
}

}  // namespace

TEST_F(KnowledgeOf, finds_the_passage_by_its_title_its_text_and_its_questions_in_both_languages) {
  EXPECT_EQ(best("will my card work abroad", "en"), "faq:2");
  EXPECT_EQ(best("are deposits protected", "en"), "faq:3");
  EXPECT_EQ(best("got a jar of pennies", "en"), "faq:4");
  EXPECT_EQ(best("去国外的时候卡还能用吗", "zh"), "faq:5");
  EXPECT_EQ(best("你们收硬币吗", "zh"), "faq:6");
  // By runs of characters, where no word is shared.
  EXPECT_EQ(best("depositt coinz", "en"), "faq:4");
}

TEST_F(KnowledgeOf, tells_what_is_quoted_and_how_probable_it_is) {
  const auto passages = knowledge_.retrieve({.text = "can I use my card abroad", .language = "en"}, 2);
  ASSERT_EQ(passages.size(), 2U);
  EXPECT_EQ(passages[0].title, "Can I use my card abroad?");
  EXPECT_EQ(passages[0].source, "faq.csv, 1");
  EXPECT_THAT(passages[0].text, HasSubstr("1.5 %"));
  EXPECT_GT(passages[0].score, 0.8);
  EXPECT_GT(passages[0].score, passages[1].score);
  EXPECT_GE(passages[1].score, 0.0);
  // What nothing is about has a lower one.
  EXPECT_LT(knowledge_.retrieve({.text = "tell me a joke", .language = "en"}, 1)[0].score, 0.5);
}

TEST_F(KnowledgeOf, prefers_the_questions_language_and_takes_another_where_there_is_none) {
  for (const Passage& passage : knowledge_.retrieve({.text = "QR", .language = "en"}, 5))
    EXPECT_EQ(passage.id, "faq:6");  // nothing English has it
  for (const Candidate& candidate : knowledge_.candidates({.text = "硬币 card", .language = "zh"}))
    EXPECT_EQ(candidate.passage.language, "zh");
}

TEST_F(KnowledgeOf, figures_are_what_the_header_says) {
  const auto candidates = knowledge_.candidates({.text = "can i use my card abroad?", .language = "en"});
  const auto same = std::ranges::find(candidates, "faq:2", [](const auto& each) { return each.passage.id; });
  ASSERT_NE(same, candidates.end());
  ASSERT_EQ(same->figures.size(), kFitFigures);
  EXPECT_GT(same->figures[0], 0.0);
  EXPECT_GT(same->figures[1], 0.0);
  EXPECT_NEAR(same->figures[2], 1.0, 1e-9);  // every term is the passage's
  EXPECT_NEAR(same->figures[3], 1.0, 1e-9);  // and the title has no other
  EXPECT_NEAR(same->figures[4], 1.0, 1e-6);
  EXPECT_GT(same->figures[6], 0.0);
  EXPECT_EQ(same->figures[7], 0.0);
  for (const Candidate& other : candidates) {
    if (other.passage.id == "faq:2") continue;
    EXPECT_NEAR(other.figures[1], other.figures[0] - same->figures[0], 1e-9);
    EXPECT_LT(other.figures[6], 0.0);
  }
}

TEST_F(KnowledgeOf, what_says_nothing_finds_nothing_and_breaks_nothing) {
  for (const std::string& text :
       {std::string(), std::string("🙂👍🏽"), std::string("?!"), std::string(4000, 'x')})
    for (const Passage& passage : knowledge_.retrieve({.text = text, .language = "en"}, 3))
      EXPECT_LT(passage.score, 0.5) << passage.id;
  TemporaryFolder folder;
  const Knowledge none(build({}, folder), std::nullopt, our_rule());
  EXPECT_TRUE(none.retrieve({.text = "card", .language = "en"}, 3).empty());
}

TEST_F(KnowledgeOf, the_matching_head_finds_what_shares_no_word) {
  search::VectorSet meanings(2, "test");
  for (const KnowledgeRow& row : test::kPassages) {
    const auto [title, text] = meaning_ids(row.id);
    const bool safe = row.id == "faq:3";
    meanings.add(title, std::vector<float>{safe ? 1.0F : 0.0F, safe ? 0.0F : 1.0F});
    meanings.add(text, std::vector<float>{0.0F, 1.0F});
  }
  TemporaryFolder folder;
  const Knowledge knowledge(build(test::kPassages, folder), std::move(meanings), our_rule());
  const std::vector<float> vector = {1.0F, 0.0F};
  const auto candidates = knowledge.candidates({.text = "bankruptcy", .vector = vector, .language = "en"});
  const auto found = std::ranges::find(candidates, "faq:3", [](const auto& each) { return each.passage.id; });
  ASSERT_NE(found, candidates.end());
  EXPECT_NEAR(found->figures[7], 1.0, 1e-6);
}

TEST(KnowledgePassages, a_long_row_becomes_several_with_its_title_and_source) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "Sentence " + std::to_string(i) + " is about cards and their fees. ";
  const auto passages = passages_of(std::vector<KnowledgeRow>{
      {.id = "m", .title = "Cards", .text = text, .source = "m.csv:2", .language = "en"},
      {.id = "n", .title = "Coins", .text = "short", .source = "m.csv:3", .language = "en"}});
  ASSERT_GT(passages.size(), 2U);
  EXPECT_EQ(passages[0].id, "m#1");
  EXPECT_EQ(passages[1].title, "Cards");
  EXPECT_EQ(passages[1].source, "m.csv:2");
  EXPECT_EQ(passages.back().id, "n");
}

TEST(Rehearsal, every_second_row_is_missing_and_its_questions_are_answered_by_none) {
  const Rehearsal rehearsal =
      rehearse({{.row = {.id = "a", .title = "A", .text = "a", .language = "zh"}, .wordings = {"a1", "a2"}},
                {.row = {.id = "b", .title = "B", .text = "b", .language = "en"}, .wordings = {"b1"}},
                {.row = {.id = "c", .title = "C", .text = "c", .language = "zh"}, .wordings = {"c1"}},
                {.row = {.id = "d", .title = "D", .text = "d", .language = "zh"}, .wordings = {}}},
               100, 1);
  std::map<std::string, std::string> passage;
  for (const AskedQuestion& question : rehearsal.questions) passage[question.text] = question.passage;
  EXPECT_EQ(passage, (std::map<std::string, std::string>{{"a1", ""}, {"a2", ""}, {"b1", "b"}, {"c1", "c"}}));
  std::vector<std::string> ids;
  for (const search::Passage& each : rehearsal.passages) ids.push_back(each.id);
  std::ranges::sort(ids);
  EXPECT_EQ(ids, (std::vector<std::string>{"b", "c", "d"}));
}

TEST(Rehearsal, an_intent_is_a_row_with_its_most_typical_wording_as_the_title) {
  const Answers answers = Answers::parse(
      parse_json(R"({"version": 1, "answers": {"lost": {"texts": {"en": "Block it.", "zh": "请冻结。"}}}})",
                 "a"),
      "a");
  const std::vector<LabelledText> examples = {{.text = "zebra", .intent = "lost", .language = "en"},
                                              {.text = "I lost my card", .intent = "lost", .language = "en"},
                                              {.text = "lost card", .intent = "lost", .language = "en"},
                                              {.text = "my card is lost", .intent = "lost", .language = "en"},
                                              {.text = "卡丢了", .intent = "other", .language = "zh"}};
  const std::vector<WordedRow> rows = worded_rows(answers, examples, examples);
  ASSERT_EQ(rows.size(), 1U);  // nobody asked in Chinese
  EXPECT_EQ(rows[0].row.text, "Block it.");
  EXPECT_NE(rows[0].row.title, "zebra");
  EXPECT_EQ(rows[0].wordings.size(), 3U);
  EXPECT_THAT(rows[0].wordings, Not(testing::Contains(rows[0].row.title)));
}

TEST(FitKnowledge, quotes_what_it_may_and_keeps_the_promise_on_other_questions) {
  for (const bool chinese : {false, true}) {
    SCOPED_TRACE(chinese);
    const Rehearsal learned = world(400, 1, chinese), later = world(400, 2, chinese);
    TemporaryFolder folder;
    search::IndexWriter writer(folder / "index.sqlite");
    writer.put(learned.passages);
    writer.commit();
    const Knowledge knowledge(search::Index::open(folder / "index.sqlite"), std::nullopt, our_rule());
    const FittedKnowledge fitted = fit_knowledge(knowledge, learned.questions);
    ASSERT_TRUE(fitted.rule.threshold) << describe(fitted);
    EXPECT_EQ(fitted.rule.questions, std::ssize(learned.questions));
    EXPECT_GT(fitted.report.quoted, fitted.report.answerable / 4) << describe(fitted);
    EXPECT_THAT(describe(fitted), HasSubstr("33.0 % promised"));
    int64_t quoted = 0, wrong = 0;
    const Knowledge live(search::Index::open(folder / "index.sqlite"), std::nullopt, fitted.rule);
    for (const AskedQuestion& question : later.questions) {
      const auto passages = live.retrieve({.text = question.text, .language = question.language}, 1);
      if (passages.empty() || passages[0].score < fitted.rule.quoted_from()) continue;
      ++quoted;
      wrong += passages[0].id != question.passage;
    }
    EXPECT_GT(quoted, 100);
    EXPECT_LE(static_cast<double>(wrong), 0.33 * static_cast<double>(quoted));
  }
}

TEST(FitKnowledge, too_few_questions_leave_our_own_rule_which_says_so) {
  TemporaryFolder folder;
  const Knowledge knowledge(build(test::kPassages, folder), std::nullopt, our_rule());
  const FittedKnowledge fitted = fit_knowledge(
      knowledge, std::vector<AskedQuestion>{{.text = "coins", .language = "en", .passage = "faq:4"}});
  EXPECT_EQ(fitted.rule.questions, 0);
  EXPECT_EQ(fitted.rule.threshold, our_rule().threshold);
  EXPECT_THAT(describe(fitted), AllOf(HasSubstr("1 questions to learn from"), HasSubstr("promises nothing")));
}

TEST(FitKnowledge, where_nothing_is_told_apart_nothing_is_quoted) {
  Rehearsal asked = world(400, 1, false);
  Random random(3);
  for (AskedQuestion& question : asked.questions)
    question.passage = random.below(4) == 0 ? asked.passages[random.below(asked.passages.size())].id : "";
  TemporaryFolder folder;
  search::IndexWriter writer(folder / "index.sqlite");
  writer.put(asked.passages);
  writer.commit();
  const FittedKnowledge fitted = fit_knowledge(
      Knowledge(search::Index::open(folder / "index.sqlite"), std::nullopt, our_rule()), asked.questions);
  EXPECT_FALSE(fitted.rule.threshold);
  EXPECT_GT(fitted.rule.quoted_from(), 1.0);
  EXPECT_THAT(describe(fitted), HasSubstr("no passage is quoted"));
}

TEST(KnowledgeRule, is_read_as_it_was_written_and_refused_by_field) {
  KnowledgeRule rule = our_rule();
  rule.questions = 123;
  rule.threshold = std::nullopt;
  EXPECT_EQ(KnowledgeRule::parse(rule.to_json(), "k").to_json(), rule.to_json());
  const auto refused = [&](const std::string& name, const Json& value, ErrorCode code) {
    Json json = rule.to_json();
    json[name] = value;
    expect_error(code, {"k", name}, [&] { KnowledgeRule::parse(json, "k"); });
  };
  refused("version", 2, ErrorCode::unsupported);
  refused("figures", Json::array(), ErrorCode::unsupported);
  refused("answers", {{"mean", {1}}}, ErrorCode::corrupt_data);
  refused("threshold", 7, ErrorCode::corrupt_data);
}

// A model of random weights knows nothing; what is known is quoted nevertheless.
class ModelWithKnowledge : public testing::TestWithParam<bool> {
 protected:
  ModelWithKnowledge() {
    write_model(folder_ / "bank",
                test::tiny_contents(GetParam() ? test::tiny_heads() : test::tiny_classifier(), 1));
    write_dataset(
        {.examples = {{.text = "where is my card", .intent = "card_lost", .language = "en"},
                      {.text = "转账", .intent = "transfer", .language = "zh"}},
         .answers = Answers::parse(
             parse_json(R"({"version": 1, "answers": {"fee": {"texts": {"en": "None."}}}})", "a"), "a"),
         .knowledge = test::kPassages},
        folder_ / "data");
  }

  Response say(const SupportModel& model, const std::string& text) const {
    const std::vector<std::string> texts = model.engine().texts_to_read(text, {});
    std::vector<Reading> readings;
    const auto answers = model.model().answer(texts, SupportModel::read_options(false));
    for (size_t i = 0; i < texts.size(); ++i) readings.push_back(SupportModel::read(texts[i], answers[i]));
    return model.engine().finish(model.engine().draft(text, {}, readings));
  }

  const TemporaryFolder folder_;
};

TEST_P(ModelWithKnowledge, quotes_a_passage_with_its_source) {
  const auto version = add_assets(folder_ / "bank", folder_ / "data");
  EXPECT_EQ(std::filesystem::exists(version / "assets" / kKnowledgeVectorsFile), GetParam());
  EXPECT_FALSE(std::filesystem::exists(version / "assets" / kKnowledgeFile));
  const SupportModel model(std::make_shared<const infer::LiveModel>(open_model(folder_ / "bank")), version);
  const Response english = say(model, "Can I use my card abroad?");
  EXPECT_EQ(english.action, Action::retrieve) << english.why;
  EXPECT_EQ(
      english.text,
      "Yes, everywhere. 1.5 % is charged outside the euro area.\n— Can I use my card abroad?, faq.csv, 1");
  ASSERT_FALSE(english.citations.empty());
  EXPECT_EQ(english.citations[0].passage, "faq:2");
  EXPECT_GT(english.confidence, 0.9);
  const Response chinese = say(model, "可以存硬币吗");
  EXPECT_EQ(chinese.action, Action::retrieve) << chinese.why;
  EXPECT_EQ(chinese.text, "有硬币机的网点可以。QR 无需输入。\n— 可以存硬币吗？, faq.csv，3");
  const Response other = say(model, "please tell me a joke about the weather");
  EXPECT_EQ(other.action, Action::handover);
  EXPECT_THAT(other.why, HasSubstr("below the 0.90 from which one is quoted"));
}

TEST_P(ModelWithKnowledge, damaged_knowledge_is_named) {
  const auto version = add_assets(folder_ / "bank", folder_ / "data");
  const auto model = std::make_shared<const infer::LiveModel>(open_model(folder_ / "bank"));
  const auto rule = version / "assets" / kKnowledgeRuleFile;
  write_file_atomically(rule, "{\"version\": 1}");
  expect_error(ErrorCode::corrupt_data, {"knowledge.json", "figures"}, [&] { SupportModel(model, version); });
  std::filesystem::remove(rule);
  EXPECT_TRUE(SupportModel(model, version).engine().has_knowledge());  // by our_rule()
  write_file_atomically(version / "assets" / kKnowledgeIndexFile, "no index");
  expect_error(ErrorCode::corrupt_data, {"knowledge.sqlite"}, [&] { SupportModel(model, version); });
  std::filesystem::remove(version / "assets" / kKnowledgeIndexFile);
  EXPECT_FALSE(SupportModel(model, version).engine().has_knowledge());
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutAMatchingHead, ModelWithKnowledge, testing::Bool());
