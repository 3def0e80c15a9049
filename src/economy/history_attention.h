#pragma once

#include <cstdint>
#include <span>
#include <vector>

// A small attention model over a history of events: how likely is it that something happens now?
namespace heed::economy {

struct HistoryShape {
  int64_t event_features = 0;  // F, of each event
  int64_t query_features = 0;  // Q, of the moment that is asked about
  int64_t width = 8;           // D, of queries, keys and values
  int64_t hidden = 16;         // H, of the layer that reads them

  int64_t parameters() const;
  bool operator==(const HistoryShape&) const = default;
};

// One moment: what went before, what is asked, and what came of it.
struct HistoryExample {
  std::vector<float> events = {};  // [N, F]; N may be 0
  std::vector<float> query = {};   // [Q]
  float fade = 0;                  // how far the last event is: 0 or more
  float outcome = 0;               // 0 to 1
  float weight = 1;
};

// a_j = softmax over events j of (Wq query) . (Wk event_j) / sqrt(D), and one event that says nothing
// h = relu(W1 [sum a_j Wv event_j; query] + b1)
// logit = w h + b - exp(u h + c) * fade
// The last term is a power law where `fade` is the logarithm of a time: chances fall with it, never rise.
// Plain loops in double precision: some thousand parameters, some microseconds a moment.
class HistoryAttention {
 public:
  HistoryAttention(const HistoryShape& shape, uint64_t seed);
  // Throws invalid_argument where parameters are not as many as the shape has, or not finite.
  HistoryAttention(const HistoryShape& shape, std::vector<double> parameters);

  const HistoryShape& shape() const { return shape_; }
  const std::vector<double>& parameters() const { return parameters_; }
  std::vector<double>& parameters() { return parameters_; }

  double logit(const HistoryExample& example) const;
  // How much of its attention each event had: [N]; the rest was the event that says nothing's.
  std::vector<double> attention(const HistoryExample& example) const;
  // weight * -log P(outcome), whose derivatives are added to `gradient` [parameters].
  double loss(const HistoryExample& example, std::span<double> gradient) const;

 private:
  struct Pass;
  void check(const HistoryExample& example) const;
  Pass run(const HistoryExample& example) const;

  HistoryShape shape_;
  std::vector<double> parameters_;
};

struct HistoryFitOptions {
  int64_t event_features = 0;  // F
  int64_t width = 8, hidden = 32;
  int64_t epochs = 40;  // at most
  int64_t batch = 64;
  double rate = 3e-3;
  double decay = 0.03;    // of weights, a step, times the rate
  double held_out = 0.2;  // the last part, which only says when to stop; then all are learned from
  int64_t members = 5;    // models from different seeds, whose logits are averaged
  uint64_t seed = 1;
};

// Some models that answer together.
struct HistoryModel {
  std::vector<HistoryAttention> members;
  int64_t epochs = 0;        // learned for
  double held_out_loss = 0;  // mean, there

  double probability(const HistoryExample& example) const;
  int64_t parameters() const;
};

// Least loss by Adam with decoupled decay. Examples are in order of time: the epochs are those that did best
// on the last part when the first was learned from. Throws invalid_argument where there are fewer than 20
// examples, shapes differ, or a number is not finite.
HistoryModel fit_history(std::span<const HistoryExample> examples, const HistoryFitOptions& options = {});

}  // namespace heed::economy
