#include "store/conversation_store.h"

#include <thread>

#include "base/expect_error.h"
#include "store/databases.h"

namespace heed::store {
namespace {

StoredConversation conversation(const std::string& tenant, const std::string& id, const std::string& state,
                                int64_t ts, const std::string& content = "{}") {
  return {.tenant = tenant, .id = id, .subject = id, .state = state, .updated_us = ts, .content = content};
}

std::vector<std::string> ids(const std::vector<StoredConversation>& found) {
  std::vector<std::string> ids;
  for (const StoredConversation& each : found) ids.push_back(each.tenant + "/" + each.id);
  return ids;
}

class ConversationTable : public OnDatabases {};
INSTANTIATE_TEST_SUITE_P(On, ConversationTable, kDatabases, database_name);

TEST_P(ConversationTable, gives_back_what_was_saved_last_by_tenant_and_id) {
  open();
  ConversationStore store(url_);
  store.save(std::vector{conversation("a", "1", "open", 5, R"({"text":"我的卡"})"),
                         conversation("b", "1", "waiting", 6)});
  store.save(std::vector{conversation("a", "1", "closed", 7, "{\"new\":1}")});
  const auto found = store.find("a", "1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, "closed");
  EXPECT_EQ(found->updated_us, 7);
  EXPECT_EQ(found->content, "{\"new\":1}");
  EXPECT_EQ(store.find("b", "1")->content, "{}");
  EXPECT_FALSE(store.find("", "1"));
  EXPECT_FALSE(store.find("a", "2"));
  EXPECT_TRUE(ConversationStore(url_).find("a", "1"));
  store.remove("a", "1");
  EXPECT_FALSE(store.find("a", "1"));
  EXPECT_TRUE(store.find("b", "1"));
}

TEST_P(ConversationTable, lists_the_latest_first_of_a_state_and_a_tenant) {
  open();
  ConversationStore store(url_);
  store.save(std::vector{conversation("a", "1", "open", 1), conversation("a", "2", "waiting", 3),
                         conversation("", "3", "waiting", 2), conversation("b", "4", "waiting", 4)});
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids(store.list({})), (Ids{"b/4", "a/2", "/3", "a/1"}));
  EXPECT_EQ(ids(store.list({.state = "waiting", .limit = 2})), (Ids{"b/4", "a/2"}));
  EXPECT_EQ(ids(store.list({.tenant = ""})), (Ids{"/3"}));
  EXPECT_EQ(ids(store.list({.state = "waiting", .tenant = "a"})), (Ids{"a/2"}));
  expect_error(ErrorCode::invalid_argument, {"limit"}, [&] { store.list({.limit = 0}); });
  expect_error(ErrorCode::invalid_argument, {"id"},
               [&] { store.save(std::vector{conversation("a", "", "open", 1)}); });
}

TEST_P(ConversationTable, a_persons_conversation_goes_with_their_events_and_with_time) {
  const auto log = open();
  ConversationStore store(url_);
  store.save(std::vector{conversation("a", "1", "open", 10), conversation("b", "1", "open", 10),
                         conversation("b", "old", "open", 5)});
  log->delete_subject("a", "1");
  EXPECT_EQ(ids(store.list({})), (std::vector<std::string>{"b/1", "b/old"}));
  log->prune(6);
  EXPECT_EQ(ids(store.list({})), (std::vector<std::string>{"b/1"}));
}

TEST_P(ConversationTable, threads_save_at_once) {
  open();
  ConversationStore store(url_);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i)
        store.save(std::vector{conversation(std::to_string(t), std::to_string(i), "open", i)});
    });
  threads.clear();
  EXPECT_EQ(store.list({.limit = 1000}).size(), 80U);
}

}  // namespace
}  // namespace heed::store
