#include "infer/beam_search.h"

#include <span>

#include "text/tokenizer.h"

namespace heed::infer {
namespace {

// Slot numbers of a sentence count from sentence * beam in the state they share.
class BatchSearch {
 public:
  BatchSearch(const Encoder& encoder, const Decoder& decoder, const PackedTexts& texts,
              const std::vector<SearchLimits>& limits)
      : decoder_(decoder),
        texts_(texts),
        beam_(limits.front().beam),
        sentences_(limits.begin(), limits.end()),
        state_(decoder.start(encoder.forward(texts), texts.sequences, beam_)) {}

  std::vector<std::vector<Hypothesis>> run() {
    for (int64_t length = 0; gather(length); ++length) {
      const Matrix logits = decoder_.advance(state_, tokens_, segments_);
      scatter(logits, length + 1);
    }
    std::vector<std::vector<Hypothesis>> results;
    for (const SentenceSearch& sentence : sentences_) results.push_back(sentence.best());
    return results;
  }

 private:
  // Lists the last token of every live hypothesis; false where there is none.
  bool gather(int64_t length) {
    tokens_.clear();
    segments_.clear();
    for (size_t i = 0; i < sentences_.size(); ++i) {
      for (const SentenceSearch::Live& hypothesis : sentences_[i].live()) {
        tokens_.push_back(hypothesis.ids.empty() ? Tokenizer::kBegin : hypothesis.ids.back());
        segments_.push_back({.slot = first_slot(i) + hypothesis.slot,
                             .past = length,
                             .count = 1,
                             .source_begin = texts_.sequences[i].key_begin,
                             .source_count = texts_.sequences[i].key_count});
      }
    }
    return !tokens_.empty();
  }

  void scatter(const Matrix& logits, int64_t length) {
    int64_t row = 0;
    for (size_t i = 0; i < sentences_.size(); ++i) {
      SentenceSearch& sentence = sentences_[i];
      if (sentence.done()) continue;
      std::vector<std::vector<ScoredToken>> tokens;
      for (size_t k = 0; k < sentence.live().size(); ++k, ++row) {
        tokens.push_back(
            top_tokens({logits.row(row), static_cast<size_t>(logits.cols)}, sentence.candidates()));
      }
      for (const SentenceSearch::Move& move : sentence.extend(tokens)) {
        state_.copy_slot(first_slot(i) + move.from, first_slot(i) + move.to, length);
      }
    }
  }

  int64_t first_slot(size_t sentence) const { return static_cast<int64_t>(sentence) * beam_; }

  const Decoder& decoder_;
  const PackedTexts& texts_;
  int64_t beam_;
  std::vector<SentenceSearch> sentences_;
  DecoderState state_;
  std::vector<int32_t> tokens_;
  std::vector<Segment> segments_;
};

}  // namespace

std::vector<std::vector<Hypothesis>> beam_search(const Encoder& encoder, const Decoder& decoder,
                                                 const PackedTexts& texts,
                                                 const std::vector<SearchLimits>& limits) {
  if (limits.empty()) return {};
  return BatchSearch(encoder, decoder, texts, limits).run();
}

}  // namespace heed::infer
