#include "data/interactions.h"

#include <gtest/gtest.h>

#include "data/files.h"
#include "data/interaction_split.h"

namespace heed::data {
namespace {

constexpr int64_t kSecond = 1'000'000;

InteractionLog parse(std::string_view text, const std::string& name) {
  InteractionLog log;
  parse_interactions(text, name, {}, log);
  return log;
}

// "user item kind seconds", an event each.
std::vector<std::string> lines(const InteractionLog& log, const std::vector<Interaction>& rows) {
  std::vector<std::string> all;
  for (const Interaction& row : rows)
    all.push_back(log.users.name(row.user) + " " + log.items.name(row.item) + " " + log.kinds.name(row.kind) +
                  " " + (row.ts_us == kNoTime ? "-" : std::to_string(row.ts_us / kSecond)));
  return all;
}

using Lines = std::vector<std::string>;

TEST(Interactions, are_read_from_tables_lines_and_sequences_alike) {
  const Lines timed = {"ann 茶 view 100", "ann tea buy 200", "bob tea view 300"};
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"a.csv", "user,item,kind,time\nann,茶,,100\nann,\"tea\",buy,200\nbob,tea,view,300\n"},
           {"a.tsv",
            "item_id\tuser_id\ttimestamp\tevent\n茶\tann\t100\t\ntea\tann\t200\tbuy\ntea\tbob\t300\tview\n"},
           {"a.inter",
            "user_id:token\titem_id:token\ttimestamp:float\ttype:token\nann\t茶\t100."
            "0\t\nann\ttea\t200\tbuy\nbob\ttea\t300\tview\n"},
           {"a.jsonl",
            "{\"UserId\":\"ann\",\"ItemId\":\"茶\",\"Timestamp\":\"1970-01-01T00:01:40Z\"}\n"
            "{\"UserId\":\"ann\",\"ItemId\":\"tea\",\"FeedbackType\":\"buy\",\"Timestamp\":200}\n"
            "{\"user\":\"bob\",\"item\":\"tea\",\"time_us\":300000000}\n"}}) {
    const InteractionLog log = parse(text, name);
    EXPECT_EQ(lines(log, log.rows), timed) << name;
  }
  const InteractionLog sequences = parse("ann 茶 tea\nbob tea\n", "Beauty.txt");
  EXPECT_EQ(lines(sequences, sequences.rows), (Lines{"ann 茶 view -", "ann tea view -", "bob tea view -"}));
  const InteractionLog lists =
      parse("user_id:token\titem_id_list:token_seq\n0\t茶 tea\n", "interactions.tsv");
  EXPECT_EQ(lines(lists, lists.rows), (Lines{"0 茶 view -", "0 tea view -"}));
}

TEST(Interactions, name_file_line_and_cure_of_what_is_wrong) {
  const auto message = [](const std::string& text, const std::string& name) {
    return error_of(ErrorCode::corrupt_data, [&] { parse(text, name); });
  };
  EXPECT_EQ(message("a,b\n1,2\n", "x.csv"),
            "x.csv:1: expected a header with a column of users (user, user_id, UserId) and one of items "
            "(item, item_id, "
            "ItemId), found 'a', 'b'");
  EXPECT_EQ(message("user,item\nann,\n", "x.csv"),
            "x.csv:2: expected the id of an item, found nothing; fill it in or remove the row");
  EXPECT_EQ(message("user,item,time\nann,tea,soon\n", "x.csv"),
            "x.csv:2: expected a time, seconds since 1970 or 2024-05-01T10:00:00Z, found 'soon'");
  EXPECT_EQ(message("user,item,value\nann,tea,much\n", "x.csv"),
            "x.csv:2: expected a number as value, found 'much'");
  EXPECT_EQ(message("user,item\nann,tea,1\n", "x.csv"), "x.csv:2: expected 2 fields, found 3");
  EXPECT_EQ(message("ann\n", "x.txt"), "x.txt:1: expected a user and items, found 'ann' alone");
  EXPECT_NE(message("user,item\n\"ann,tea\n", "x.csv").find("x.csv:2: expected a quote that ends"),
            std::string::npos);
  EXPECT_NE(
      message("user,item\n" + std::string(257, 'a') + ",tea\n", "x.csv").find("at most 256 bytes, found 257"),
      std::string::npos);
  EXPECT_NE(message("user,item\nann,\xff\n", "x.csv").find("expected UTF-8"), std::string::npos);
}

