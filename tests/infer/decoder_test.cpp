#include "infer/decoder.h"

#include <algorithm>
#include <utility>
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

  // One hypothesis over the source: a state and the rows of its tokens so far.
  struct Path {
    DecoderState* state;
    TextMemory memory;
    std::vector<int32_t> rows;
    int64_t length = 0;
  };
  Path begin(DecoderState& state) const {
    TextMemory memory = decoder_.start(state, encoded_, source_.sequences).front();
    std::vector<int32_t> rows = memory.begin;
    return {&state, std::move(memory), std::move(rows)};
  }
  Segment add(Path& path, int64_t count) const {
    for (int64_t i = 0; i < count; ++i) path.rows.push_back(path.state->take_target());
    path.length += count;
    return {.source = path.memory.source, .target = path.rows, .past = path.length - count, .count = count};
  }
  Matrix logits(DecoderState& state, const std::vector<int32_t>& tokens,
                const std::vector<Segment>& segments) const {
    return decoder_.output().logits(decoder_.advance(state, tokens, segments));
  }

  Matrix teacher_forced(const std::vector<int32_t>& tokens) const {
    DecoderState state = decoder_.empty_state();
    Path path = begin(state);
    return logits(state, tokens, {add(path, static_cast<int64_t>(tokens.size()))});
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
  DecoderState state = decoder_.empty_state();
  Path path = begin(state);
  for (size_t t = 0; t < tokens.size(); ++t)
    expect_row(logits(state, {tokens[t]}, {add(path, 1)}), 0, all, static_cast<int64_t>(t));
}

TEST_P(DecoderOfVariant, hypotheses_that_share_a_beginning_go_on_as_if_alone) {
  DecoderState state = decoder_.empty_state();
  Path path = begin(state);
  logits(state, {1, 20, 21, 22}, {add(path, 4)});
  Path other = path;
  const std::vector<Segment> both = {add(other, 1), add(path, 1)};
  const Matrix step = logits(state, {23, 24}, both);
  expect_row(step, 0, teacher_forced({1, 20, 21, 22, 23}), 4);
  expect_row(step, 1, teacher_forced({1, 20, 21, 22, 24}), 4);
}

TEST_P(DecoderOfVariant, rows_given_back_serve_another_text) {
  DecoderState state = decoder_.empty_state();
  Path first = begin(state);
  logits(state, {1, 30, 31, 32, 33, 34}, {add(first, 6)});
  state.give_back(first.memory.source, first.rows);
  Path second = begin(state);
  const std::vector<int32_t> tokens = {1, 20, 21};
  const Matrix again = logits(state, tokens, {add(second, 3)});
  const Matrix expected = teacher_forced(tokens);
  for (int64_t t = 0; t < 3; ++t) expect_row(again, t, expected, t);
}

INSTANTIATE_TEST_SUITE_P(Models, DecoderOfVariant, ::testing::ValuesIn(test::translator_variants()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace heed::infer
