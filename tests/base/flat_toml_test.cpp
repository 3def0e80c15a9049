#include "base/flat_toml.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"

using namespace heed;

TEST(FlatToml, gives_every_leaf_its_dotted_key_in_the_order_of_the_lines) {
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"train.epochs", "3"},          {"train.epsilon", "1e-08"},
      {"train.shared", "true"},       {"data.files", "[ 'a', '数据' ]"},
      {"data.empty", "[]"},           {"model.heads.0.name", "intent"},
      {"model.heads.1.name", "主题"},
  };
  EXPECT_EQ(flat_toml("[train]\nepochs = 3\nepsilon = 1e-8\nshared = true\n[data]\nfiles = ['a', '数据']\n"
                      "empty = []\n[[model.heads]]\nname = 'intent'\n[[model.heads]]\nname = '主题'\n",
                      "recipe.toml"),
            expected);
}

TEST(FlatToml, names_the_line_of_what_is_no_toml) {
  expect_error(ErrorCode::invalid_argument, {"run/recipe.toml:2: expected TOML"},
               [] { flat_toml("a = 1\nb =\n", "run/recipe.toml"); });
}
