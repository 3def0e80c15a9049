#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <malloc.h>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "train/gradient_workers.h"
#include "train/optimiser.h"
#include "train/recipe.h"
#include "train/schedule.h"
#include "train/task.h"
#include "training_rows.h"

namespace heed::bench {
namespace {

using torch::Tensor;

constexpr int64_t kThreads = 2;
constexpr int64_t kStepsARound = 6;
constexpr int kRounds = 9;
constexpr int64_t kProductSize = 1024;
constexpr double kLearningRate = 5e-4;

double seconds_of(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

train::Recipe recipe() {
  const char* data = std::getenv("HEED_DATA");
  const std::filesystem::path folder =
      std::filesystem::path(data != nullptr ? data : "../shared/data") / "translation/multi30k_en_de";
  if (!std::filesystem::exists(folder))
    throw Error(ErrorCode::not_found,
                folder.string() + ": expected Multi30k here, found nothing; set HEED_DATA");
  return train::read_recipe("recipes/multi30k.toml", {"data.folder=" + folder.string(), "train.dropout=0.1",
                                                      "train.threads=" + std::to_string(kThreads)});
}

// Multiplications and additions of the matrix products of a step, forward and twice that backward.
// Attention's own products over T rows are counted, what is not a product (norms, softmax, dropout, the
// optimiser) is not.
double operations(const ModelConfig& config, const train::Batch& batch) {
  const auto d = static_cast<double>(config.dim), f = static_cast<double>(config.ffn_dim);
  const auto source = static_cast<double>(batch.source.rows()),
             target = static_cast<double>(batch.target.rows());
  double pairs_source = 0, pairs_target = 0, pairs_cross = 0;  // query-key pairs
  for (int64_t b = 0; b < batch.source.texts(); ++b) {
    const auto s = static_cast<double>(batch.source.begins[b + 1] - batch.source.begins[b]);
    const auto t = static_cast<double>(batch.target.begins[b + 1] - batch.target.begins[b]);
    pairs_source += s * s;
    pairs_target += t * (t + 1) / 2;
    pairs_cross += t * s;
  }
  const double encoder = source * (4 * d * d + 2 * d * f) + pairs_source * 2 * d;
  const double decoder =
      target * (6 * d * d + 2 * d * f) + source * 2 * d * d + (pairs_target + pairs_cross) * 2 * d;
  const double output = target * d * static_cast<double>(config.target_vocabulary);
  return 3 * 2 *
         (static_cast<double>(config.encoder_layers) * encoder +
          static_cast<double>(config.decoder_layers) * decoder + output);
}

// As train::Trainer takes a step, without what stands around it (progress, checkpoints, validation).
class Ours {
 public:
  Ours(const train::Recipe& recipe, const train::Corpus& corpus)
      : recipe_(recipe),
        task_(train::labelled_task(recipe, corpus)),
        network_(corpus.config, 1),
        workers_(network_, kThreads),
        optimiser_(network_.parameters(), {}, on_threads(kThreads)) {}

  double step(const std::vector<std::vector<int64_t>>& numbers) {
    at::set_num_threads(1);
    train::GradientWorkers::Work work{.batches = {}, .dropouts = {}, .loss = task_->loss()};
    for (const auto& batch : numbers) {
      work.batches.push_back(task_->batch(batch, 0, 1));
      work.dropouts.push_back({.rate = recipe_.train.dropout,
                               .attention_rate = recipe_.train.attention_dropout,
                               .embedding_rate = recipe_.train.dropout,
                               .seed = mix64(static_cast<uint64_t>(++count_))});
    }
    const auto sums = workers_.run(work);
    const double norm = train::gradient_norm(network_.parameters());
    optimiser_.update(++steps_, kLearningRate, norm > 1.0 ? 1.0 / norm : 1.0);
    return sums.negative_log_likelihood / static_cast<double>(sums.units);
  }

  const train::Task& task() const { return *task_; }

 private:
  const train::Recipe& recipe_;
  std::unique_ptr<train::Task> task_;
  train::Network network_;
  train::GradientWorkers workers_;
  train::Optimiser optimiser_;
  int64_t steps_ = 0, count_ = 0;
};

// Operations a second of one square product a core, on the BLAS that training runs on.
class Products {
 public:
  Products() {
    for (int64_t i = 0; i < 3 * kThreads; ++i) matrices_.push_back(torch::rand({kProductSize, kProductSize}));
  }
  void run() {
    at::set_num_threads(1);
    on_threads(kThreads)(kThreads, [&](int64_t begin, int64_t end) {
      const torch::NoGradGuard no_grad;
      for (int64_t i = begin; i < end; ++i) {
        at::set_num_threads(1);
        for (int repeat = 0; repeat < 20; ++repeat)
          at::mm_out(matrices_[3 * i], matrices_[3 * i + 1], matrices_[3 * i + 2]);
      }
    });
  }
  static constexpr double kOperations = 20.0 * kThreads * 2 * kProductSize * kProductSize * kProductSize;

 private:
  std::vector<Tensor> matrices_;
};

void require_learned(const std::string& who, double first, double last) {
  if (!(last < first - 1.0))
    throw Error(
        ErrorCode::internal,
        fmt::format("train-speed: expected {} to learn, found a loss of {:.2f} at first and {:.2f} at last",
                    who, first, last));
}

}  // namespace

std::vector<Figure> train_speed() {
  mallopt(M_MMAP_MAX, 0);  // as heed-train does
  mallopt(M_TRIM_THRESHOLD, -1);
  const train::Recipe job = recipe();
  const train::Corpus corpus = train::load_corpus(job);
  Ours ours(job, corpus);
  PlainTransformer plain(corpus.config, job.train.dropout, job.train.label_smoothing, kLearningRate);
  Products products;
  const auto plan = ours.task().plan(0);
  std::vector<double> own, peer, limit, share, times;
  double own_first = 0, own_last = 0, peer_first = 0, peer_last = 0;
  for (int round = 0; round <= kRounds; ++round) {  // the first warms up
    std::vector<std::vector<std::vector<int64_t>>> steps;
    double tokens = 0, operations_done = 0;
    for (int64_t s = 0; s < kStepsARound; ++s) {
      const auto at = static_cast<size_t>((round * kStepsARound + s) * kThreads) % (plan.size() - kThreads);
      steps.push_back({plan[at], plan[at + 1]});
      for (const auto& batch : steps.back()) {
        const train::Batch made = ours.task().batch(batch, 0, 1);
        tokens += static_cast<double>(made.target.rows());
        operations_done += operations(corpus.config, made);
      }
    }
    const double products_seconds = seconds_of([&] { products.run(); });
    const double own_seconds = seconds_of([&] {
      for (const auto& step : steps) own_last = ours.step(step);
    });
    const double peer_seconds = seconds_of([&] {
      at::set_num_threads(kThreads);
      for (const auto& step : steps) {
        std::vector<int64_t> both = step[0];
        both.insert(both.end(), step[1].begin(), step[1].end());
        peer_last = plain.step(corpus.train.examples, both);
      }
    });
    if (round == 0) {
      own_first = own_last;
      peer_first = peer_last;
      continue;
    }
    const double rate = Products::kOperations / products_seconds;
    own.push_back(tokens / own_seconds);
    peer.push_back(tokens / peer_seconds);
    limit.push_back(tokens * rate / operations_done);
    share.push_back(own.back() / limit.back());
    times.push_back(peer_seconds / own_seconds);
  }
  require_learned("Heed", own_first, own_last);
  require_learned("LibTorch's module", peer_first, peer_last);
  const double own_rate = spread_of(own).median;
  return {{"tokens_per_second", "target tokens/s", spread_of(own), std::nullopt, kRounds},
          {"share", "of two cores' sgemm", spread_of(share),
           Measured{"tokens/s", own_rate, spread_of(limit).median, "sgemm"}, kRounds},
          {"times_libtorch", "beside its module", spread_of(times),
           Measured{"tokens/s", own_rate, spread_of(peer).median, "LibTorch", Beside::peer}, kRounds}};
}

}  // namespace heed::bench
