#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "apps/support/cross_validation.h"
#include "apps/support/data_report.h"
#include "apps/support/hold_out.h"
#include "apps/support/linear_model.h"
#include "apps/support/recipe.h"
#include "apps/support/suspects.h"
#include "apps/support/test_report.h"
#include "apps/support/write_dataset.h"
#include "base/error.h"
#include "base/files.h"
#include "data/table.h"

using namespace heed;
using namespace heed::apps::support;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

LabelledText example(const std::string& text, const std::string& intent, size_t line) {
  return {.text = text,
          .intent = intent,
          .language = language_of(text, "en"),
          .where = "a.csv:" + std::to_string(line)};
}

// Three intents that words tell apart, in both languages.
Dataset clean_dataset() {
  const std::vector<std::pair<std::string, std::vector<std::string>>> intents = {
      {"card",
       {"my card is lost", "the card was stolen", "lost the bank card", "somebody took my card",
        "block my card please", "card gone since today", "where is my card", "a thief has my card", "卡丢了",
        "银行卡被偷了", "请冻结我的卡", "找不到卡了"}},
      {"hours",
       {"when do you open", "opening hours please", "are you open on Sunday", "until when is the branch open",
        "do you open early", "opening times of the branch", "is it open now", "open on Monday", "几点开门",
        "周日营业吗", "营业时间", "几点关门"}},
      {"loan",
       {"I want a loan", "how do I borrow money", "a loan for a car", "can I get a loan",
        "borrow ten thousand", "loan for my house", "apply for a loan", "need to borrow", "我想贷款",
        "怎么申请贷款", "借钱买车", "房贷怎么办"}}};
  Dataset dataset;
  for (const auto& [intent, texts] : intents) {
    for (const std::string& text : texts)
      dataset.examples.push_back(example(text, intent, dataset.examples.size() + 2));
  }
  return dataset;
}

}  // namespace

TEST(SupportLinear, pieces_are_words_marks_and_chinese_letters) {
  EXPECT_THAT(word_pieces("My Card's gone, 卡丢了!"),
              ElementsAre("▁my", "▁card", "▁'", "▁s", "▁gone", "▁,", "▁卡", "丢", "了", "▁!"));
  EXPECT_THAT(word_pieces(" \t"), IsEmpty());
}

TEST(SupportLinear, learns_what_words_tell) {
  const Dataset dataset = clean_dataset();
  const CrossValidation validation = cross_validate(dataset.examples, 4);
  int right = 0;
  for (size_t i = 0; i < dataset.examples.size(); ++i) {
    const float* row = validation.row(i);
    float sum = 0;
    for (int y = 0; y < 3; ++y) sum += row[y];
    EXPECT_NEAR(sum, 1, 1e-5);
    if (std::max_element(row, row + 3) - row == validation.labels[i]) ++right;
  }
  EXPECT_GE(right, 24) << "of 36; chance is 12";
}

TEST(SupportLinear, threads_change_nothing) {
  const Dataset dataset = clean_dataset();
  EXPECT_EQ(cross_validate(dataset.examples, 4, 1).probabilities,
            cross_validate(dataset.examples, 4, 3).probabilities);
}

TEST(SupportLinear, an_empty_text_is_no_trouble) {
  Dataset dataset = clean_dataset();
  dataset.examples.push_back(example("😀", "card", 99));
  dataset.examples.push_back(example("", "card", 100));
  EXPECT_EQ(cross_validate(dataset.examples, 3).labels.size(), 38U);
  EXPECT_THROW(cross_validate({example("a", "b", 1)}, 3), Error);
}

TEST(SupportFolds, equal_texts_stand_in_one_and_intents_in_each) {
  Dataset dataset = clean_dataset();
  dataset.examples.push_back(example("My  CARD is lost", "loan", 40));
  const std::vector<int64_t> folds = folds_of(dataset.examples, 4, 1);
  EXPECT_EQ(folds.back(), folds.front());
  std::map<std::pair<std::string, int64_t>, int> counts;
  for (size_t i = 0; i + 1 < folds.size(); ++i) ++counts[{dataset.examples[i].intent, folds[i]}];
  ASSERT_EQ(counts.size(), 12U);
  for (const auto& [key, count] : counts) EXPECT_EQ(count, 3);
}

TEST(SupportSuspects, follow_the_rule_of_confident_learning) {
  // Mean probability of its own: intent 0: (0.9 + 0.7 + 0.2) / 3 = 0.6, intent 1: (0.8 + 0.6) / 2 = 0.7.
  // Example 2 was given 0 (0.2 < 0.6) and looks like 1 (0.8 >= 0.7). Example 4 leans to its own.
  const CrossValidation validation{
      .intents = {"a", "b"},
      .labels = {0, 0, 0, 1, 1},
      .probabilities = {0.9F, 0.1F, 0.7F, 0.3F, 0.2F, 0.8F, 0.2F, 0.8F, 0.4F, 0.6F}};
  const auto suspects = find_suspects(validation);
  ASSERT_EQ(suspects.size(), 1U);
  EXPECT_EQ(suspects[0].example, 2U);
  EXPECT_EQ(suspects[0].predicted, 1);
}

