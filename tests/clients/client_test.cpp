#include "heed/client.h"

#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/heed_server.h"
#include "serve/keys.h"

namespace heed::client {
namespace {

using test::HeedServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::vector<std::string> kTexts = {"where is my card", "我的银行卡被偷了", ""};

// What a call ends with.
Error error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  throw std::logic_error("expected an error, found none");
}

Event decision(const std::string& id) {
  return {.event_id = id,
          .app = "support",
          .subject = "张伟",
          .chosen = "a",
          .reason = "most likely 最可能",
          .candidates = {{.id = "a", .score = 0.75, .propensity = 1.0, .position = 0},
                         {.id = "b", .score = 0.25, .propensity = 0.0, .position = -1}},
          .minutes = 1.5};
}

// A file with one key, which may do `scopes` and ask `rate` times a second.
std::string write_key(const std::filesystem::path& file, apps::Scope scope, double rate) {
  const std::string key = serve::new_key();
  const serve::KeyEntry entry = {.name = "tests",
                                 .read = scope == apps::Scope::read,
                                 .feedback = scope == apps::Scope::feedback,
                                 .rate = rate,
                                 .digest = serve::digest_of(key)};
  write_file_atomically(file, serve::to_line(entry) + "\n");
  return key;
}

TEST(Client, classifies_in_both_languages_as_one_text_or_several) {
  const HeedServer server;
  Client client(server.url());
  const std::vector<Classification> all = client.classify(kTexts, {.top = 2});
  ASSERT_THAT(all, SizeIs(3));
  for (size_t i = 0; i < kTexts.size(); ++i) {
    const Classification one = client.classify(kTexts[i]);
    EXPECT_EQ(one.label, all[i].label);
    EXPECT_EQ(one.probability, all[i].probability);
    EXPECT_EQ(one.model, "classifier");
    EXPECT_EQ(one.version, 1);
    ASSERT_FALSE(one.labels.empty());
    EXPECT_EQ(one.labels[0].label, one.label);
    EXPECT_LE(all[i].labels.size(), 2U);
  }
}

TEST(Client, explains_a_classification_by_the_words_of_the_text) {
  const HeedServer server;
  Client client(server.url());
  const std::vector<Word> english = client.classify(kTexts[0], {.explain = true}).words;
  ASSERT_THAT(english, SizeIs(4));
  EXPECT_EQ(english[3].text, "card");
  EXPECT_EQ(english[3].start, 12);
  EXPECT_EQ(english[3].end, 16);
  double weight = 0.0;
  for (const Word& word : client.classify(kTexts[1], {.explain = true}).words) {
    weight += word.weight;
    EXPECT_LE(word.end, 8);  // code points, not bytes
  }
  EXPECT_GT(weight, 0.5);
  EXPECT_LE(weight, 1.0 + 1e-6);
}

TEST(Client, translates_with_alternatives_and_attention) {
  const HeedServer server;
  Client client(server.url());
  const std::vector<Translation> all =
      client.translate(kTexts, {.beam = 4, .alternatives = 2, .explain = true});
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].model, "translator");
  EXPECT_THAT(all[0].alternatives, SizeIs(2));
  ASSERT_TRUE(all[1].attention.has_value());
  EXPECT_EQ(all[1].attention->weights.size(), all[1].attention->target.size());
  for (const auto& row : all[1].attention->weights) EXPECT_EQ(row.size(), all[1].attention->source.size());
  const Translation one = client.translate(kTexts[1], {.beam = 4});
  EXPECT_EQ(one.text, all[1].text);
  EXPECT_FALSE(one.attention.has_value());
}

TEST(Client, embeds_and_reranks) {
  const HeedServer server;
  Client client(server.url());
  const std::vector<std::vector<float>> vectors = client.embed(kTexts, "classifier");
  ASSERT_THAT(vectors, SizeIs(3));
  double length = 0.0;
  for (const float value : vectors[1]) length += std::pow(value, 2.0);
  EXPECT_NEAR(length, 1.0, 1e-4);
  const std::vector<std::string> documents = {"the dog sleeps here", "我的银行卡被偷了"};
  const std::vector<Ranked> ranked =
      client.rerank("我的银行卡被偷了", documents, {.model = "classifier", .return_documents = true});
  ASSERT_THAT(ranked, SizeIs(2));
  EXPECT_EQ(ranked[0].index, 1);
  EXPECT_NEAR(ranked[0].score, 1.0, 1e-4);
  EXPECT_EQ(ranked[0].document, documents[1]);
  EXPECT_THAT(client.rerank("card", documents, {.model = "classifier", .top_n = 1}), SizeIs(1));
}

