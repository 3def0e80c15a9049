#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "economy/attention_memory.h"
#include "economy/memory_fit.h"
#include "economy/schedule.h"
#include "economy_rows.h"

namespace heed::bench {
namespace {

namespace fs = std::filesystem;
using economy::Rating;

constexpr size_t kTimedReviews = 100'000;

fs::path folder() {
  const char* data = std::getenv("HEED_DATA");
  const fs::path path = fs::path(data != nullptr ? data : "../shared/data") / "economy/review_log";
  if (!fs::exists(path))
    throw Error(ErrorCode::not_found,
                path.string() + ": expected the review log here, found nothing; set HEED_DATA");
  return path;
}

// `copies` times the log, each copy with cards of its own.
economy::ReviewLog read_log(int copies) {
  economy::ReviewLog log;
  for (int copy = 0; copy < copies; ++copy) {
    std::ifstream stream(folder() / "reviews.csv");
    std::string line;
    std::getline(stream, line);
    for (int number = 2; std::getline(stream, line); ++number) {
      const size_t a = line.find(','), b = line.find(',', a + 1), c = line.find(',', b + 1);
      log.add(fmt::format("{}-{}", copy, line.substr(0, a)), line.substr(a + 1, b - a - 1),
              line.substr(b + 1, c - b - 1), fmt::format("reviews.csv:{}", number), line.substr(c + 1));
    }
  }
  log.sort();
  return log;
}

bool intervals_match(const nlohmann::json& one, const economy::MemoryModel& model) {
  economy::ScheduledItem item;
  int64_t now = 1'700'000'000'000'000;
  for (size_t k = 0; k < one["ratings"].size(); ++k) {
    economy::review(model, {}, static_cast<Rating>(one["ratings"][k].get<int>()), now, item);
    if ((item.due_us - now) / economy::kDayUs != one["interval_days"][k].get<int64_t>()) return false;
    now = item.due_us;
  }
  return true;
}

bool memory_matches(const nlohmann::json& one, const economy::MemoryModel& model) {
  economy::MemoryState state;
  for (size_t k = 0; k < one["ratings"].size(); ++k) {
    const auto rating = static_cast<Rating>(one["ratings"][k].get<int>());
    state = k == 0 ? model.first(rating) : model.next(state, rating, one["gap_days"][k].get<double>());
  }
  const double tolerance = one["tolerance"].get<double>();
  return std::abs(state.stability - one["stability"].get<double>()) <= tolerance &&
         std::abs(state.difficulty - one["difficulty"].get<double>()) <= tolerance;
}

// Known answers that differ, those without a rule here among them.
int misses() {
  std::ifstream stream(folder() / "conformance.json");
  const nlohmann::json known = nlohmann::json::parse(stream);
  const economy::MemoryModel model(known["default_parameters"].get<economy::MemoryParameters>());
  int wrong = 0;
  for (const auto& one : known["cases"])
    wrong +=
        (one.contains("interval_days") ? intervals_match(one, model) : memory_matches(one, model)) ? 0 : 1;
  return wrong;
}

}  // namespace

std::vector<Figure> economy_fsrs() {
  const int wrong = misses();
  const economy::ReviewLog log = read_log(1);
  const size_t end = log.reviews().size(), split = end * 8 / 10;
  const economy::MemoryModel fitted = economy::fit_memory(log, split);
  const economy::RecallFigures figures = economy::recall_figures(fitted, log, split, end);
  const double by_default = economy::recall_figures(economy::MemoryModel(), log, split, end).log_loss;
  const double average = economy::average_log_loss(log, split, end);
  const economy::ReviewLog large = read_log(static_cast<int>(kTimedReviews / end + 1));
  const auto begin = std::chrono::steady_clock::now();
  economy::fit_memory(large, kTimedReviews);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return {once("misses", "known answers that differ", wrong),
          once("below_average", "log loss, average only less fitted", average - figures.log_loss),
          once("below_default", "log loss, default less fitted", by_default - figures.log_loss),
          once("fit_seconds", "10^5 reviews", seconds),
          once("log_loss", "fitted, last 20 %", figures.log_loss),
          once("log_loss_default", "default parameters", by_default),
          once("log_loss_average", "average only", average),
          once("predicted_reviews", "of the last 20 %", static_cast<double>(figures.reviews))};
}

std::vector<Figure> economy_memory_model() {
  const economy::ReviewLog log = read_log(1);
  const size_t end = log.reviews().size(), split = end * 8 / 10;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<double> losses;
  int64_t parameters = 0;
  for (const uint64_t seed : {1, 2, 3, 4, 5}) {
    const economy::HistoryModel model =
        economy::fit_attention_memory(log, split, {.fit = {.seed = 10 * seed}});
    losses.push_back(economy::recall_figures(model, log, split, end).log_loss);
    parameters = model.parameters();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / 5;
  const double fsrs = economy::recall_figures(economy::fit_memory(log, split), log, split, end).log_loss;
  const Spread loss = spread_of(losses);
  return {Figure{.key = "log_loss",
                 .text = "attention model, last 20 %, median of 5 seeds",
                 .value = loss,
                 .measured = std::nullopt,
                 .rounds = 5},
          once("log_loss_worst", "of the seeds", *std::ranges::max_element(losses)),
          once("log_loss_fsrs", "FSRS-6 fitted", fsrs),
          once("log_loss_default", "default parameters",
               economy::recall_figures(economy::MemoryModel(), log, split, end).log_loss),
          once("log_loss_average", "average only", economy::average_log_loss(log, split, end)),
          once("parameters", "of 5 members together", static_cast<double>(parameters)),
          once("fit_seconds", "one thread", seconds)};
}

}  // namespace heed::bench
