#include "economy/ledger.h"

#include <atomic>
#include <map>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>

#include "base/expect_error.h"
#include "base/random.h"
#include "store/database.h"
#include "store/databases.h"
#include "store/event_log.h"
#include "store/sample_events.h"

namespace heed::economy {
namespace {

using store::kDatabases;
using store::kNoon;
using testing::ElementsAre;
using enum Stage;

class Ledgers : public store::OnDatabases {
 protected:
  std::unique_ptr<Ledger> open_ledger() { return economy::open_ledger(url_); }
};
INSTANTIATE_TEST_SUITE_P(On, Ledgers, kDatabases, store::database_name);

Posting posting(const std::string& id, Stage from, Stage to, int64_t milliseconds,
                const std::string& person = "张伟") {
  return {.id = id,
          .tenant = "acme",
          .person = person,
          .group = "analysts",
          .source = "rss",
          .task = "alerts",
          .from = from,
          .to = to,
          .milliseconds = milliseconds,
          .ts_us = kNoon,
          .note = "\"a\", 早上"};
}

std::vector<bool> post(Ledger& ledger, std::vector<Posting> postings) { return ledger.post(postings); }

TEST_P(Ledgers, give_back_what_was_posted_and_where_it_is_now) {
  const auto ledger = open_ledger();
  const std::vector<Posting> postings = {
      posting("1", world, acquired, 60'000), posting("2", acquired, allocated, 20'000),
      posting("3", allocated, retained, 12'000), posting("4", allocated, lost, 3'000)};
  EXPECT_THAT(ledger->post(postings), ElementsAre(true, true, true, true));
  EXPECT_THAT(ledger->balance("acme", "张伟"), ElementsAre(-60'000, 40'000, 5'000, 12'000, 3'000));
  std::vector<Posting> read;
  ledger->for_each([&](const Posting& one) { read.push_back(one); });
  EXPECT_EQ(read, postings);
  EXPECT_THAT(ledger->audit().faults, testing::IsEmpty());
  EXPECT_EQ(ledger->audit().postings, 4);
}

TEST_P(Ledgers, record_a_posting_once) {
  const auto ledger = open_ledger();
  EXPECT_THAT(post(*ledger, {posting("1", world, acquired, 10), posting("1", world, acquired, 10)}),
              ElementsAre(true, false));
  EXPECT_THAT(post(*ledger, {posting("1", world, acquired, 99)}), ElementsAre(false));
  EXPECT_EQ(ledger->balance("acme", "张伟")[1], 10);
}

TEST_P(Ledgers, nobody_spends_more_than_was_acquired_and_a_refused_call_leaves_nothing) {
  const auto ledger = open_ledger();
  post(*ledger, {posting("1", world, acquired, 1'000)});
  expect_error(ErrorCode::invalid_argument, {"1.001 s acquired", "张伟"}, [&] {
    post(*ledger, {posting("2", world, acquired, 500), posting("3", acquired, allocated, 1'501)});
  });
  expect_error(ErrorCode::invalid_argument, {"allocated"},
               [&] { post(*ledger, {posting("4", allocated, retained, 1)}); });
  EXPECT_THAT(ledger->balance("acme", "张伟"), ElementsAre(-1'000, 1'000, 0, 0, 0));
  EXPECT_EQ(ledger->audit().postings, 1);
  // Together they are covered, whatever their order.
  EXPECT_THAT(post(*ledger, {posting("5", acquired, allocated, 1'200), posting("6", world, acquired, 200)}),
              ElementsAre(true, true));
}

TEST_P(Ledgers, refuse_what_is_no_posting) {
  const auto ledger = open_ledger();
  const auto refused = [&](Posting one, const std::string& part) {
    expect_error(ErrorCode::invalid_argument, {part}, [&] { post(*ledger, {one}); });
  };
  refused(posting("", world, acquired, 1), "postings[0].id");
  refused(posting("1", world, acquired, 0), "milliseconds");
  refused(posting("1", world, acquired, -5), "found -5");
  refused(posting("1", world, acquired, kMaxMilliseconds + 1), "a year");
  refused(posting("1", world, retained, 1), "world to retained");
  refused(posting("1", lost, acquired, 1), "lost to acquired");
  Posting early = posting("1", world, acquired, 1);
  early.ts_us = -1;
  refused(early, "ts_us");
  EXPECT_EQ(ledger->audit().postings, 0);
}

TEST_P(Ledgers, make_statements_by_day_source_task_and_group) {
  const auto ledger = open_ledger();
  Posting next_day = posting("3", world, acquired, 7'000, "李娜");
  next_day.ts_us = kNoon + int64_t{24} * 3600 * 1'000'000;
  next_day.source = "mail";
  post(*ledger, {posting("1", world, acquired, 60'000), posting("2", acquired, allocated, 20'000), next_day});
  post(*ledger, {posting("4", allocated, acquired, 5'000), posting("5", acquired, world, 10'000)});
  const auto days = ledger->statement({});
  ASSERT_EQ(days.size(), 2U);
  EXPECT_LT(days[0].key, days[1].key);
  EXPECT_EQ(days[0].acquired, 50'000);
  EXPECT_EQ(days[0].allocated, 15'000);
  EXPECT_EQ(days[1].acquired, 7'000);
  const auto sources = ledger->statement({.by = StatementKey::source});
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].key, "mail");
  EXPECT_EQ(ledger->statement({.since_us = next_day.ts_us, .by = StatementKey::group}).front().acquired,
            7'000);
  EXPECT_TRUE(ledger->statement({.tenant = "other"}).empty());
}

// The invariant over everything that may happen: acquire, give back, allocate, release, attend, lose, repeat
// and overdraw, by people in turn, with a clock that goes back.
TEST_P(Ledgers, conserve_attention_after_each_of_many_random_operations) {
  const auto ledger = open_ledger();
  Random random(11);
  const std::array<std::pair<Stage, Stage>, 7> moves = {{{world, acquired},
                                                         {world, acquired},
                                                         {acquired, allocated},
                                                         {allocated, acquired},
                                                         {allocated, retained},
                                                         {allocated, lost},
                                                         {acquired, world}}};
  std::map<std::pair<std::string, Stage>, int64_t> expected;
  int refused = 0;
  const int operations = std::string(GetParam()) == "sqlite" ? 2'000 : 300;
  for (int i = 0; i < operations; ++i) {
    const std::string person = "p" + std::to_string(random.below(5));
    const auto [from, to] = moves[random.below(moves.size())];
    Posting one = posting("id" + std::to_string(random.below(10) == 0 ? i / 2 : i), from, to,
                          1 + static_cast<int64_t>(random.below(5'000)), person);
    one.ts_us = kNoon - static_cast<int64_t>(random.below(1'000'000'000));
    try {
      if (post(*ledger, {one}).front()) {
        expected[{person, from}] -= one.milliseconds;
        expected[{person, to}] += one.milliseconds;
      }
    } catch (const Error& error) {
      ++refused;
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    }
    const Balance balance = ledger->balance("acme", person);
    ASSERT_EQ(std::accumulate(balance.begin(), balance.end(), int64_t{0}), 0);
    for (size_t stage = 0; stage < kStages; ++stage) {
      const int64_t wanted = expected[{person, static_cast<Stage>(stage)}];
      ASSERT_EQ(balance[stage], wanted) << i;
    }
  }
  EXPECT_GT(refused, operations / 50);
  EXPECT_THAT(ledger->audit().faults, testing::IsEmpty());
}

TEST_P(Ledgers, many_threads_cannot_overdraw_together) {
  const auto ledger = open_ledger();
  post(*ledger, {posting("0", world, acquired, 1'000)});
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        const auto own = open_ledger();
        for (int i = 0; i < 10; ++i) {
          try {
            own->post(std::vector{posting("t" + std::to_string(10 * t + i), acquired, allocated, 100)});
            ++taken;
          } catch (const Error&) {
          }
        }
      });
    }
  }
  EXPECT_LE(taken, 10);
  EXPECT_EQ(ledger->balance("acme", "张伟")[2], 100 * taken);
  EXPECT_THAT(ledger->audit().faults, testing::IsEmpty());
}

TEST_P(Ledgers, forget_a_person_and_keep_the_sums) {
  const auto ledger = open_ledger();
  post(*ledger, {posting("1", world, acquired, 60'000), posting("2", acquired, allocated, 20'000)});
  post(*ledger, {posting("3", world, acquired, 5'000, "李娜")});
  const auto before = ledger->statement({});
  EXPECT_EQ(ledger->forget("acme", "张伟"), 2);
  EXPECT_EQ(ledger->forget("acme", "张伟"), 0);
  EXPECT_THAT(ledger->balance("acme", "张伟"), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_EQ(ledger->statement({}).front().acquired, before.front().acquired);
  EXPECT_THAT(ledger->audit().faults, testing::IsEmpty());
  std::string csv;
  write_csv(*ledger, [&](std::string_view line) { csv += line; });
  EXPECT_EQ(csv.find("张伟"), std::string::npos);
}

TEST_P(Ledgers, a_person_whose_events_are_deleted_is_forgotten_and_the_books_balance) {
  const auto ledger = open_ledger();
  post(*ledger, {posting("1", world, acquired, 60'000), posting("2", acquired, allocated, 20'000)});
  const auto before = ledger->statement({});
  store::open_event_log(url_)->delete_subject("acme", "张伟");
  EXPECT_THAT(ledger->balance("acme", "张伟"), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_EQ(ledger->statement({}).front().allocated, before.front().allocated);
  const Audit audit = ledger->audit();
  EXPECT_THAT(audit.faults, testing::IsEmpty());
  EXPECT_EQ(audit.postings, 2);
}

TEST_P(Ledgers, audit_finds_a_balance_that_was_tampered_with) {
  const auto ledger = open_ledger();
  post(*ledger, {posting("1", world, acquired, 60'000)});
  store::open_database(url_)->execute("UPDATE balances SET milliseconds = 61000 WHERE stage = 1");
  const auto faults = ledger->audit().faults;
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_THAT(faults[0], testing::HasSubstr("60.000 s"));
}

TEST_P(Ledgers, are_written_as_csv_and_for_prometheus) {
  const auto ledger = open_ledger();
  post(*ledger, {posting("1", world, acquired, 1'500)});
  std::string csv;
  write_csv(*ledger, [&](std::string_view line) { csv += line; });
  EXPECT_THAT(csv, testing::HasSubstr(",张伟,analysts,rss,alerts,world,acquired,1500,\"\"\"a\"\", 早上\"\n"));
  EXPECT_THAT(to_prometheus(*ledger),
              testing::HasSubstr("heed_attention_seconds_total{stage=\"acquired\",source=\"rss\"} 1.500\n"));
}

}  // namespace
}  // namespace heed::economy
