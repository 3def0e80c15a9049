// The engine that heed serve is held against, called in process.
//
//   serve_engine write FOLDER COUNT   FOLDER/classifier, a model of two versions (fp32, int8), and COUNT
//   texts
//                                     of 32 tokens in FOLDER/texts.txt
//   serve_engine run MODEL TEXTS WORKERS BATCH SECONDS
//                                     classifies in batches of BATCH texts on average, on WORKERS threads;
//                                     prints {"texts_per_second"}
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "infer/live_model.h"
#include "serving_model.h"

namespace heed::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

void write(const fs::path& folder, int count) {
  const ServingModel model(Precision::int8);
  fs::create_directories(folder);
  fs::copy(model.directory().path.parent_path(), folder / "classifier",
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  std::ofstream texts(folder / "texts.txt");
  for (int i = 0; i < count; ++i) texts << model.text(static_cast<uint64_t>(i)).line << '\n';
}

std::vector<std::string> read_lines(const fs::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  if (lines.empty()) throw Error(ErrorCode::not_found, file.string() + ": expected texts, found none");
  return lines;
}

// Batches of one size or the next, so that their mean is `batch`.
int64_t classify(const infer::LiveModel& model, const std::vector<std::string>& lines, double batch,
                 Clock::time_point end) {
  int64_t done = 0;
  std::vector<std::string> texts;
  for (double wanted = batch; Clock::now() < end; wanted += batch) {
    texts.clear();
    while (static_cast<double>(done + static_cast<int64_t>(texts.size())) + 0.5 < wanted)
      texts.push_back(lines[(static_cast<size_t>(done) + texts.size()) % lines.size()]);
    if (texts.empty()) continue;
    done += static_cast<int64_t>(model.answer(texts, infer::ClassifyOptions{}).size());
  }
  return done;
}

void run(const fs::path& path, const fs::path& texts, int workers, double batch, double seconds) {
  const infer::LiveModel model(open_model(path));
  const std::vector<std::string> lines = read_lines(texts);
  const auto begin = Clock::now();
  const auto end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::vector<int64_t> done(static_cast<size_t>(workers));
  {
    std::vector<std::jthread> threads;
    for (int64_t& count : done) threads.emplace_back([&] { count = classify(model, lines, batch, end); });
  }
  int64_t all = 0;
  for (const int64_t count : done) all += count;
  const double taken = std::chrono::duration<double>(Clock::now() - begin).count();
  fmt::print("{{\"texts_per_second\": {:.1f}}}\n", static_cast<double>(all) / taken);
}

int main_of(const std::vector<std::string>& words) {
  try {
    if (words.size() == 3 && words[0] == "write") return write(words[1], std::stoi(words[2])), 0;
    if (words.size() == 6 && words[0] == "run")
      return run(words[1], words[2], std::stoi(words[3]), std::stod(words[4]), std::stod(words[5])), 0;
    fmt::print(stderr,
               "serve_engine: expected write FOLDER COUNT, or run MODEL TEXTS WORKERS BATCH SECONDS\n");
  } catch (const std::exception& problem) {
    fmt::print(stderr, "serve_engine: {}\n", problem.what());
  }
  return 1;
}

}  // namespace
}  // namespace heed::bench

int main(int count, char** words) { return heed::bench::main_of({words + 1, words + count}); }
