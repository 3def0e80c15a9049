#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <unistd.h>

#include "apps/support/conversations_reader.h"
#include "apps/support/dataset.h"
#include "apps/support/question_pairs.h"
#include "base/error.h"
#include "base/expect_error.h"
#include "base/files.h"

using namespace heed;
using namespace heed::apps::support;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class Folder {
 public:
  Folder()
      : path_(std::filesystem::path(testing::TempDir()) / ("support_dataset_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    write_file_atomically(path_ / name, text);
    return (path_ / name).string();
  }
  std::string string() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string conversations_message(const std::string& text) {
  return message_of([&] { read_conversations(text, "c.jsonl"); });
}

}  // namespace

TEST(SupportDataset, tables_give_examples_with_their_places) {
  const Folder folder;
  const std::string csv =
      folder.write("a.csv",
                   "text,category,entities\nlost my card,lost,\n\"pay 5 "
                   "€\",pay,\"[{\"\"start\"\":4,\"\"end\"\":7,\"\"entity\"\":\"\"amount\"\"}]\"\n,pay,\n");
  const std::string jsonl = folder.write("b.jsonl", "{\"text\": \"卡丢了\", \"intent\": \"lost\"}\n");
  const Dataset dataset = read_dataset({csv, jsonl});
  ASSERT_EQ(dataset.examples.size(), 3U);
  EXPECT_EQ(dataset.examples[1].where, csv + ":3");
  EXPECT_EQ(part_of(dataset.examples[1].text, dataset.examples[1].entities[0]), "5 €");
  EXPECT_EQ(dataset.examples[2].language, "zh");
  EXPECT_THAT(dataset.intents(), ElementsAre("lost", "pay"));
  EXPECT_THAT(dataset.notes, Contains(HasSubstr("1 rows without text or intent")));
}

TEST(SupportDataset, questions_with_answers_are_knowledge) {
  const Folder folder;
  const Dataset dataset = read_dataset({folder.write(
      "faq.csv", "question,answer,url\nWhen do you open?,At nine.,https://x.test\n何时开门？,九点。,\n")});
  ASSERT_EQ(dataset.knowledge.size(), 2U);
  EXPECT_EQ(dataset.knowledge[0].title, "When do you open?");
  EXPECT_EQ(dataset.knowledge[0].source, "https://x.test");
  EXPECT_EQ(dataset.knowledge[1].source, "faq.csv:3") << "no path of the company's machine";
  EXPECT_EQ(dataset.knowledge[1].language, "zh");
}

TEST(SupportDataset, a_folder_is_read_whole_and_says_what_it_left_out) {
  const Folder folder;
  folder.write("data/nlu.yml", "nlu:\n- intent: hi\n  examples: |\n    - hello\n");
  folder.write("domain.yml", "responses:\n  utter_hi:\n  - text: Hello!\n");
  folder.write("config.yml", "pipeline: []\n");
  folder.write("readme.txt", "hello");
  folder.write(".git/x.yml", "\t");
  const Dataset dataset = read_dataset({folder.string()});
  EXPECT_EQ(dataset.examples.size(), 1U);
  EXPECT_EQ(dataset.answers.fill("hi", {}), "Hello!");
  EXPECT_THAT(dataset.notes, Contains(AllOf(HasSubstr("config.yml"), HasSubstr("left out"))));
  EXPECT_THAT(dataset.notes, Contains(AllOf(HasSubstr("readme.txt"), HasSubstr("left out"))));
  EXPECT_THAT(message_of([&] { read_dataset({folder.string() + "/config.yml"}); }), HasSubstr("Rasa"));
  EXPECT_THAT(message_of([&] { read_dataset({folder.string() + "/nothing.csv"}); }),
              HasSubstr("nothing.csv"));
}

TEST(SupportDataset, an_answer_to_an_intent_without_examples_is_refused) {
  const Folder folder;
  const std::string csv = folder.write("a.csv", "text,intent\nhello,greet\n");
  const std::string answers =
      folder.write("answers.json", R"({"version": 1, "answers": {"gret": {"texts": {"en": "Hi"}}}})");
  EXPECT_THAT(message_of([&] {
                read_dataset({csv, answers});
              }),
              AllOf(HasSubstr("'gret'"), HasSubstr("did you mean 'greet'")));
}

TEST(SupportDataset, columns_that_say_nothing_are_refused) {
  const Folder folder;
  const std::string csv = folder.write("a.csv", "frage,absicht\nhallo,gruss\n");
  EXPECT_THAT(message_of([&] { read_dataset({csv}); }),
              AllOf(HasSubstr("frage, absicht"), HasSubstr("--intent")));
  EXPECT_EQ(read_dataset({csv}, {.text_column = "frage", .intent_column = "absicht"}).examples.size(), 1U);
}

TEST(SupportDataset, entities_of_another_shape_are_refused) {
  const auto message = [](const std::string& field) {
    return message_of([&] { parse_entities(field, "卡丢了", "a.csv:2"); });
  };
  EXPECT_THAT(message("{"), HasSubstr("a.csv:2"));
  EXPECT_THAT(message("{}"), HasSubstr("a JSON object"));
  EXPECT_THAT(message(R"([{"start":0,"end":4,"entity":"x"}])"),
              HasSubstr("0 to 4 of a text of 3 characters"));
  EXPECT_THAT(message(R"([{"start":0,"end":2,"entity":"x"},{"start":1,"end":3,"entity":"y"}])"),
              HasSubstr("overlap"));
  const auto entities = parse_entities(R"([{"start":0,"end":1,"entity":"x","role":"r"}])", "卡丢了", "");
  EXPECT_EQ(parse_entities(entities_json(entities), "卡丢了", "")[0].role, "r");
}

TEST(SupportConversations, turns_come_in_both_shapes_and_in_any_order) {
  const auto conversations =
      read_conversations(R"({"conversation":"a","from":"agent","text":"second","ts":2})"
                         "\n"
                         R"({"conversation":7,"from":"user","text":"你好"})"
                         "\n\n"
                         R"({"conversation":"a","from":"customer","text":"first","ts":1})"
                         "\n"
                         R"({"turns":[{"from":"visitor","text":"x"},{"from":"bot","text":" "}]})",
                         "c.jsonl");
  ASSERT_EQ(conversations.size(), 3U);
  EXPECT_EQ(conversations[0].turns[0].text, "first");
  EXPECT_EQ(conversations[1].id, "7");
  EXPECT_EQ(conversations[2].turns.size(), 1U);
  EXPECT_TRUE(holds_conversations("\n{\"turns\": []}\n"));
  EXPECT_FALSE(holds_conversations("{\"text\": \"a\", \"intent\": \"b\"}"));
  EXPECT_FALSE(holds_conversations(""));
}

TEST(SupportConversations, broken_lines_are_told_with_their_place) {
  EXPECT_THAT(conversations_message("{\"turns\":[]}\n{"), HasSubstr("c.jsonl:2"));
  EXPECT_THAT(conversations_message("[]"), HasSubstr("c.jsonl:1: expected an object"));
  EXPECT_THAT(conversations_message("{\"turns\":3}"), HasSubstr("expected a list"));
  EXPECT_THAT(conversations_message(R"({"turns":[{"from":"costumer","text":"a"}]})"),
              AllOf(HasSubstr("turns[0]"), HasSubstr("did you mean 'customer'")));
  EXPECT_THAT(conversations_message(R"({"from":"user","text":"a"})"), HasSubstr("'conversation' or 'turns'"));
}

TEST(SupportConversations, give_questions_with_the_answers_of_people_alone) {
  using From = PastTurn::From;
  const std::vector<PastConversation> conversations = {
      {"a",
       {{From::agent, "Good morning, you are talking to Ann."},
        {From::customer, "my card is"},
        {From::customer, "gone, what now?"},
        {From::bot, "Did you mean: opening hours?"},
        {From::agent, "Block it in the app under Cards > Block."},
        {From::agent, "A new one comes in three days."},
        {From::customer, "thanks"},
        {From::agent, "You are welcome, have a nice day!"}},
       "c:1"},
      {"b",
       {{From::customer, "卡被机器吞了怎么办"}, {From::agent, "请致电网点，工作人员会为您取出卡片。"}},
       "c:2"},
      {"c",
       {{From::customer, "where is my parcel?"}, {From::agent, "It is on its way to ann@mail.test now."}},
       "c:3"}};
  const QuestionPairs pairs = question_pairs(conversations);
  ASSERT_EQ(pairs.pairs.size(), 2U);
  EXPECT_EQ(pairs.pairs[0].question, "my card is gone, what now?");
  EXPECT_EQ(pairs.pairs[0].answer, "Block it in the app under Cards > Block. A new one comes in three days.");
  EXPECT_EQ(pairs.pairs[1].question, "卡被机器吞了怎么办");
  EXPECT_EQ(pairs.too_short, 1);
  EXPECT_EQ(pairs.private_ones, 1);
}

TEST(SupportConversations, numbers_and_addresses_are_private) {
  EXPECT_TRUE(holds_private("order 4711-0815 is late"));
  EXPECT_TRUE(holds_private("卡号 6222 0200 1234"));
  EXPECT_TRUE(holds_private("write to a@b.test"));
  EXPECT_FALSE(holds_private("within 3 to 5 days, at most 2000 €"));
  EXPECT_FALSE(holds_private("@ noon"));
}

TEST(SupportConversations, equal_answers_are_one_passage_and_phrases_none) {
  std::vector<QuestionPair> pairs = {{"how do I block it?", "In the app, under Cards.", "c:1"},
                                     {"card stolen", "in the app,  under cards.", "c:2"},
                                     {"Card stolen", "In the app, under Cards.", "c:3"}};
  for (int i = 0; i < 30; ++i)
    pairs.push_back({"question " + std::to_string(i), "One moment please, I will look.", "c:9"});
  const auto rows = knowledge_of(pairs);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows[0].questions, ElementsAre("how do I block it?", "card stolen"));
  EXPECT_EQ(rows[0].title, "how do I block it?");
}
