// The recommendation engine in process: latency and throughput of slates, freshness, the memory of histories,
// and what `promote` says of policies whose worth is known. recommend_engine slates|fresh|memory|promote; one
// JSON object.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include <malloc.h>
#include <stdlib.h>

#include "apps/recommend/engine.h"
#include "apps/recommend/promotion.h"
#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "metrics/intervals.h"
#include "model/model_directory.h"

namespace heed::bench {
namespace {

using namespace apps::recommend;
using Clock = std::chrono::steady_clock;
constexpr int64_t kSecond = 1'000'000;
constexpr int kItems = 100'000, kUsers = 2000, kEvents = 50;

double milliseconds_since(Clock::time_point began) {
  return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

// A random model of the recipe's shape: what it costs does not depend on what it knows.
class Shop {
 public:
  Shop() {
    std::string pattern = (std::filesystem::temp_directory_path() / "heed-bench-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ModelContents contents;
    contents.config = config();
    Random random(1);
    for (const WeightShape& weight : weight_shapes(contents.config)) {
      size_t count = 1;
      for (const int64_t side : weight.shape) count *= static_cast<size_t>(side);
      std::vector<float> values(count);
      for (float& value : values) value = static_cast<float>(0.125 * random.normal());
      Tensor tensor{weight.name, DataType::f32, weight.shape, std::string(count * sizeof(float), '\0')};
      std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
      contents.weights.push_back(std::move(tensor));
    }
    model_ = std::make_unique<infer::SequenceRanker>(open_model(write_model(folder_ / "model", contents)));
    engine_ = std::make_unique<Engine>(*model_, Ranker(), EngineOptions{});
    for (int i = 0; i < kItems; ++i)
      engine_->put({.id = "i" + std::to_string(i), .tags = {"t" + std::to_string(i % 300)}});
    for (int u = 0; u < kUsers; ++u) {
      for (int e = 0; e < kEvents; ++e)
        engine_->take("u" + std::to_string(u), "i" + std::to_string(random.below(kItems)), "view",
                      (1'700'000'000 + 1000 * e) * kSecond);
    }
  }
  ~Shop() { std::filesystem::remove_all(folder_); }

  Engine& engine() { return *engine_; }
  RecommendRequest request(uint64_t user) const {
    return {.user = "u" + std::to_string(user % kUsers), .slate = engine_->options().slate, .id = {}};
  }

 private:
  static ModelConfig config() {
    ModelConfig config;
    config.architecture = Architecture::transformer_encoder;
    config.dim = 64;
    config.ffn_dim = 256;
    config.heads = config.key_heads = 2;
    config.encoder_layers = 2;
    config.decoder_layers = 0;
    config.max_length = kEvents;
    config.positions = "learned";
    config.activation = "gelu";
    config.source_tokenizer = config.target_tokenizer = "";
    config.source_vocabulary = kItems;
    config.sequence = SequenceConfig{.name = "next", .items = {}, .kinds = {"view"}, .gaps = 24};
    for (int i = 0; i < kItems; ++i) config.sequence->items.push_back("i" + std::to_string(i));
    return config;
  }

  std::filesystem::path folder_;
  std::unique_ptr<infer::SequenceRanker> model_;
  std::unique_ptr<Engine> engine_;
};

Json slates() {
  Shop shop;
  std::vector<double> times;
  for (uint64_t i = 0; i < 2200; ++i) {
    const auto began = Clock::now();
    if (shop.engine().recommend(shop.request(i)).items.size() != 10)
      throw Error(ErrorCode::internal, "slates: expected 10 places");
    if (i >= 200) times.push_back(milliseconds_since(began));
  }
  const int64_t threads = std::max(1U, std::thread::hardware_concurrency());
  constexpr uint64_t kEach = 1500;
  const auto began = Clock::now();
  std::vector<std::thread> running;
  for (int64_t t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (uint64_t i = 0; i < kEach; ++i)
        shop.engine().recommend(shop.request(i * 7 + static_cast<uint64_t>(t)));
    });
  }
  for (std::thread& thread : running) thread.join();
  const double seconds = milliseconds_since(began) / 1000.0;
  return {{"p50", metrics::percentile(times, 0.5)},
          {"p99", metrics::percentile(times, 0.99)},
          {"per_second", static_cast<double>(threads) * static_cast<double>(kEach) / seconds},
          {"threads", threads}};
}

Json fresh() {
  Shop shop;
  double event = 0.0, item = 0.0;
  for (uint64_t i = 0; i < 200; ++i) {
    const RecommendRequest request = shop.request(i);
    auto began = Clock::now();
    shop.engine().take(request.user, "i" + std::to_string(i * 97 % kItems), "view", store::now_us());
    shop.engine().recommend(request);
    event = std::max(event, milliseconds_since(began));
    began = Clock::now();
    const std::string id = "new" + std::to_string(i);
    shop.engine().put({.id = id, .ts_us = store::now_us()});
    RecommendRequest among = request;
    among.among = {id, "i1"};
    if (shop.engine().recommend(among).items.size() != 2)
      throw Error(ErrorCode::internal, "fresh: expected the new item among those ranked");
    item = std::max(item, milliseconds_since(began));
  }
  return {{"event_ms", event}, {"item_ms", item}};
}

int64_t resident_bytes() {
  std::ifstream stream("/proc/self/statm");
  int64_t pages = 0, resident = 0;
  stream >> pages >> resident;
  return resident * 4096;
}

Json memory() {
  constexpr int kPeople = 1'000'000;
  const int64_t before = resident_bytes();
  UserHistories histories(kEvents);
  Random random(2);
  const auto began = Clock::now();
  for (int e = 0; e < kEvents; ++e) {
    for (int u = 0; u < kPeople; ++u)
      histories.add(
          "user-" + std::to_string(u),
          {.item = static_cast<int32_t>(random.below(kItems)), .kind = 0, .ts_us = (1 + e) * 1000 * kSecond});
  }
  const double seconds = milliseconds_since(began) / 1000.0;
  ::malloc_trim(0);
  const int64_t bytes = resident_bytes() - before;
  if (histories.people() != kPeople || histories.of("user-77").size() != kEvents)
    throw Error(ErrorCode::internal, "memory: expected every event to be kept");
  return {{"gib", static_cast<double>(bytes) / (1 << 30)},
          {"events_per_second", kPeople * double{kEvents} / seconds}};
}

// Ten items a place; what each is worth depends on who looks; the live policy and the judged one lean on
// different guesses of it, exploring with 0.3. The truth is summed over everybody.
class Simulator {
 public:
  explicit Simulator(uint64_t seed) : random_(seed) {
    for (auto* table : {&worth_, &live_, &judged_}) {
      table->resize(kContexts * kOptions);
      for (double& value : *table) value = random_.uniform();
    }
    for (size_t i = 0; i < worth_.size(); ++i) worth_[i] = 0.02 + 0.2 * worth_[i];
    const double knows = random_.uniform(), knows_live = random_.uniform();
    for (size_t i = 0; i < worth_.size(); ++i) {
      judged_[i] = knows * worth_[i] * 4.0 + (1.0 - knows) * judged_[i];
      live_[i] = knows_live * worth_[i] * 4.0 + (1.0 - knows_live) * live_[i];
    }
  }

  double truth(bool judged) const {
    double value = 0.0;
    for (size_t c = 0; c < kContexts; ++c) {
      for (size_t i = 0; i < kOptions; ++i)
        value += probability(judged ? judged_ : live_, c, i) * worth_[c * kOptions + i] / kContexts;
    }
    return kPlaces * value;
  }

  std::vector<LoggedSlate> log(int slates) {
    std::vector<LoggedSlate> all(static_cast<size_t>(slates));
    for (LoggedSlate& slate : all) {
      const size_t context = random_.below(kContexts);
      for (size_t p = 0; p < kPlaces; ++p) {
        double left = random_.uniform();
        size_t shown = 0;
        while (shown + 1 < kOptions && (left -= probability(live_, context, shown)) >= 0.0) ++shown;
        LoggedPlace place{.item = static_cast<int32_t>(shown),
                          .propensity = probability(live_, context, shown)};
        place.reward = random_.uniform() < worth_[context * kOptions + shown] ? 1.0 : 0.0;
        for (size_t i = 0; i < kOptions; ++i)
          place.target.emplace_back(static_cast<int32_t>(i), probability(judged_, context, i));
        slate.push_back(std::move(place));
      }
    }
    return all;
  }

 private:
  static constexpr size_t kContexts = 20, kOptions = 10, kPlaces = 3;

  static double probability(const std::vector<double>& scores, size_t context, size_t item) {
    const auto begin = scores.begin() + static_cast<std::ptrdiff_t>(context * kOptions);
    const auto best = static_cast<size_t>(std::max_element(begin, begin + kOptions) - begin);
    return item == best ? 0.7 : 0.3 / (kOptions - 1);
  }

  Random random_;
  std::vector<double> worth_, live_, judged_;
};

Json promote() {
  constexpr int kRuns = 2000, kSlates = 2000;
  int64_t covered = 0, worse = 0, worse_promoted = 0, better = 0, better_promoted = 0;
  for (int run = 0; run < kRuns; ++run) {
    Simulator simulator(1000 + static_cast<uint64_t>(run));
    const Promotion judged = judge_policy(simulator.log(kSlates));
    const double difference = simulator.truth(true) - simulator.truth(false);
    covered += judged.interval.lower <= difference && difference <= judged.interval.upper ? 1 : 0;
    (difference > 0.0 ? better : worse) += 1;
    if (judged.is_proven) (difference > 0.0 ? better_promoted : worse_promoted) += 1;
  }
  const auto share = [](int64_t part, int64_t whole) {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  };
  return {{"covered", share(covered, kRuns)},
          {"worse_promoted", share(worse_promoted, worse)},
          {"better_promoted", share(better_promoted, better)},
          {"runs", kRuns}};
}

Json measure(const std::string& what) {
  if (what == "slates") return slates();
  if (what == "fresh") return fresh();
  if (what == "memory") return memory();
  if (what == "promote") return promote();
  throw Error(ErrorCode::invalid_argument, "expected slates, fresh, memory or promote, found '" + what + "'");
}

}  // namespace
}  // namespace heed::bench

int main(int argc, char** argv) {
  try {
    std::cout << heed::bench::measure(argc > 1 ? argv[1] : "").dump() << "\n";
    return 0;
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return 2;
  }
}
