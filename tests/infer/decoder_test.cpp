#include "infer/decoder.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "infer/encoder.h"
#include "infer/single_thread.h"
#include "infer/tiny_model.h"
#include "infer/variants.h"

namespace heed::infer {
namespace {

constexpr double kTolerance = 1e-4;

class DecoderOfVariant : public ::testing::TestWithParam<test::NamedVariant> {
 protected:
  DecoderOfVariant()
      : model_(write()),
        encoder_(Weights(model_.weights), model_.config),
        decoder_(Weights(model_.weights), model_.config) {
    source_.add(std::vector<int32_t>{9, 4, 31, 7, 12, 5}, 64);
    encoded_ = encoder_.forward(source_);
  }

  ModelDirectory write() {
    ModelConfig config = test::tiny_translator();
    GetParam().apply(config);
    write_model(folder_ / "m", test::tiny_contents(config, 3));
    return open_model(folder_ / "m");
  }

  Segment segment(int64_t slot, int64_t past, int64_t count) const {
    return {.slot = slot, .past = past, .count = count, .source_begin = 0, .source_count = source_.length(0)};
  }

  Matrix teacher_forced(const std::vector<int32_t>& tokens) const {
    DecoderState state = decoder_.start(encoded_, source_.sequences, 1);
    const Segment all = segment(0, 0, static_cast<int64_t>(tokens.size()));
    return decoder_.advance(state, tokens, {&all, 1});
  }

  static void expect_row(const Matrix& found, int64_t row, const Matrix& expected, int64_t other) {
    for (int64_t i = 0; i < found.cols; ++i)
      ASSERT_NEAR(found.row(row)[i], expected.row(other)[i], kTolerance);
  }

  const SingleThread single_;
  test::ScratchFolder folder_;
  ModelDirectory model_;
  Encoder encoder_;
  Decoder decoder_;
  PackedTexts source_;
  Matrix encoded_;
};

TEST_P(DecoderOfVariant, one_token_at_a_time_gives_the_logits_of_all_at_once) {
  std::vector<int32_t> tokens = {1};
  for (int32_t i = 0; i < 40; ++i) tokens.push_back(3 + (i * 7) % 90);  // past two growths of the cache
  const Matrix all = teacher_forced(tokens);
  DecoderState state = decoder_.start(encoded_, source_.sequences, 1);
  for (size_t t = 0; t < tokens.size(); ++t) {
    const Segment step = segment(0, static_cast<int64_t>(t), 1);
    expect_row(decoder_.advance(state, {&tokens[t], 1}, {&step, 1}), 0, all, static_cast<int64_t>(t));
  }
}

TEST_P(DecoderOfVariant, a_copied_slot_goes_on_as_the_original_would) {
  const std::vector<int32_t> prefix = {1, 20, 21, 22}, next = {23, 24};
  DecoderState state = decoder_.start(encoded_, source_.sequences, 3);
  const Segment first = segment(0, 0, 4);
  decoder_.advance(state, prefix, {&first, 1});
  state.copy_slot(0, 2, 4);
  const std::vector<Segment> both = {segment(2, 4, 1), segment(0, 4, 1)};
  const Matrix step = decoder_.advance(state, next, both);
  expect_row(step, 0, teacher_forced({1, 20, 21, 22, 23}), 4);
  expect_row(step, 1, teacher_forced({1, 20, 21, 22, 24}), 4);
}

INSTANTIATE_TEST_SUITE_P(Models, DecoderOfVariant, ::testing::ValuesIn(test::translator_variants()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace heed::infer