TEST(SupportReport, finds_what_was_planted) {
  Dataset dataset = clean_dataset();
  dataset.examples.push_back(example("My card is LOST", "loan", 40));                 // contradicts line 2
  dataset.examples.push_back(example("until when is the branch open?", "card", 41));  // near line 17
  dataset.examples.push_back(example("are you open on Sunday", "hours", 42));         // twice
  dataset.examples.push_back(example("what is the rate", "rate", 43));
  const DataReport report = make_report(dataset);
  ASSERT_EQ(report.contradictions.size(), 1U);
  EXPECT_THAT(report.contradictions[0].examples, ElementsAre(0U, 36U));
  ASSERT_EQ(report.near.size(), 1U);
  EXPECT_EQ(dataset.examples[report.near[0].second].where, "a.csv:41");
  EXPECT_EQ(report.duplicates, 1);
  EXPECT_THAT(report.small, ElementsAre("rate"));
  EXPECT_THAT(report.one_language, ElementsAre(std::pair<std::string, std::string>("rate", "zh")));
  EXPECT_TRUE(std::ranges::any_of(report.mislabelled, [&](const auto& each) {
    return dataset.examples[each.example].where == "a.csv:41" && each.looks_like == "hours";
  }));
  const std::string text = to_text(report, dataset);
  EXPECT_THAT(text,
              AllOf(HasSubstr("Contradictory labels: 1"), HasSubstr("card (a.csv:2) loan (a.csv:40)"),
                    HasSubstr("looks like hours"), HasSubstr("rate: 1 examples"), HasSubstr("en 28, zh 12")));
  const Json json = to_json(report, dataset);
  EXPECT_EQ(json["contradictions"][0]["examples"][1]["where"], "a.csv:40");
  EXPECT_EQ(json["near_duplicates"].size(), 1U);
}

TEST(SupportReport, says_nothing_of_clean_data) {
  const Dataset dataset = clean_dataset();
  const std::string text = to_text(make_report(dataset, {.folds = 0}), dataset);
  EXPECT_THAT(text,
              AllOf(HasSubstr("36 examples of 3 intents"), Not(HasSubstr("->")), Not(HasSubstr("linear"))));
}

TEST(SupportReport, parts_that_are_marked_here_and_bare_there_are_told) {
  Dataset dataset = clean_dataset();
  for (int i = 0; i < 3; ++i) {
    LabelledText marked = example("pay from savings now " + std::to_string(i), "card", 50);
    marked.entities = {{.start = 9, .end = 16, .entity = "account"}};
    dataset.examples.push_back(marked);
  }
  dataset.examples.push_back(example("what are Savings", "loan", 60));
  dataset.examples.push_back(example("lifesavings", "loan", 61));
  for (LabelledText& each : dataset.examples) each.marked = true;
  dataset.examples.push_back(example("savings for my child", "loan", 62));  // of a source that marks nothing
  const DataReport report = make_report(dataset, {.folds = 0});
  ASSERT_EQ(report.unmarked.size(), 1U);
  EXPECT_EQ(report.unmarked[0].part, "savings");
  EXPECT_EQ(report.unmarked[0].marked, 3);
  ASSERT_EQ(report.unmarked[0].bare.size(), 1U);
  EXPECT_EQ(dataset.examples[report.unmarked[0].bare[0]].where, "a.csv:60");
}

