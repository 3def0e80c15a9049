#include "train/augment.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace heed::train {
namespace {

const std::vector<std::string> kTexts = {
    "how do I transfer money to another account of mine",
    "my card was declined at the shop yesterday evening",
    "the transfer to my account has not arrived yet, please help",
    "我想把钱转到我的另外一个账户里面请问怎么办",
    "昨天晚上我的卡在商店里被拒绝了，为什么",
    "请帮我 reset 密码 as soon as possible",
    "money",
    "卡",
};

Corpus corpus_of(const std::vector<std::string>& texts) {
  const Tokenizer tokenizer = Tokenizer::train(kTexts, {.vocabulary = 120});
  Corpus corpus{.train = {},
                .valid = {},
                .test = {},
                .tokenizers = {tokenizer, tokenizer},
                .ngram_weights = {},
                .config = {},
                .report = ""};
  corpus.config.source_vocabulary = tokenizer.size();
  corpus.config.max_length = 128;
  corpus.config.ngrams.buckets = 1000;
  for (const std::string& text : texts) {
    Example& example = corpus.train.examples.emplace_back();
    example.source = tokenizer.encode(text);
    example.labels = {{1}};
    add_ngrams(example, tokenizer, corpus.config.ngrams, {});
  }
  return corpus;
}

Recipe::Train training(const Recipe::Train::Augment& augment) {
  Recipe::Train train;
  train.augment = augment;
  return train;
}

std::vector<int32_t> sorted(std::vector<int32_t> ids) {
  std::sort(ids.begin(), ids.end());
  return ids;
}

class AugmenterTest : public testing::Test {
 protected:
  // Calls visit(before, after) for every text in many epochs.
  template <class Visit>
  void for_each_change(const Recipe::Train::Augment& rates, const Visit& visit) const {
    const Recipe::Train train = training(rates);
    const Augmenter augment(train, corpus_);
    for (int64_t epoch = 0; epoch < 200; ++epoch) {
      for (size_t i = 0; i < corpus_.train.examples.size(); ++i)
        visit(corpus_.train.examples[i], augment(static_cast<int64_t>(i), epoch));
    }
  }
  std::string text_of(const Example& example) const {
    return corpus_.tokenizers.source.decode(example.source);
  }
  const Corpus corpus_ = corpus_of(kTexts);
};

TEST_F(AugmenterTest, with_rates_of_zero_changes_nothing) {
  for_each_change({}, [](const Example& before, const Example& after) {
    EXPECT_EQ(after.source, before.source);
    EXPECT_EQ(after.text_ngrams.values, before.text_ngrams.values);
  });
}

TEST_F(AugmenterTest, gives_the_same_for_the_same_seed_epoch_and_number_and_other_texts_for_others) {
  Recipe::Train train = training({.drop = 0.2, .swap = 0.2, .mask = 0.2, .spelling = 0.2}), other = train;
  other.seed = train.seed + 1;
  const Augmenter augment(train, corpus_), again(train, corpus_), with_other_seed(other, corpus_);
  int epochs_differ = 0, seeds_differ = 0;
  for (int64_t epoch = 0; epoch < 20; ++epoch) {
    for (const int64_t i : {5, 0, 3}) {
      EXPECT_EQ(augment(i, epoch).source, again(i, epoch).source);
      epochs_differ += augment(i, epoch).source != augment(i, epoch + 1).source;
      seeds_differ += augment(i, epoch).source != with_other_seed(i, epoch).source;
    }
  }
  EXPECT_GT(epochs_differ, 50);
  EXPECT_GT(seeds_differ, 50);
}

TEST_F(AugmenterTest, drops_its_share_of_tokens_and_never_all_of_them) {
  size_t before = 0, after = 0;
  for_each_change({.drop = 0.3}, [&](const Example& whole, const Example& part) {
    ASSERT_FALSE(part.source.empty());
    size_t at = 0;  // in the order in which they stood
    for (const int32_t id : whole.source) at += at < part.source.size() && part.source[at] == id;
    EXPECT_EQ(at, part.source.size());
    if (whole.source.size() < 5) return;
    before += whole.source.size();
    after += part.source.size();
  });
  EXPECT_NEAR(static_cast<double>(after) / static_cast<double>(before), 0.7, 0.01);
}

TEST_F(AugmenterTest, swaps_neighbours_and_keeps_every_token) {
  int changed = 0;
  for_each_change({.swap = 0.3}, [&](const Example& before, const Example& after) {
    EXPECT_EQ(sorted(after.source), sorted(before.source));
    for (size_t i = 0; i < before.source.size(); ++i) {
      const auto from = after.source.begin() + static_cast<std::ptrdiff_t>(i > 0 ? i - 1 : 0);
      const auto to =
          after.source.begin() + static_cast<std::ptrdiff_t>(std::min(i + 2, after.source.size()));
      EXPECT_NE(std::find(from, to, before.source[i]), to);
    }
    changed += after.source != before.source;
  });
  EXPECT_GT(changed, 1000);
}

TEST_F(AugmenterTest, masks_its_share_of_tokens_one_half_of_them_as_unknown) {
  double tokens = 0, changed = 0, unknown = 0;
  for_each_change({.mask = 0.2}, [&](const Example& before, const Example& after) {
    ASSERT_EQ(after.source.size(), before.source.size());
    for (size_t i = 0; i < before.source.size(); ++i) {
      const int32_t id = after.source[i];
      EXPECT_TRUE(id == Tokenizer::kUnknown ||
                  (id > Tokenizer::kEnd && id < corpus_.config.source_vocabulary));
      ++tokens;
      changed += id != before.source[i];
      unknown += id == Tokenizer::kUnknown;
    }
  });
  EXPECT_NEAR(changed / tokens, 0.2, 0.01);
  EXPECT_NEAR(unknown / tokens, 0.1, 0.01);
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

TEST_F(AugmenterTest, misspells_one_character_of_its_share_of_english_words) {
  const Corpus corpus = corpus_of({kTexts[0]});
  const Recipe::Train train = training({.spelling = 0.3});
  const Augmenter augment(train, corpus);
  const auto words = words_of(kTexts[0]);
  double changed = 0, all = 0;
  for (int64_t epoch = 0; epoch < 500; ++epoch) {
    const auto found = words_of(corpus.tokenizers.source.decode(augment(0, epoch).source));
    ASSERT_EQ(found.size(), words.size());
    for (size_t i = 0; i < words.size(); ++i) {
      EXPECT_LE(std::abs(static_cast<int>(found[i].size()) - static_cast<int>(words[i].size())), 1);
      EXPECT_TRUE(words[i].size() > 1 || found[i] == words[i]) << found[i];
      all += words[i].size() > 1;
      changed += found[i] != words[i];
    }
  }
  EXPECT_NEAR(changed / all, 0.3, 0.03);
}

TEST_F(AugmenterTest, exchanges_chinese_characters_and_neither_drops_nor_doubles_one) {
  const Corpus corpus = corpus_of({kTexts[3]});
  const Recipe::Train train = training({.spelling = 0.2});
  const Augmenter augment(train, corpus);
  int changed = 0;
  for (int64_t epoch = 0; epoch < 50; ++epoch) {
    const std::string found = corpus.tokenizers.source.decode(augment(0, epoch).source);
    ASSERT_EQ(found.size(), kTexts[3].size());
    std::vector<std::string> before, after;
    for (size_t i = 0; i < found.size(); i += 3) {
      before.push_back(kTexts[3].substr(i, 3));
      after.push_back(found.substr(i, 3));
    }
    changed += before != after;
    std::sort(before.begin(), before.end());
    std::sort(after.begin(), after.end());
    EXPECT_EQ(before, after);
  }
  EXPECT_GT(changed, 40);
}

TEST_F(AugmenterTest, leaves_the_spelling_of_unknown_characters_alone) {
  const Corpus corpus = corpus_of({"Ωmoney Ωtransfer", "龘鬱卡"});
  const Recipe::Train train = training({.spelling = 0.95});
  const Augmenter augment(train, corpus);
  for (const int64_t i : {0, 1}) {
    ASSERT_TRUE(std::count(corpus.train.examples[i].source.begin(), corpus.train.examples[i].source.end(),
                           Tokenizer::kUnknown));
    for (int64_t epoch = 0; epoch < 20; ++epoch)
      EXPECT_EQ(augment(i, epoch).source, corpus.train.examples[i].source);
  }
}

TEST_F(AugmenterTest, finds_the_n_grams_of_the_changed_text) {
  int changed = 0;
  for_each_change({.drop = 0.1, .swap = 0.1, .mask = 0.1, .spelling = 0.1},
                  [&](const Example& before, const Example& after) {
                    Example expected;
                    expected.source = after.source;
                    add_ngrams(expected, corpus_.tokenizers.source, corpus_.config.ngrams, {});
                    EXPECT_EQ(after.text_ngrams.buckets, expected.text_ngrams.buckets);
                    EXPECT_EQ(after.token_ngrams.buckets, expected.token_ngrams.buckets);
                    EXPECT_EQ(after.token_ngrams.rows(), static_cast<int64_t>(after.source.size()) + 1);
                    EXPECT_EQ(after.labels, before.labels);
                    changed += after.text_ngrams.buckets != before.text_ngrams.buckets;
                  });
  EXPECT_GT(changed, 500);
}

TEST_F(AugmenterTest, changes_only_its_share_of_the_texts) {
  double changed = 0, all = 0;
  for_each_change({.mask = 0.95, .share = 0.25}, [&](const Example& before, const Example& after) {
    if (before.source.size() < 5) return;
    changed += after.source != before.source;
    ++all;
  });
  EXPECT_NEAR(changed / all, 0.25, 0.04);
}

TEST_F(AugmenterTest, keeps_within_the_longest_text) {
  Corpus corpus = corpus_of({kTexts[0], kTexts[4]});
  const Recipe::Train train = training({.spelling = 0.95});
  corpus.config.max_length = 12;
  for (Example& example : corpus.train.examples) {
    example.source.resize(11);
    add_ngrams(example, corpus.tokenizers.source, corpus.config.ngrams, {});
  }
  const Augmenter augment(train, corpus);
  for (int64_t epoch = 0; epoch < 50; ++epoch) {
    for (const int64_t i : {0, 1}) {
      const Example example = augment(i, epoch);
      EXPECT_LE(example.source.size(), 11U);
      EXPECT_EQ(example.token_ngrams.rows(), static_cast<int64_t>(example.source.size()) + 1);
    }
  }
}

TEST_F(AugmenterTest, leaves_an_empty_text_empty) {
  const Corpus corpus = corpus_of({""});
  const Recipe::Train train = training({.drop = 0.5, .swap = 0.5, .mask = 0.5, .spelling = 0.5});
  EXPECT_TRUE(Augmenter(train, corpus)(0, 0).source.empty());
}

}  // namespace
}  // namespace heed::train
