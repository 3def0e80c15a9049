#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include "base/error.h"
#include "base/threads.h"
#include "train/recipe.h"
#include "train/task.h"
#include "train/trainer.h"
#include "training_rows.h"

namespace heed::bench {
namespace {

using torch::Tensor;

constexpr int64_t kThreads = 2;
constexpr int64_t kStepsARound = 6;
constexpr int kRounds = 9;
constexpr int64_t kProductSize = 1024;
constexpr double kLearningRate = 5e-4;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double seconds_of(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return seconds_since(begin);
}

// Gone with what a training leaves in it.
struct Folder {
  Folder() { std::filesystem::create_directories(path / "model.run"); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("heed-training-bench-" + std::to_string(::getpid()));
};

train::Recipe recipe(const std::filesystem::path& model) {
  const char* data = std::getenv("HEED_DATA");
  const std::filesystem::path folder =
      std::filesystem::path(data != nullptr ? data : "../shared/data") / "translation/multi30k_en_de";
  if (!std::filesystem::exists(folder))
    throw Error(ErrorCode::not_found,
                folder.string() + ": expected Multi30k here, found nothing; set HEED_DATA");
  return train::read_recipe(
      "recipes/multi30k.toml",
      {"data.folder=" + folder.string(), "train.dropout=0.1", "train.threads=" + std::to_string(kThreads),
       "train.accumulate=2", "output.model=" + model.string()});
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
  const Folder folder;
  const train::Recipe job = recipe(folder.path / "model");
  const train::Corpus corpus = train::load_corpus(job);
  const std::unique_ptr<train::Task> task = train::labelled_task(job, corpus);
  const auto plan = task->plan(0);
  train::Network network(corpus.config, 1);
  const auto first_loss = [&] {
    const torch::NoGradGuard no_grad;
    const train::Loss loss = network.loss(task->batch(plan[0], 0, 1), {}, {});
    return loss.negative_log_likelihood / static_cast<double>(loss.units);
  };
  PlainTransformer plain(corpus.config, job.train.dropout, job.train.label_smoothing, kLearningRate);
  Products products;
  std::vector<double> own, peer, limit, share, times;
  const double own_before = first_loss();
  double peer_before = 0, peer_after = 0;
  // The trainer's own loop, stopped after every round of its steps to give the others their turn.
  int64_t steps = 0;
  auto own_began = std::chrono::steady_clock::now();
  const auto after_step = [&] {
    if (++steps % kStepsARound != 0) return false;
    const double own_seconds = seconds_since(own_began);
    double tokens = 0, operations_done = 0;
    std::vector<std::vector<int64_t>> sentences;  // of a step
    for (int64_t s = steps - kStepsARound; s < steps; ++s) {
      sentences.emplace_back();
      for (const auto& numbers : {plan[2 * s], plan[2 * s + 1]}) {
        const train::Batch made = task->batch(numbers, 0, 1);
        tokens += static_cast<double>(made.target.rows());
        operations_done += operations(corpus.config, made);
        sentences.back().insert(sentences.back().end(), numbers.begin(), numbers.end());
      }
    }
    const double products_seconds = seconds_of([&] { products.run(); });
    const double peer_seconds = seconds_of([&] {
      at::set_num_threads(kThreads);
      for (const auto& numbers : sentences) peer_after = plain.step(corpus.train.examples, numbers);
    });
    at::set_num_threads(1);
    if (steps == kStepsARound) {  // the first round warms up
      peer_before = peer_after;
    } else {
      own.push_back(tokens / own_seconds);
      peer.push_back(tokens / peer_seconds);
      limit.push_back(tokens * (Products::kOperations / products_seconds) / operations_done);
      share.push_back(own.back() / limit.back());
      times.push_back(peer_seconds / own_seconds);
    }
    own_began = std::chrono::steady_clock::now();
    return static_cast<int>(own.size()) == kRounds;
  };
  train::ProgressBar silent(true);
  train::Trainer(job, corpus, network, silent)
      .fit({.validate = {}, .snapshot = {}, .stop_requested = after_step}, false);
  require_learned("Heed", own_before, first_loss());
  require_learned("LibTorch's module", peer_before, peer_after);
  const double own_rate = spread_of(own).median;
  return {{"tokens_per_second", "target tokens/s", spread_of(own), std::nullopt, kRounds},
          {"share", "of two cores' sgemm", spread_of(share),
           Measured{"tokens/s", own_rate, spread_of(limit).median, "sgemm"}, kRounds},
          {"times_libtorch", "beside its module", spread_of(times),
           Measured{"tokens/s", own_rate, spread_of(peer).median, "LibTorch", Beside::peer}, kRounds}};
}

}  // namespace heed::bench