TEST(SupportTestReport, coverage_and_error_are_those_of_the_surest) {
  const CrossValidation answers{.intents = {"a", "<b>"},
                                .labels = {0, 1, 0, 1},
                                .probabilities = {0.9F, 0.1F, 0.2F, 0.8F, 0.3F, 0.7F, 0.4F, 0.6F}};
  const TestReport report = make_test_report(answers, "by hand");
  EXPECT_DOUBLE_EQ(report.accuracy, 0.75);
  ASSERT_EQ(report.curve.size(), 4U);
  EXPECT_DOUBLE_EQ(report.curve[2].coverage, 0.75);
  EXPECT_DOUBLE_EQ(report.curve[2].error, 1.0 / 3);
  EXPECT_DOUBLE_EQ(report.best_coverage(0.01).coverage, 0.5);
  EXPECT_DOUBLE_EQ(report.best_coverage(0.25).coverage, 1);
  EXPECT_EQ(report.histogram[8].right, 2);  // the floats of 0.8 and 0.9 belong to (0.8, 0.9]
  EXPECT_EQ(report.histogram[6].wrong, 1);
  ASSERT_EQ(report.mistakes.size(), 1U);
  EXPECT_EQ(report.mistakes[0].predicted, "<b>");

  const std::vector<LabelledText> examples = {example("x", "a", 1), example("y", "<b>", 2),
                                              example("<script>", "a", 3), example("z", "<b>", 4)};
  EXPECT_THAT(to_text(report, examples),
              AllOf(HasSubstr("75.0 %"), HasSubstr("a.csv:3"), HasSubstr("taken for <b>")));
  EXPECT_EQ(to_json(report, examples)["confusions"][0]["taken_for"], "<b>");
  for (const bool chinese : {false, true}) {
    const std::string page = to_html(report, examples, chinese);
    EXPECT_THAT(
        page, AllOf(HasSubstr("default-src 'none'"), Not(HasSubstr("<script>")), HasSubstr("&lt;script&gt;"),
                    Not(HasSubstr("http://")), Not(HasSubstr("https://"))));
  }
  EXPECT_THROW(make_test_report({.intents = {"a", "b"}}, ""), Error);
}

TEST(SupportRecipe, holds_what_the_data_asks_for) {
  const Dataset dataset = clean_dataset();
  const std::string recipe = make_recipe(dataset, {.folder = "/tmp/a \"b\"", .model = "models/卡"});
  EXPECT_THAT(recipe, AllOf(HasSubstr("folder = \"/tmp/a \\\"b\\\"\""), HasSubstr("epochs = 40"),
                            HasSubstr("models/卡"), HasSubstr("36 examples of 3 intents")));
  EXPECT_THROW(make_recipe({}, {.folder = "x"}), Error);
}

TEST(SupportRecipe, heads_for_entities_and_pairs_share_the_encoder_where_there_is_enough) {
  Dataset dataset = clean_dataset();
  const RecipeOptions options = {.folder = "/tmp/a", .model = "m"};
  const auto recipe_with = [&](const DividedRows& rows) {
    RecipeOptions with = options;
    with.rows = rows;
    return make_recipe(dataset, with);
  };
  const std::string plain = make_recipe(dataset, options);
  EXPECT_EQ(recipe_with({.entities = 60, .held_out_entities = 9}), plain);  // marked, but without any entity
  dataset.examples[0].entities = {{.start = 0, .end = 1, .entity = "account"}};
  EXPECT_EQ(recipe_with({.entities = 39, .held_out_entities = 9, .pairs = 299}), plain);
  EXPECT_THAT(plain, AllOf(Not(HasSubstr("data.sets")), Not(HasSubstr("task_temperature"))));
  const std::string both = recipe_with({.entities = 40, .held_out_entities = 9, .pairs = 300});
  EXPECT_THAT(both, AllOf(HasSubstr("heads = [\"intent\"]"), HasSubstr("kind = \"tagging\""),
                          HasSubstr("valid = [\".training/entities-held-out.csv\"]"),
                          HasSubstr("kind = \"matching\""), HasSubstr("other = \"other\""),
                          HasSubstr("train = [\".training/pairs.csv\"]\nvalid = []"),
                          HasSubstr("task_temperature = 2")));
  const std::string entities = recipe_with({.entities = 40});
  EXPECT_THAT(entities, AllOf(HasSubstr("train = [\".training/entities.csv\"]\nvalid = []"),
                              Not(HasSubstr("matching"))));
}

TEST(SupportHoldOut, entities_go_with_their_examples_and_pairs_leave_out_what_is_held_out) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "support_hold_out_parts";
  std::filesystem::remove_all(folder);
  Dataset dataset = clean_dataset();
  for (size_t i = 0; i < dataset.examples.size(); ++i) {
    dataset.examples[i].marked = i % 2 == 0;
    dataset.knowledge.push_back({.id = std::to_string(i), .title = dataset.examples[i].text, .text = "答案"});
  }
  const DividedRows rows = hold_out(dataset, folder, 0.25, 7);
  EXPECT_EQ(rows.entities + rows.held_out_entities, 18);
  EXPECT_EQ(rows.pairs, 27);  // 9 of 36 are held out
  std::set<std::string> learned;
  for (const data::Row& row : data::read_table((folder / kLearnedFile).string()).rows)
    learned.insert(row.fields[0]);
  const data::Table entities = data::read_table((folder / kLearnedEntitiesFile).string());
  for (const data::Row& row : entities.rows) EXPECT_TRUE(learned.contains(row.fields[0])) << row.fields[0];
  const data::Table pairs = data::read_table((folder / kLearnedPairsFile).string());
  for (const data::Row& row : pairs.rows) EXPECT_TRUE(learned.contains(row.fields[0])) << row.fields[0];
}

