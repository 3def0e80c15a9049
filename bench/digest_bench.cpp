// The digest: what a choice costs, what it is worth to simulated readers, what a flood gets.
//   digest_bench choice FOLDER | worth HEADLINES.ndjson | flood | loop
// prints one JSON object; `choice` leaves the problems in FOLDER, for CBC to solve.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include <fmt/format.h>

#include "apps/digest/choice.h"
#include "apps/digest/digest.h"
#include "apps/digest/inputs.h"
#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "digest_readers.h"
#include "loop_day.h"

namespace heed::bench {
namespace {

using apps::digest::Choice;
using apps::digest::ChoiceItem;
using apps::digest::ChoiceSolver;
using apps::digest::Entry;
using apps::digest::Item;
using apps::digest::Reader;
using apps::digest::Shelf;

constexpr int kProblems = 10;

double milliseconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// 500 items of 20 sources in 60 subjects, two of them must be read.
std::vector<ChoiceItem> problem(uint64_t seed) {
  Random random(seed);
  std::vector<ChoiceItem> items;
  for (int i = 0; i < 500; ++i)
    items.push_back({.value = random.uniform() * random.uniform(),
                     .minutes = 0.2 - 1.5 * std::log(1 - random.uniform()),
                     .subject = static_cast<uint32_t>(random.below(60)),
                     .source = static_cast<uint32_t>(random.below(20)),
                     .fixed = i < 2});
  items[0].minutes = 2;
  items[1].minutes = 1.5;
  return items;
}

Json choice(const std::string& folder) {
  std::vector<double> solve, again;
  Json values = Json::array(), gaps = Json::array();
  for (int k = 0; k < kProblems; ++k) {
    const std::vector<ChoiceItem> items = problem(static_cast<uint64_t>(k + 1));
    auto began = std::chrono::steady_clock::now();
    ChoiceSolver solver(items, {.minutes = 20});
    const Choice first = solver.solve();
    solve.push_back(milliseconds_since(began));
    for (const double minutes : {21.0, 25.0, 15.0, 20.0}) {
      began = std::chrono::steady_clock::now();
      solver.set_minutes(minutes);
      solver.solve();
      again.push_back(milliseconds_since(began));
    }
    write_file_atomically(std::filesystem::path(folder) / fmt::format("{}.lp", k), solver.to_lp());
    values.push_back(first.value);
    gaps.push_back(100 * (first.bound - first.value) / first.bound);
  }
  return {{"solve_ms", median(solve)}, {"solve_worst_ms", std::ranges::max(solve)},
          {"again_ms", median(again)}, {"again_worst_ms", std::ranges::max(again)},
          {"values", values},          {"own_gaps", gaps}};
}

// One story pasted by 50 sources, a word changed by each fifth, among 50 others, in both languages.
Json flood() {
  int64_t places = 0;
  for (const bool chinese : {false, true}) {
    std::vector<Item> items;
    for (int k = 0; k < 50; ++k) {
      const std::string copy =
          chinese ? std::string(
                        "震惊：乡村医院医生今天宣布发现能够治愈所有疾病的神奇药物，全国各地的患者正在赶来") +
                        (k % 5 == 0 ? "求医" : "")
                  : std::string(
                        "Doctors in a small village hospital announced today a miracle cure that helps "
                        "against every disease, and patients travel there from everywhere") +
                        (k % 5 == 0 ? " now" : "");
      items.push_back(
          {.id = fmt::format("copy{}", k), .source = fmt::format("s{}", k), .title = copy, .ts_us = 2});
      items.push_back({.id = fmt::format("other{}", k),
                       .source = fmt::format("t{}", k % 7),
                       .title = fmt::format(fmt::runtime(chinese ? "第{}号新闻：{}市{}区的事情"
                                                                 : "News {} of town {}, street {}"),
                                            k, k * 7919 % 1009, k * 104729 % 997),
                       .ts_us = 1});
    }
    Shelf shelf(std::move(items));
    Reader reader;
    reader.choose_topics({chinese ? "神奇药物" : "miracle cure"});
    int64_t own = 0;
    for (const Entry& entry : make_digest(shelf, reader, {.minutes = 20}, 2).entries)
      own += entry.story.lead.id.starts_with("copy") ? 1 : 0;
    places = std::max(places, own);
  }
  return {{"places", places}};
}

Json run(const std::string& what, const std::string& path) {
  if (what == "choice") return choice(path);
  if (what == "worth") return simulate_readers(path);
  if (what == "flood") return flood();
  if (what == "loop") return loop_day();
  throw Error(ErrorCode::invalid_argument,
              "expected choice FOLDER, worth FILE, flood or loop, found '" + what + "'");
}

}  // namespace
}  // namespace heed::bench

int main(int argc, char** argv) {
  try {
    std::cout << heed::bench::run(argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "").dump() << '\n';
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
