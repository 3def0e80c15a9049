#include "search/index.h"

#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/random.h"
#include "base/temporary_folder.h"
#include "search/bank.h"

namespace heed::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> ids_of(const Hits& hits) {
  std::vector<std::string> ids;
  for (const Hit& hit : hits) ids.push_back(hit.id);
  return ids;
}

class BankIndex : public testing::Test {
 protected:
  BankIndex() : path_(folder_ / "bank.sqlite") {
    write_bank(path_);
    index_.emplace(Index::open(path_));
  }

  std::string best(const std::string& query, const FindOptions& options = {}) const {
    const Hits hits = index_->find(query, options);
    return hits.empty() ? "" : hits.front().id;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_;
  std::optional<Index> index_;
};

TEST_F(BankIndex, finds_the_passage_of_a_question_in_either_language) {
  EXPECT_EQ(best("I lost my card"), "lost");
  EXPECT_EQ(best("costs of transferring money"), "fees");
  EXPECT_EQ(best("卡丢了"), "丢失");
  EXPECT_EQ(best("转账费用是多少"), "转账");
  EXPECT_EQ(best("somebody stole my wallets"), "lost");  // by the words of another customer
  EXPECT_EQ(best("钱包被偷"), "丢失");
}

TEST_F(BankIndex, a_passage_reads_back_as_it_was_put) {
  for (const Passage& passage : bank_passages()) EXPECT_EQ(index_->get(passage.id), passage);
  EXPECT_EQ(index_->get("nothing"), std::nullopt);
  EXPECT_EQ(index_->size(), 5);
  EXPECT_THAT(index_->ids(), ElementsAre("fees", "limit", "lost", "丢失", "转账"));
  const std::vector<Passage> found = index_->passages(std::vector<Hit>{{"转账", 2}, {"lost", 1}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].source, "常见问题.csv:3");
  EXPECT_EQ(found[1].source, "faq.csv:2");
  expect_error(ErrorCode::not_found, {"bank.sqlite", "'gone'"}, [&] {
    index_->passages(std::vector<Hit>{{"gone", 1}});
  });
}

TEST_F(BankIndex, what_a_person_types_is_never_syntax) {
  const Hits plain = index_->find("card lost");
  ASSERT_FALSE(plain.empty());
  for (const char* query : {"card\" lost", "\"card\" * lost", "(card (lost", "card^ lost", "{card} : lost",
                            "-card +lost", "card; lost' --", "card lost \\"}) {
    EXPECT_EQ(index_->find(query), plain) << query;
  }
  // A column's name, operators and functions are words like any other.
  EXPECT_EQ(index_->find("title:card"), index_->find("title card"));
  EXPECT_EQ(index_->find("card NOT lost"), index_->find("card not lost"));
  EXPECT_EQ(index_->find("NEAR(card lost, 2)"), index_->find("near card lost 2"));
  EXPECT_THAT(index_->find("NOT OR NEAR"), IsEmpty());
}

TEST_F(BankIndex, a_query_without_words_finds_nothing) {
  for (const char* query : {"", "  \n", "😀😀", "?!", "\"", "***", "\xFF\xFE"})
    EXPECT_THAT(index_->find(query), IsEmpty());
  EXPECT_THAT(index_->find(std::string("\0\0", 2)), IsEmpty());
}

TEST_F(BankIndex, an_endless_query_is_cut_and_answered) {
  std::string query = "lost card ";
  while (query.size() < 50000) query += "word" + std::to_string(query.size()) + " ";
  EXPECT_EQ(best(query), "lost");
  EXPECT_EQ(best(std::string(50000, 'a')), "");
  std::string late(kMaxQueryCharacters, ' ');
  EXPECT_EQ(best(late + "lost card"), "");
  EXPECT_EQ(best(late.substr(4) + "card"), best("card"));
}

TEST_F(BankIndex, language_and_tags_leave_out_what_is_not_wanted) {
  EXPECT_THAT(ids_of(index_->find("card 卡", {.language = "zh"})), ElementsAre("丢失"));
  EXPECT_THAT(ids_of(index_->find("card 卡", {.tags = {"cards"}})),
              UnorderedElementsAre("lost", "limit", "丢失"));
  EXPECT_THAT(ids_of(index_->find("card 卡", {.language = "en", .tags = {"urgent", "cards"}})),
              ElementsAre("lost"));
  EXPECT_THAT(index_->find("card", {.tags = {"nothing' OR 1=1"}}), IsEmpty());
}

TEST_F(BankIndex, a_limit_gives_the_beginning_of_the_list) {
  const Hits all = index_->find("card 卡 转账 transfer");
  ASSERT_EQ(all.size(), 5U);
  for (int64_t limit = 1; limit <= 5; ++limit) {
    const Hits some = index_->find("card 卡 转账 transfer", {.limit = limit});
    EXPECT_EQ(some, Hits(all.begin(), all.begin() + limit));
  }
}

TEST_F(BankIndex, options_out_of_range_are_refused) {
  expect_error(ErrorCode::invalid_argument, {"limit", "0"}, [&] { index_->find("card", {.limit = 0}); });
  expect_error(ErrorCode::invalid_argument, {"b from 0 to 1", "2"},
               [&] { index_->find("card", {.bm25 = {.b = 2}}); });
  expect_error(ErrorCode::invalid_argument, {"k1", "nan"},
               [&] { index_->find("card", {.bm25 = {.k1 = NAN}}); });
  expect_error(ErrorCode::invalid_argument, {"text_weight", "-1"},
               [&] { index_->find("card", {.bm25 = {.text_weight = -1}}); });
}

TEST_F(BankIndex, many_threads_get_the_answers_of_one) {
  const std::vector<std::string> queries = {"lost card", "转账", "transfer cost", "钱包", "500 euros"};
  std::vector<Hits> alone;
  for (const std::string& query : queries) alone.push_back(index_->find(query));
  std::vector<int> wrong(8);
  {
    std::vector<std::jthread> threads;
    for (int& count : wrong) {
      threads.emplace_back([&] {
        for (size_t i = 0; i < 200; ++i) {
          const size_t q = i % queries.size();
          count += index_->find(queries[q]) != alone[q];
          count += !index_->get(alone[q].front().id).has_value();
        }
      });
    }
  }
  EXPECT_THAT(wrong, testing::Each(0));
}

TEST_F(BankIndex, an_open_index_stays_as_it_was_while_the_file_is_replaced) {
  {
    IndexWriter writer(path_);
    writer.clear();
    writer.put({.id = "new", .text = "A lost card is blocked at once."});
    writer.commit();
  }
  EXPECT_EQ(best("lost card"), "lost");
  EXPECT_EQ(Index::open(path_).find("lost card").front().id, "new");
  // On a thread that needs a connection of its own while another is in use.
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { EXPECT_EQ(best("lost card"), "lost"); });
}

