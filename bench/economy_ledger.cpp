// The ledger: sustained postings, conservation, kill -9.
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "economy/ledger.h"
#include "economy_evaluation.h"

namespace heed::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

economy::Posting random_posting(Random& random, const std::string& id, int64_t people) {
  using enum economy::Stage;
  static constexpr std::array<std::pair<economy::Stage, economy::Stage>, 4> kMoves = {
      {{world, acquired}, {world, acquired}, {acquired, allocated}, {allocated, retained}}};
  const auto [from, to] = kMoves[random.below(kMoves.size())];
  return {
      .id = id,
      .tenant = "",
      .person = "p" + std::to_string(random.below(static_cast<uint64_t>(people))),
      .group = "g" + std::to_string(random.below(4)),
      .source = "s" + std::to_string(random.below(10)),
      .task = "t" + std::to_string(random.below(5)),
      .from = from,
      .to = to,
      .milliseconds = from == world ? 60'000 : 1 + static_cast<int64_t>(random.below(1'000)),
      .ts_us = int64_t{1'700'000'000} * 1'000'000 + static_cast<int64_t>(random.below(86'400)) * 1'000'000};
}

// One transaction of 2000 postings after another for a minute.
Json sustained(const std::string& url, double seconds) {
  const auto ledger = economy::open_ledger(url);
  Random random(1);
  int64_t posted = 0, refused = 0, number = 0;
  std::vector<economy::Posting> batch;
  for (int64_t person = 0; person < 1000; ++person) {  // nobody runs out
    for (const auto& [from, to, amount] :
         {std::tuple{economy::Stage::world, economy::Stage::acquired, economy::kMaxMilliseconds},
          std::tuple{economy::Stage::acquired, economy::Stage::allocated, economy::kMaxMilliseconds / 2}}) {
      auto one = random_posting(random, "start" + std::to_string(number++), 1000);
      one.person = "p" + std::to_string(person);
      one.from = from;
      one.to = to;
      one.milliseconds = amount;
      batch.push_back(one);
    }
  }
  ledger->post(batch);
  const auto begin = Clock::now();
  while (seconds_since(begin) < seconds) {
    batch.clear();
    for (int i = 0; i < 2000; ++i)
      batch.push_back(random_posting(random, "id" + std::to_string(number++), 1000));
    try {
      for (const bool is_new : ledger->post(batch)) posted += is_new;
    } catch (const Error&) {
      ++refused;
    }
  }
  const double taken = seconds_since(begin);
  const economy::Audit audit = ledger->audit();
  return {{"per_minute", 60 * static_cast<double>(posted) / taken},
          {"refused", refused},
          {"faults", audit.faults.size()}};
}

// One posting at a time, the books added up from the outside after each.
Json conservation(const std::string& url, int operations) {
  const auto ledger = economy::open_ledger(url);
  Random random(2);
  int64_t broken = 0, refused = 0;
  std::map<std::string, economy::Balance> kept;
  for (int i = 0; i < operations; ++i) {
    const auto one = random_posting(random, "id" + std::to_string(random.below(10) == 0 ? i / 2 : i), 20);
    bool is_new = false;
    try {
      is_new = ledger->post(std::vector{one}).front();
    } catch (const Error&) {
      ++refused;
    }
    if (is_new) {
      kept[one.person][static_cast<size_t>(one.from)] -= one.milliseconds;
      kept[one.person][static_cast<size_t>(one.to)] += one.milliseconds;
    }
    const economy::Balance balance = ledger->balance("", one.person);
    broken += std::accumulate(balance.begin(), balance.end(), int64_t{0}) != 0 || balance != kept[one.person];
  }
  return {{"operations", operations},
          {"broken", broken},
          {"refused", refused},
          {"faults", ledger->audit().faults.size()}};
}

// A child posts and says which it knows to be on the disk, until it is killed.
Json killed(const std::string& url, int kills) {
  economy::open_ledger(url);
  Random random(3);
  int64_t lost = 0, acknowledged = 0;
  std::set<std::string> told;
  for (int round = 0; round < kills; ++round) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw Error(ErrorCode::io, "pipe: expected one, found none");
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      const auto ledger = economy::open_ledger(url);
      Random own(static_cast<uint64_t>(round) + 50);
      for (int64_t number = int64_t{round} * 1'000'000;; ++number) {
        auto one = random_posting(own, std::to_string(number), 10);
        one.from = economy::Stage::world;
        one.to = economy::Stage::acquired;
        ledger->post(std::vector{one});
        if (::write(ends[1], &number, sizeof number) != sizeof number) ::_exit(1);
      }
    }
    ::close(ends[1]);
    int64_t number = 0;
    for (uint64_t i = 1 + random.below(200);
         i > 0 && ::read(ends[0], &number, sizeof number) == sizeof number; --i)
      told.insert(std::to_string(number));
    ::usleep(static_cast<useconds_t>(random.below(3000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    while (::read(ends[0], &number, sizeof number) == sizeof number) told.insert(std::to_string(number));
    ::close(ends[0]);
  }
  acknowledged = static_cast<int64_t>(told.size());
  const auto ledger = economy::open_ledger(url);
  ledger->for_each([&](const economy::Posting& one) { told.erase(one.id); });
  lost = static_cast<int64_t>(told.size());
  return {{"kills", kills},
          {"acknowledged", acknowledged},
          {"lost", lost},
          {"faults", ledger->audit().faults.size()}};
}

}  // namespace

Json ledger() {
  const fs::path folder = fs::temp_directory_path() / fmt::format("heed-ledger-{}", ::getpid());
  fs::create_directory(folder);
  const auto url = [&](const char* name) { return "sqlite:" + (folder / name).string(); };
  const Json result = {{"kill", killed(url("kill.db"), 20)},
                       {"conservation", conservation(url("random.db"), 10'000)},
                       {"sustained", sustained(url("sustained.db"), 60)}};
  fs::remove_all(folder);
  return result;
}

}  // namespace heed::bench