TEST(Client, gets_the_events_back_that_it_sent_once_whatever_was_sent_twice) {
  HeedServer server;
  Client client(server.url());
  const Event outcome = {
      .type = "outcome", .event_id = "o1", .decision_id = "d1", .kind = "click", .value = 1.0};
  const std::vector<Event> events = {decision("d1"), outcome};
  EXPECT_EQ(client.send_events(events).accepted, 2);
  EXPECT_EQ(client.send_events(events).duplicates, 2);
  EXPECT_EQ(client.feedback({.decision_id = "d1", .rating = -1.0, .correction = "改正"}).accepted, 2);
  server.kill();
  server.start({});
  Client again(server.url());
  const EventPage first = again.events({.limit = 3, .subject = "张伟"});
  ASSERT_THAT(first.events, SizeIs(3));
  const EventPage rest = again.events({.limit = 3, .before = first.next, .subject = "张伟"});
  ASSERT_THAT(rest.events, SizeIs(1));
  const Event& kept = rest.events[0];
  EXPECT_EQ(kept.event_id, "d1");
  EXPECT_EQ(kept.reason, events[0].reason);
  EXPECT_EQ(kept.minutes, 1.5);
  EXPECT_GT(kept.ts, 0);
  ASSERT_THAT(kept.candidates, SizeIs(2));
  EXPECT_EQ(kept.candidates[1].position, -1);
  EXPECT_THAT(again.events({.type = "decision"}).events, SizeIs(1));
}

TEST(Client, tells_which_models_there_are) {
  const HeedServer server({"--set", "models.aliases=[\"意图=classifier\"]"});
  Client client(server.url());
  const std::vector<Model> models = client.models();
  ASSERT_THAT(models, SizeIs(2));
  EXPECT_EQ(models[0].id, "classifier");
  EXPECT_EQ(models[0].task, "classify");
  EXPECT_EQ(models[0].state, "ready");
  EXPECT_THAT(models[0].versions, ElementsAre(1));
  EXPECT_THAT(models[0].aliases, ElementsAre("意图"));
  EXPECT_EQ(client.classify("hello", {.model = "意图"}).model, "classifier");
  EXPECT_TRUE(client.model("classifier").contains("card"));
  EXPECT_EQ(client.status().at("draining"), false);
}

TEST(Client, says_which_field_was_wrong) {
  const HeedServer server;
  Client client(server.url());
  const Error error = error_of([&] { client.classify("hello", {.head = "intnt"}); });
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.code, "invalid_argument");
  EXPECT_EQ(error.param, "head");
  EXPECT_FALSE(error.request_id.empty());
  EXPECT_THAT(error.what(), HasSubstr("intent"));
  EXPECT_EQ(error_of([&] { client.classify("hello", {.model = "no/such"}); }).status, 404);
  EXPECT_EQ(error_of([&] { client.model("没有"); }).code, "not_found");
  EXPECT_EQ(client.classify("hello").model, "classifier");  // the connection is as good as before
}

TEST(Client, a_key_that_is_wrong_or_asks_too_much_is_refused) {
  HeedServer server;
  const std::string key = write_key(server.file("keys.txt"), apps::Scope::read, 1.0);
  server.stop();
  server.start({"--keys", server.file("keys.txt").string()});
  const Error none = error_of([&] { Client(server.url()).status(); });
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.code, "unauthenticated");
  EXPECT_EQ(error_of([&] { Client(server.url(), {.key = "heed_wrong"}).status(); }).status, 401);
  Client client(server.url(), {.key = key});
  EXPECT_EQ(error_of([&] { client.feedback({.decision_id = "d", .rating = 1.0}); }).status, 403);
  const Error busy = error_of([&] {
    for (int i = 0; i < 1000; ++i) client.classify("太快");
  });
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.code, "overloaded");
  ASSERT_TRUE(busy.retry_after.has_value());
  EXPECT_GE(busy.retry_after->count(), 1);
}

TEST(Client, a_connection_that_was_closed_while_idle_is_replaced) {
  const HeedServer server({"--set", "server.idle_timeout_ms=50"});
  Client client(server.url());
  client.classify("hello");
  while (Client(server.url()).status().at("connections") > 1)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(client.classify("你好").model, "classifier");
}

TEST(Client, a_server_that_is_gone_is_told_apart_from_one_that_refuses) {
  HeedServer server;
  Client client(server.url());
  client.status();
  server.kill();
  const Error gone = error_of([&] { client.status(); });
  EXPECT_EQ(gone.status, 0);
  EXPECT_EQ(gone.code, "unavailable");
  EXPECT_THAT(gone.what(), HasSubstr("is heed serve running there?"));
}

TEST(Client, another_url_is_refused) {
  for (const char* url : {"127.0.0.1:8080", "https://127.0.0.1", "http://", "http://:80"})
    EXPECT_THROW(Client{url}, std::invalid_argument) << url;
  EXPECT_THROW(Client("http://127.0.0.1", {.key = "a\r\nHost: b"}), std::invalid_argument);
}

TEST(Client, event_ids_are_never_the_same) {
  EXPECT_THAT(new_event_id(), SizeIs(32));
  EXPECT_NE(new_event_id(), new_event_id());
}

}  // namespace
}  // namespace heed::client