// By hand: N = 3; "cat" is in two passages, "dog" in one; one field counts. Lengths 2, 4, 3, mean 3.
TEST(IndexRanking, scores_are_those_of_the_formula) {
  const TemporaryFolder folder;
  IndexWriter writer(folder / "i.sqlite");
  const std::vector<Passage> passages = {{.id = "a", .text = "cat sun"},
                                         {.id = "b", .text = "cat cat dog moon"},
                                         {.id = "c", .text = "tree sun moon"}};
  writer.put(passages);
  writer.commit();
  const Index index = Index::open(folder / "i.sqlite");
  const Hits hits = index.find("cat dog", {.bm25 = {.k1 = 1.5, .b = 0.5}});
  const double cat = std::log(1 + 1.5 / 2.5), dog = std::log(1 + 2.5 / 1.5);
  const double b_length = 0.5 + 0.5 * 4 / 3, a_length = 0.5 + 0.5 * 2 / 3;
  const auto full = [](double w) { return w * 2.5 / (1.5 + w); };
  ASSERT_THAT(ids_of(hits), ElementsAre("b", "a"));
  EXPECT_NEAR(hits[0].score, cat * full(2 / b_length) + dog * full(1 / b_length), 1e-12);
  EXPECT_NEAR(hits[1].score, cat * full(1 / a_length), 1e-12);
}

TEST(IndexRanking, fields_count_by_their_weights) {
  const TemporaryFolder folder;
  IndexWriter writer(folder / "i.sqlite");
  const std::vector<Passage> passages = {{.id = "text", .title = "sun", .text = "cat"},
                                         {.id = "title", .title = "cat", .text = "sun"},
                                         {.id = "z", .text = "moon", .questions = {"cat", "sun"}}};
  writer.put(passages);
  writer.commit();
  const Index index = Index::open(folder / "i.sqlite");
  EXPECT_EQ(index.find("cat", {.bm25 = {.title_weight = 2, .questions_weight = 0}}).front().id, "title");
  EXPECT_EQ(index.find("cat", {.bm25 = {.title_weight = 0.5, .questions_weight = 0}}).front().id, "text");
  EXPECT_EQ(index.find("cat", {.bm25 = {.title_weight = 0.5, .questions_weight = 9}}).front().id, "z");
}

TEST(IndexRanking, equal_scores_run_by_id_whatever_the_order_of_adding) {
  const TemporaryFolder folder;
  IndexWriter writer(folder / "i.sqlite");
  for (const char* id : {"c", "a", "d", "b"}) writer.put({.id = id, .text = "the same words"});
  writer.commit();
  const Index index = Index::open(folder / "i.sqlite");
  EXPECT_THAT(ids_of(index.find("same words")), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(ids_of(index.find("same words", {.limit = 2})), ElementsAre("a", "b"));
}

TEST(IndexRanking, an_empty_index_finds_nothing) {
  const TemporaryFolder folder;
  IndexWriter(folder / "i.sqlite").commit();
  const Index index = Index::open(folder / "i.sqlite");
  EXPECT_THAT(index.find("anything"), IsEmpty());
  EXPECT_EQ(index.size(), 0);
}

}  // namespace
}  // namespace heed::search