TEST(Interactions, that_stand_twice_or_lie_in_the_future_are_left_out_and_counted) {
  InteractionLog log = parse(
      "user,item,kind,time\nann,b,view,200\nann,a,view,100\nann,a,view,100\nann,a,buy,100\nann,c,view,"
      "99999999999\nann,a,view,300\n",
      "x.csv");
  const CleanCounts counts = clean_interactions(log, 1000 * kSecond);
  EXPECT_EQ(counts.kept, 4);
  EXPECT_EQ(counts.duplicates, 1);
  EXPECT_EQ(counts.future, 1);
  EXPECT_EQ(lines(log, log.rows),
            (Lines{"ann a view 100", "ann a buy 100", "ann b view 200", "ann a view 300"}));
}

TEST(Interactions, without_times_keep_their_order_and_their_repeats) {
  InteractionLog log = parse("ann b a b\n", "x.txt");
  EXPECT_EQ(clean_interactions(log, 0).kept, 3);
  EXPECT_EQ(lines(log, log.rows), (Lines{"ann b view -", "ann a view -", "ann b view -"}));
}

TEST(Interactions, come_back_as_they_were_written) {
  const TemporaryFolder folder;
  const InteractionLog log =
      parse("user,item,kind,time,value\nann,茶,view,1.5,2.25\nbob,tea,buy,,\n", "x.csv");
  write_interactions(folder / "events.tsv", log, log.rows);
  InteractionLog again;
  read_interactions(folder / "events.tsv", {}, again);
  EXPECT_EQ(again.rows, log.rows);
  EXPECT_EQ(again.users.names(), log.users.names());
  EXPECT_EQ(again.items.names(), log.items.names());
}

TEST(InteractionSplit, leaves_the_last_of_each_user_for_test_and_the_one_before_for_validation) {
  InteractionLog log = parse("ann a b c d\nbob a b\n", "x.txt");
  const InteractionSplit split = leave_one_out(log);
  EXPECT_EQ(lines(log, split.train), (Lines{"ann a view -", "ann b view -", "bob a view -", "bob b view -"}));
  EXPECT_EQ(lines(log, split.valid), (Lines{"ann c view -"}));
  EXPECT_EQ(lines(log, split.test), (Lines{"ann d view -"}));
  EXPECT_EQ(lines(log, leave_last_for_validation(log).valid), (Lines{"ann d view -", "bob b view -"}));
}

TEST(InteractionSplit, by_time_cuts_all_users_at_one_time) {
  InteractionLog log = parse(
      "user,item,time\nann,a,1\nann,b,2\nann,c,3\nbob,a,4\nbob,b,5\nbob,c,6\nann,d,7\nbob,d,8\nann,e,9\nbob,"
      "e,10\n",
      "x.csv");
  clean_interactions(log, 1000 * kSecond);
  const InteractionSplit split = split_by_time(log, 0.2);
  EXPECT_EQ(split.train.size() + split.valid.size() + split.test.size(), 10U);
  for (const Interaction& row : split.train) EXPECT_LT(row.ts_us, split.valid.front().ts_us);
  for (const Interaction& row : split.valid) EXPECT_LT(row.ts_us, split.test.back().ts_us);
  EXPECT_EQ(find_leak(log, split), "");
  InteractionLog untimed = parse("ann a b c\n", "x.txt");
  EXPECT_NE(error_of(ErrorCode::invalid_argument, [&] { split_by_time(untimed, 0.2); })
                .find("expected a time of every event"),
            std::string::npos);
}

TEST(InteractionSplit, finds_what_a_model_should_not_know) {
  InteractionLog log = parse("user,item,time\nann,a,1\nann,b,2\nann,c,3\n", "x.csv");
  const Interaction first = log.rows[0], second = log.rows[1], third = log.rows[2];
  EXPECT_EQ(find_leak(log, {.train = {first}, .valid = {second}, .test = {third}}), "");
  EXPECT_NE(
      find_leak(log, {.train = {first, third}, .valid = {second}, .test = {}}).find("item 'c' is trained on"),
      std::string::npos);
  EXPECT_NE(find_leak(log, {.train = {first, second}, .valid = {second}, .test = {}})
                .find("item 'b' is trained on"),
            std::string::npos);
}

}  // namespace
}  // namespace heed::data
