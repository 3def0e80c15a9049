#include "tune/back_translation.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <span>

#include <fmt/format.h>

#include "base/error.h"
#include "base/threads.h"
#include "infer/translator.h"
#include "train/progress.h"
#include "train/unlabelled.h"

namespace heed::tune {
namespace {

constexpr int64_t kLinesPerCall = 200;

// Several calls of one translator side by side; answers do not depend on how lines are cut into calls.
std::vector<std::string> translate(const train::Recipe& recipe, const std::vector<std::string>& lines,
                                   train::ProgressBar& progress) {
  const infer::Translator translator(open_model(recipe.data.back_translation));
  const infer::TranslateOptions options{.beam = recipe.eval.beam,
                                        .length_penalty = recipe.eval.length_penalty};
  const auto count = static_cast<int64_t>(lines.size());
  const int64_t calls = (count + kLinesPerCall - 1) / kLinesPerCall;
  std::vector<std::string> answers(lines.size());
  std::mutex mutex;
  int64_t done = 0;
  std::exception_ptr problem;
  const auto translate_part = [&](int64_t first, int64_t last) {
    const std::span<const std::string> part(lines.data() + first, static_cast<size_t>(last - first));
    auto results = translator.translate(part, options);
    for (int64_t i = first; i < last; ++i) answers[i] = std::move(results[i - first].best.front().text);
    const std::lock_guard lock(mutex);
    done += last - first;
    progress.say(fmt::format("back-translation: {} of {} texts", done, count));
  };
  on_threads(thread_count(recipe.train.threads))(calls, [&](int64_t begin, int64_t end) {
    try {
      for (int64_t call = begin; call < end; ++call)
        translate_part(call * kLinesPerCall, std::min(count, (call + 1) * kLinesPerCall));
    } catch (...) {
      const std::lock_guard lock(mutex);
      problem = std::current_exception();
    }
  });
  if (problem) std::rethrow_exception(problem);
  return answers;
}

}  // namespace

data::Table back_translate(const train::Recipe& recipe, const std::vector<const data::Table*>& held_out,
                           bool quiet) {
  int64_t left_out = 0;
  const data::Table texts =
      train::read_texts(recipe, recipe.data.monolingual, recipe.data.target, held_out, left_out);
  if (texts.rows.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: expected texts in the target language that are not in validation or test, "
                            "found none; name others in data.monolingual",
                            texts.files.front()));
  }
  train::ProgressBar progress(quiet);
  progress.say(fmt::format(
      "back-translation: {} texts left out because they also stand in validation or test", left_out));
  std::vector<std::string> lines;
  for (const data::Row& row : texts.rows) lines.push_back(row.fields[0]);
  std::vector<std::string> sources = translate(recipe, lines, progress);
  data::Table pairs{.columns = {recipe.data.source, recipe.data.target}, .rows = {}, .files = texts.files};
  for (size_t i = 0; i < lines.size(); ++i) {
    if (sources[i].empty()) continue;
    pairs.rows.push_back({.fields = {std::move(sources[i]), std::move(lines[i])},
                          .file = texts.rows[i].file,
                          .line = texts.rows[i].line});
  }
  if (pairs.rows.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "'data.back_translation': {}: expected translations of {} texts, found nothing in each; name "
            "a model that translates from the target language to the source",
            recipe.data.back_translation, lines.size()));
  }
  return pairs;
}

}  // namespace heed::tune
