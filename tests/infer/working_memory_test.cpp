#include "infer/working_memory.h"

#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "infer/arena.h"
#include "infer/classifier.h"
#include "infer/live_model.h"
#include "infer/tiny_model.h"
#include "infer/translator.h"
#include "infer/variants.h"

namespace heed::infer {
namespace {

std::vector<std::string> some_texts(size_t count) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < count; ++i) {
    std::string text;
    for (size_t word = 0; word < 1 + 7 * i % 23; ++word) text += word % 3 == 0 ? "卡片 " : "card ";
    texts.push_back(text);
  }
  return texts;
}

// Its feed-forward blocks are far wider than its rows, so that what stands in a bad place is in the way.
ModelConfig wide(ModelConfig config) {
  config.ffn_dim = 8 * config.dim;
  return config;
}

// The arena of a thread that answers, after `answer`.
template <class Answer>
void expect_enough(const std::string& name, const Answer& answer) {
  std::thread([&] {
    answer();
    const Arena& arena = *Arena::of_thread();
    EXPECT_EQ(arena.refused(), 0U) << name << ": something did not fit";
    EXPECT_GT(arena.size(), 0U) << name;
    EXPECT_EQ(arena.in_use(), 0U) << name;
  }).join();
}

class WorkingMemory : public ::testing::Test {
 protected:
  ModelDirectory write(const ModelConfig& config) {
    write_model(folder_ / "m", test::tiny_contents(config));
    return open_model(folder_ / "m");
  }

  test::ScratchFolder folder_;
};

TEST_F(WorkingMemory, is_enough_for_searches_of_every_architecture) {
  for (const test::NamedVariant& variant : test::translator_variants()) {
    ModelConfig config = wide(test::tiny_translator());
    variant.apply(config);
    const Translator translator(write(config));
    for (const int64_t batch : {2, 64}) {
      for (const int64_t beam : {1, 4}) {
        expect_enough(variant.name, [&] {
          translator.translate(some_texts(9), {.beam = beam, .batch = batch});
          translator.embed(some_texts(9));
        });
      }
    }
  }
}

TEST_F(WorkingMemory, is_enough_for_classifiers_of_every_architecture) {
  for (const test::NamedVariant& variant : test::model_variants()) {
    ModelConfig config = wide(test::tiny_classifier());
    variant.apply(config);
    const Classifier classifier(write(config));
    for (const size_t count : {size_t{1}, size_t{60}}) {
      expect_enough(variant.name, [&] {
        classifier.classify(some_texts(count));
        classifier.embed(some_texts(count));
      });
    }
  }
}

TEST_F(WorkingMemory, of_a_batch_is_known_before_it_comes) {
  for (const ModelConfig& config : {test::tiny_translator(), test::tiny_classifier()}) {
    const LiveModel live(write(config));
    AnswerOptions options = ClassifyOptions{};
    if (live.translates()) options = TranslateOptions{};
    std::thread([&] {
      int64_t tokens = 0;
      for (const Answer& answer : live.answer(some_texts(20), options)) {
        if (const auto* translation = std::get_if<TranslationResult>(&answer))
          tokens += std::ssize(translation->source_pieces);
        else
          tokens += std::ssize(std::get<ClassificationResult>(answer).pieces);
      }
      EXPECT_LE(Arena::of_thread()->size(), live.working_bytes(tokens));
    }).join();
    EXPECT_LT(live.working_bytes(300), live.working_bytes(3000));
  }
}

TEST(StateRows, are_those_of_the_largest_sentences_of_a_batch) {
  const std::vector<SearchSize> sentences = {{5, 20, 2}, {9, 10, 2}, {7, 30, 2}};
  EXPECT_EQ(state_rows(sentences, 2).source, 16);
  EXPECT_EQ(state_rows(sentences, 2).target, 61 + 41);
  EXPECT_EQ(state_rows(sentences, 64).target, 61 + 41 + 21);
}

}  // namespace
}  // namespace heed::infer
