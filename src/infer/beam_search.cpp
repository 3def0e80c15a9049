#include "infer/beam_search.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "infer/profile.h"

namespace heed::infer {
namespace {

// Places are filled again when so many in a hundred are free: encoding a few sentences at a time costs more.
constexpr int64_t kRefillPercent = 12;

struct Active {
  size_t job;
  SentenceSearch search;
  TextMemory memory;
  std::vector<int32_t> tokens;        // of the vocabulary that it chooses among; none: all
  std::optional<PackedMatrix> table;  // theirs
};

class BatchSearch {
 public:
  BatchSearch(const Encoder& encoder, const Decoder& decoder, std::span<const SearchJob> jobs,
              const SearchSettings& settings)
      : encoder_(encoder),
        decoder_(decoder),
        jobs_(jobs),
        settings_(settings),
        state_(decoder.empty_state(settings.rows.source, settings.rows.target)),
        results_(jobs.size()) {}

  std::vector<std::vector<Hypothesis>> run() {
    while (true) {
      admit();
      if (active_.empty()) return std::move(results_);
      gather();
      rank(decoder_.advance(state_, tokens_, segments_));
      extend();
      retire();
    }
  }

 private:
  void admit() {
    const auto waiting = static_cast<int64_t>(jobs_.size() - next_);
    const int64_t free = settings_.batch - static_cast<int64_t>(active_.size());
    if (waiting == 0 || (!active_.empty() && 100 * free < kRefillPercent * settings_.batch)) return;
    for (int64_t left = std::min(free, waiting); left > 0;) {
      PackedTexts texts;
      const size_t first = next_;
      while (left > 0 && static_cast<int64_t>(texts.ids.size()) < kEncodedTokens) {
        texts.add(jobs_[next_++].source, settings_.max_length);
        --left;
      }
      std::vector<TextMemory> memories = decoder_.start(state_, encoder_.forward(texts), texts.sequences);
      for (size_t i = 0; i < memories.size(); ++i) {
        active_.push_back(
            {first + i, SentenceSearch(jobs_[first + i].limits), std::move(memories[i]), {}, {}});
        if (settings_.shortlist != nullptr) choose_tokens(active_.back());
      }
    }
  }

  void choose_tokens(Active& active) {
    const SearchJob& job = jobs_[active.job];
    active.tokens = settings_.shortlist->tokens(job.source);
    for (const int32_t token : job.prefix) {
      const auto place = std::ranges::lower_bound(active.tokens, token);
      if (place == active.tokens.end() || *place != token) active.tokens.insert(place, token);
    }
    active.table.emplace(decoder_.output().subset(active.tokens));
  }

  void rank(const Matrix& rows) {
    std::span<TopTokens> rankings = std::span(rankings_).first(tokens_.size());
    if (settings_.shortlist == nullptr) return decoder_.output().rank(rows, rankings);
    int64_t row = 0;
    for (const Active& active : active_) {
      const size_t count = active.search.live().size();
      OutputTable::rank_subset(*active.table, active.tokens, rows, row, rankings.first(count));
      rankings = rankings.subspan(count);
      row += static_cast<int64_t>(count);
    }
  }

  // The last token of every live hypothesis, the rows that it sees, and what is asked of its logits.
  void gather() {
    const Timed timed(Operation::search);
    tokens_.clear();
    rows_.clear();
    row_counts_.clear();
    for (Active& active : active_) {
      SentenceSearch& search = active.search;
      const auto prefix = jobs_[active.job].prefix;
      const auto step = static_cast<size_t>(search.length());
      for (const SentenceSearch::Live& hypothesis : search.live()) {
        search.set_row(hypothesis, state_.take_target());
        if (rankings_.size() == tokens_.size()) rankings_.emplace_back();
        rankings_[tokens_.size()].begin(search.candidates(), step < prefix.size() ? prefix[step] : -1,
                                        settings_.forbidden);
        tokens_.push_back(search.token(hypothesis));
        const size_t before = rows_.size();
        rows_.insert(rows_.end(), active.memory.begin.begin(), active.memory.begin.end());
        search.append_rows(hypothesis, rows_);
        row_counts_.push_back(rows_.size() - before);
      }
    }
    list_segments();
  }

  // Once rows_ has its final place.
  void list_segments() {
    segments_.clear();
    size_t begin = 0;
    for (const Active& active : active_) {
      for (size_t k = 0; k < active.search.live().size(); ++k) {
        const size_t count = row_counts_[segments_.size()];
        segments_.push_back({.source = active.memory.source,
                             .target = std::span(rows_).subspan(begin, count),
                             .past = active.search.length(),
                             .count = 1});
        begin += count;
      }
    }
  }

  void extend() {
    const Timed timed(Operation::search);
    size_t row = 0;
    for (Active& active : active_) {
      choices_.clear();
      for (size_t k = 0; k < active.search.live().size(); ++k) choices_.push_back(rankings_[row++].finish());
      active.search.extend(choices_);
      state_.give_back({}, active.search.released());
    }
  }

  void retire() {
    std::erase_if(active_, [this](const Active& active) {
      if (!active.search.done()) return false;
      results_[active.job] = active.search.best();
      state_.give_back(active.memory.source, active.memory.begin);
      return true;
    });
  }

  const Encoder& encoder_;
  const Decoder& decoder_;
  std::span<const SearchJob> jobs_;
  const SearchSettings& settings_;
  DecoderState state_;
  size_t next_ = 0;  // the first job that waits
  std::vector<Active> active_;
  std::vector<std::vector<Hypothesis>> results_;

  // Of one step, a row a live hypothesis.
  std::vector<int32_t> tokens_, rows_;
  std::vector<size_t> row_counts_;
  std::vector<Segment> segments_;
  std::vector<TopTokens> rankings_;
  std::vector<std::span<const ScoredToken>> choices_;
};

}  // namespace

std::vector<std::vector<Hypothesis>> beam_search(const Encoder& encoder, const Decoder& decoder,
                                                 std::span<const SearchJob> jobs,
                                                 const SearchSettings& settings) {
  return BatchSearch(encoder, decoder, jobs, settings).run();
}

}  // namespace heed::infer
