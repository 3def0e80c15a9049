#include <csignal>
#include <cstdlib>
#include <map>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "store/databases.h"
#include "store/event_writer.h"
#include "store/sample_events.h"

// A server that is killed with SIGKILL while it acknowledges: what it acknowledged is in the log, once.
namespace heed::store {
namespace {

class KilledWriters : public OnDatabases {};
INSTANTIATE_TEST_SUITE_P(On, KilledWriters, kDatabases, database_name);

// The child: submits decisions of ever new numbers, and sends each number through the pipe when it is
// acknowledged.
[[noreturn]] void submit_and_acknowledge(const std::string& url, int64_t first, int pipe) {
  const auto log = open_event_log(url);
  EventWriter writer(*log, {.max_pending = 400, .max_batch = 50});
  for (int64_t number = first;;) {
    try {
      std::vector<Event> events = {
          sample_decision("d" + std::to_string(number)),
          sample_outcome("o" + std::to_string(number), "d" + std::to_string(number))};
      writer.submit(std::move(events), [number, pipe](const WriteResult& result) {
        if (!result.error && ::write(pipe, &number, sizeof number) != sizeof number) ::_exit(1);
      });
      ++number;
    } catch (const Error&) {  // full: the database is the slower
      ::usleep(1000);
    }
  }
}

TEST_P(KilledWriters, lose_no_acknowledged_event_and_record_none_twice) {
  open();
  Random random(20);
  std::map<std::string, int> acknowledged;
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      submit_and_acknowledge(url_, round * 1'000'000, ends[1]);
    }
    ::close(ends[1]);
    // Killed somewhere in the middle: after a few acknowledgements and a random while.
    const uint64_t wanted = 1 + random.below(300);
    int64_t number = 0;
    for (uint64_t i = 0; i < wanted && ::read(ends[0], &number, sizeof number) == sizeof number; ++i) {
      ++acknowledged["d" + std::to_string(number)];
    }
    ::usleep(static_cast<useconds_t>(random.below(3000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself in round " << round;
    while (::read(ends[0], &number, sizeof number) == sizeof number)
      ++acknowledged["d" + std::to_string(number)];
    ::close(ends[0]);
  }
  std::map<std::string, int> recorded;
  int64_t outcomes = 0;
  open()->for_each_decision({}, [&](const Decision& decision, std::span<const Outcome> its) {
    ++recorded[decision.event_id];
    outcomes += static_cast<int64_t>(its.size());
  });
  for (const auto& [id, times] : acknowledged) EXPECT_EQ(recorded[id], 1) << id;
  for (const auto& [id, times] : recorded) EXPECT_EQ(times, 1) << id;
  EXPECT_EQ(outcomes, static_cast<int64_t>(recorded.size()))
      << "a decision and its outcome went in one transaction";
  EXPECT_GE(acknowledged.size(), 20u);
}

}  // namespace
}  // namespace heed::store
