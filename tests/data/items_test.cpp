#include "data/items.h"

#include <gtest/gtest.h>

#include "data/files.h"

namespace heed::data {
namespace {

TEST(Items, are_read_from_tables_by_usual_names) {
  const TemporaryFolder folder;
  const auto recbole = folder.write("x.item",
                                    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_"
                                    "seq\n1\tToy Story\t1995\tAnimation Comedy\n");
  const std::vector<Item> movies = read_items(recbole);
  ASSERT_EQ(movies.size(), 1U);
  EXPECT_EQ(movies[0].title, "Toy Story");
  EXPECT_EQ(movies[0].tags, (std::vector<std::string>{"Animation", "Comedy"}));
  EXPECT_EQ(movies[0].attribute("release_year"), "1995");
  EXPECT_EQ(movies[0].words(), "Toy Story Animation Comedy");
  const auto table =
      folder.write("x.csv", "id,title,tags,author\n茶,绿茶,饮料|茶叶,张三\n茶,红茶,饮料,李四\n");
  const std::vector<Item> teas = read_items(table);
  ASSERT_EQ(teas.size(), 1U);  // the last of an id
  EXPECT_EQ(teas[0].title, "红茶");
  EXPECT_EQ(teas[0].attribute("author"), "李四");
  const auto lists = folder.write("x.json", R"({"4": [1, 2], "5": []})");
  EXPECT_EQ(read_items(lists)[0].tags, (std::vector<std::string>{"1", "2"}));
}

TEST(Items, come_back_as_they_were_written) {
  const TemporaryFolder folder;
  const std::vector<Item> items = {{.id = "a",
                                    .title = "绿茶",
                                    .text = "清香",
                                    .tags = {"茶"},
                                    .attributes = {{"brand", "x"}},
                                    .ts_us = 5,
                                    .is_hidden = true},
                                   {.id = "b"}};
  write_items(folder / "items.jsonl", items);
  EXPECT_EQ(read_items(folder / "items.jsonl"), items);
}

TEST(Items, name_what_is_wrong_with_them) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& name, const std::string& text,
                           ErrorCode code = ErrorCode::corrupt_data) {
    const auto path = folder.write(name, text);
    return error_of(code, [&] { read_items(path); });
  };
  EXPECT_NE(message("items.jsonl", "{\"id\": \"\"}\n").find("items.jsonl:1: expected an id"),
            std::string::npos);
  EXPECT_NE(
      message("items.jsonl", "{\"id\": \"a\", \"tags\": 3}\n").find("field 'tags': expected a list of texts"),
      std::string::npos);
  EXPECT_NE(message("x.csv", "title,tags\nTea,hot\n", ErrorCode::invalid_argument)
                .find("expected a column with the items' ids"),
            std::string::npos);
  EXPECT_NE(message("x.json", "{\"4\": 3}").find("field '4': expected a list of tags"), std::string::npos);
}

}  // namespace
}  // namespace heed::data