TEST(SupportHoldOut, takes_its_share_of_every_intent_and_leaves_each_one_example) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "support_hold_out";
  std::filesystem::remove_all(folder);
  Dataset dataset = clean_dataset();  // 12 of each of three intents
  dataset.examples.push_back({.text = "独此一例", .intent = "rare"});
  hold_out(dataset, folder, 0.25, 7);
  const auto count = [&](const char* file) {
    std::map<std::string, int> intents;
    for (const LabelledText& one : read_dataset({(folder / file).string()}).examples) ++intents[one.intent];
    return intents;
  };
  const auto learned = count(kLearnedFile), held = count(kHeldOutFile);
  EXPECT_EQ(learned.at("rare"), 1);
  EXPECT_EQ(held.size(), 3U);
  for (const auto& [intent, examples] : held) EXPECT_EQ(examples, 3) << intent;
  EXPECT_TRUE(read_dataset({folder.string()}).examples.empty());
  const std::string first = read_file(folder / kHeldOutFile);
  hold_out(dataset, folder, 0.25, 7);
  EXPECT_EQ(read_file(folder / kHeldOutFile), first);
  EXPECT_EQ(usual_share(100), 0.3);
  EXPECT_EQ(usual_share(3000), 0.2);
  EXPECT_EQ(usual_share(100'000), 0.1);
}

TEST(SupportImport, what_is_written_is_read_again) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "support_import";
  std::filesystem::remove_all(folder);
  Dataset dataset = clean_dataset();
  dataset.examples[0].entities = {{.start = 3, .end = 7, .entity = "card_word", .value = "card"}};
  dataset.answers.add_answer("card", "en", {"Block it: {where}."});
  dataset.answers.add_shared_slot({"where"});
  dataset.knowledge = {{.id = "k1",
                        .title = "卡?",
                        .text = "第一行\n\"第二行\", 好",
                        .questions = {"a?", "b?"},
                        .source = "s",
                        .language = "zh"}};
  dataset.synonyms = {{"savings", "savings account"}};
  dataset.examples[0].marked = dataset.examples[1].marked = true;
  write_dataset(dataset, folder);
  const Dataset again = read_dataset({folder.string()});
  ASSERT_EQ(again.examples.size(), 36U);
  EXPECT_EQ(again.examples[0].entities[0].value, "card");
  EXPECT_TRUE(again.examples[1].marked);
  EXPECT_FALSE(again.examples[2].marked) << "nobody looked";
  EXPECT_EQ(std::ranges::count(read_file(folder / kEntitiesFile), '\n'), 3);
  EXPECT_EQ(again.answers.to_json(), dataset.answers.to_json());
  ASSERT_EQ(again.knowledge.size(), 1U);
  EXPECT_EQ(again.knowledge[0].text, dataset.knowledge[0].text);
  EXPECT_THAT(again.knowledge[0].questions, ElementsAre("a?", "b?"));
  EXPECT_EQ(again.synonyms, dataset.synonyms);
  EXPECT_THAT(read_file(folder / kPairsFile), HasSubstr("b?"));
  EXPECT_THAT(again.notes, IsEmpty());

  write_dataset(clean_dataset(), folder);
  EXPECT_FALSE(std::filesystem::exists(folder / kAnswersFile)) << "no answers of an older import";
  std::filesystem::remove_all(folder);
}

TEST(SupportSamples, are_sound) {
  const std::string samples = std::string(HEED_SOURCE_DIR) + "/samples/";
  const Dataset dataset =
      read_dataset({samples + "bank/train.en.csv", samples + "bank/train.zh.csv", samples + "support"});
  EXPECT_EQ(dataset.intents().size(), 28U);
  EXPECT_EQ(dataset.answers.intents().size(), 27U) << "a person is asked for, not answered";
  EXPECT_EQ(dataset.conversations.size(), 8U);
  EXPECT_GE(dataset.knowledge.size(), 44U);
  const DataReport report = make_report(dataset, {.folds = 0});
  EXPECT_THAT(report.contradictions, IsEmpty());
  EXPECT_THAT(report.small, IsEmpty());
  EXPECT_EQ(report.entities.size(), 4U);
  for (const std::string& intent : dataset.answers.intents()) {
    Slots slots;
    for (const SlotQuestion& question : dataset.answers.missing(intent, {}, "zh")) slots[question.slot] = "x";
    EXPECT_THAT(dataset.answers.fill(intent, slots, "zh"), Not(IsEmpty()));
    EXPECT_EQ(language_of(dataset.answers.fill(intent, slots, "en"), "en"), "en");
  }
}
