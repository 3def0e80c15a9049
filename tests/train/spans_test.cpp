#include "train/spans.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "text/pieces_in_text.h"
#include "text/tag_spans.h"
#include "train/small_corpus.h"

namespace heed::train {
namespace {

class SpansTest : public testing::Test {
 protected:
  // Twenty rows of JSON lines; those of `more` behind them.
  Recipe recipe(const std::string& more = "") {
    std::string rows;
    for (int i = 0; i < 10; ++i) {
      const std::string number = std::to_string(100 + i);
      rows += R"({"text": "Pay  )" + number +
              R"( dollars now", "spans": [{"start": 5, "end": 8, "entity": "amount"}]})" + "\n" +
              R"({"text": "用信用卡付款)" + number +
              R"(", "spans": [{"start": 1, "end": 4, "entity": "账户"}, )" +
              R"({"start": 6, "end": 9, "entity": "amount", "value": ")" + number + R"("}]})" + "\n";
    }
    write_file_atomically(folder_ / "spans.jsonl", rows + more);
    Recipe recipe = small_recipe(folder_.path(), false);
    recipe.data.train = {"spans.jsonl"};
    recipe.text.vocabulary = 60;
    recipe.heads = {{.name = "entities", .kind = "tagging", .label = "spans"}};
    check_recipe(recipe, "spans");
    return recipe;
  }
  TemporaryFolder folder_;
};

TEST_F(SpansTest, tags_are_those_of_the_pieces_that_a_span_covers) {
  const Recipe job = recipe();
  const Corpus corpus = load_corpus(job);
  EXPECT_EQ(corpus.config.tagging->entities, (std::vector<std::string>{"amount", "账户"}));
  const NormaliseOptions options{parse_normalisation(corpus.config.normalisation), corpus.config.lowercase};
  for (size_t i = 0; i < corpus.train.examples.size(); ++i) {
    const Example& example = corpus.train.examples[i];
    const std::string& text = corpus.train.table.rows[i].fields[corpus.train.table.column("text")];
    ASSERT_EQ(example.tags->size(), example.source.size());
    const auto places = pieces_in_text(text, corpus.tokenizers.source.pieces(example.source), options);
    const auto spans = spans_of_tags(*example.tags);
    const bool english = text.starts_with("Pay");
    ASSERT_EQ(spans.size(), english ? 1U : 2U) << text;
    EXPECT_EQ(spans.back().entity, 0);
    EXPECT_EQ(spans.front().entity, english ? 0 : 1);
    if (!example.inexact_spans.empty()) continue;
    EXPECT_EQ(places[static_cast<size_t>(spans.back().begin)].begin, english ? 5 : 6) << text;
    EXPECT_EQ(places[static_cast<size_t>(spans.back().end) - 1].end, english ? 8 : 9) << text;
  }
}

TEST_F(SpansTest, that_are_not_as_they_should_be_are_refused_with_their_line) {
  const auto refusal = [&](const std::string& spans, const std::vector<std::string>& parts) {
    std::vector<std::string> all = {"spans.jsonl:21", "column 'spans'"};
    all.insert(all.end(), parts.begin(), parts.end());
    expect_error(ErrorCode::invalid_argument, all,
                 [&] { load_corpus(recipe(R"({"text": "abcdef", "spans": )" + spans + "}\n")); });
  };
  refusal(R"([{"start": 2, "end": 9, "entity": "amount"}])", {"<= 6", "2 and 9"});
  refusal(R"([{"start": 2, "end": 2, "entity": "amount"}])", {"start < end"});
  refusal(R"([{"start": 0, "end": 1, "entity": ""}])", {"an entity that is not empty"});
  refusal(R"([{"start": 0, "end": 3, "entity": "x"}, {"start": 2, "end": 4, "entity": "y"}])", {"overlap"});
  refusal(R"("no json")", {R"([{"start": 0)"});
}

TEST_F(SpansTest, a_row_without_any_has_no_tags_but_outside) {
  const Corpus corpus = load_corpus(recipe(R"({"text": "nothing here", "spans": []})"
                                           "\n"));
  size_t found = 0;
  for (const Split* split : {&corpus.train, &corpus.valid}) {
    for (size_t i = 0; i < split->examples.size(); ++i) {
      if (split->table.rows[i].fields[split->table.column("text")] != "nothing here") continue;
      ++found;
      EXPECT_TRUE(spans_of_tags(*split->examples[i].tags).empty());
    }
  }
  EXPECT_EQ(found, 1U);
}

}  // namespace
}  // namespace heed::train
