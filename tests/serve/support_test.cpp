#include <atomic>
#include <cmath>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "apps/economy/application.h"
#include "apps/support/decision.h"
#include "apps/support/http.h"
#include "apps/support/train_model.h"
#include "apps/support/write_dataset.h"
#include "apps/support_passages.h"
#include "base/expect_error.h"
#include "base/files.h"
#include "infer/tiny_model.h"
#include "serve/applications.h"
#include "serve/chatwoot_stand_in.h"
#include "serve/hmac.h"
#include "serve/keys.h"
#include "serve/running_server.h"
#include "serve/server.h"
#include "store/event_log.h"

using namespace heed;
using test::ask_once;
using test::eventually;
using test::expect_refused;
using test::Reply;
using test::TestClient;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr const char* kAnswers = R"({
  "version": 1,
  "answers": {
    "transfer": {"texts": {"en": ["Press Send for {account}."], "zh": ["请为{account}点“转账”。"]}, "slots": {"account": {"ask": {"en": "Which account?", "zh": "哪个账户？"}}}},
    "card_lost": {"texts": {"en": ["We block the card of {account}."], "zh": ["我们冻结{account}的卡。"]}, "slots": {"account": {"ask": {"en": "Which account?", "zh": "哪个账户？"}}}},
    "fee": {"texts": {"en": ["No fee for {account}."], "zh": ["{account}免费。"]}, "slots": {"account": {"ask": {"en": "Which account?", "zh": "哪个账户？"}}}}
  },
  "handover": {"en": "A person will answer you.", "zh": "马上为您转接人工。"},
  "fallback": {"en": "Please say it in other words.", "zh": "请换一种说法。"}})";

apps::support::DecisionRule rule(std::optional<double> threshold) {
  using apps::support::kFigures;
  const metrics::LogisticModel nothing = {.mean = std::vector<double>(kFigures, 0.0),
                                          .scale = std::vector<double>(kFigures, 1.0),
                                          .weights = std::vector<double>(kFigures, 0.0),
                                          .bias = 2.0};
  return {.head = "intent",
          .right = nothing,
          .elsewhere = nothing,
          .out_of_scope = 3.0,
          .threshold = threshold,
          .intents = {}};
}

// "sure" answers everything, "unsure" nothing.
void write_support_models(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const auto& [name, threshold] :
       {std::pair("sure", std::optional(0.5)), std::pair("unsure", std::optional<double>())}) {
    ModelContents contents = test::tiny_contents(test::tiny_classifier(), 1);
    contents.assets["answers.json"] = kAnswers;
    contents.assets[apps::support::kDecisionFile] = rule(threshold).to_json().dump();
    write_model(folder / name, contents);
  }
}

const std::vector<apps::Application>& support_alone() {
  static const std::vector<apps::Application> kApplications = {{.name = "support",
                                                                .description = "",
                                                                .add_commands = nullptr,
                                                                .routes = nullptr,
                                                                .mount = apps::support::mount_support}};
  return kApplications;
}

const std::vector<apps::Application>& support_and_market() {
  static const std::vector<apps::Application> kApplications = {apps::economy_application(),
                                                               support_alone()[0]};
  return kApplications;
}

// A server with both models in a folder of the test's own, so that another server can go on where it stopped.
class Support : public testing::Test {
 protected:
  Support() { write_support_models(folder_ / "models"); }

  void start(std::vector<std::string> assignments = {}, const test::RunningServer::Change& change = nullptr) {
    assignments.insert(assignments.begin(), "apps.support.model='sure'");
    server_ = std::make_unique<test::RunningServer>(
        [&](serve::ServerSettings& settings) {
          settings.models = (folder_ / "models").string();
          if (change) change(settings);
        },
        with_market_ ? support_and_market() : support_alone(), assignments);
  }
  bool with_market_ = false;
  void stop() { server_.reset(); }

  uint16_t port() const { return server_->port(); }
  Json post(const std::string& path, const Json& body, const std::vector<std::string>& headers = {}) const {
    const Reply reply = ask_once(port(), "POST", path, body.dump(), headers);
    EXPECT_EQ(reply.status, 200) << path << " " << reply.body;
    return reply.json();
  }
  Json get(const std::string& path) const {
    const Reply reply = ask_once(port(), "GET", path);
    EXPECT_EQ(reply.status, 200) << path << " " << reply.body;
    return reply.json();
  }
  Json answer(const std::string& text, const std::string& conversation = "",
              const Json& more = Json::object()) const {
    Json body = {{"text", text}};
    if (!conversation.empty()) body["conversation"] = conversation;
    for (const auto& [name, value] : more.items()) body[name] = value;
    return post("/v1/answer", body);
  }
  std::vector<std::string> waiting() const {
    std::vector<std::string> ids;
    const Json reply = get("/v1/support/conversations?state=waiting&tenant=*");
    for (const Json& each : reply["conversations"]) ids.push_back(each["id"]);
    return ids;
  }

  const test::ScratchFolder folder_;
  std::unique_ptr<test::RunningServer> server_;
};

}  // namespace

TEST_F(Support, a_message_is_read_as_classify_reads_it_and_answered_with_the_reason) {
  start();
  for (const std::string& text : {std::string("my card was stolen"), std::string("我的银行卡被偷了")}) {
    const Json classified =
        post("/v1/classify",
             {{"text", text}, {"model", "sure"}, {"head", "intent"}, {"explain", "attention"}})["results"][0];
    const Json reply = answer(text, "", {{"explain", "attention"}});
    EXPECT_EQ(reply["action"], "ask");  // every intent needs an account
    EXPECT_EQ(reply["text"], text[0] == 'm' ? "Which account?" : "哪个账户？");
    EXPECT_EQ(reply["intents"][0]["intent"], classified["label"]);
    EXPECT_NEAR(reply["intents"][0]["probability"].get<double>(), 1.0 / (1.0 + std::exp(-2.0)), 1e-4);
    EXPECT_EQ(reply["intents"][0]["threshold"], 0.5);
    EXPECT_EQ(reply["intents"][1]["answered"], false);
    EXPECT_EQ(reply["intents"][0]["answered"], true);
    EXPECT_EQ(reply["attention"], classified["attention"]);
    EXPECT_EQ(reply["model"], "sure");
    EXPECT_EQ(reply["version"], 1);
    EXPECT_THAT(reply["why"].get<std::string>(), HasSubstr("at least the 0.50"));
    EXPECT_TRUE(reply["handover"].is_null());
    EXPECT_EQ(reply["conversation"].get<std::string>().size(), 32U);
  }
}

TEST_F(Support, what_was_asked_for_is_remembered_in_its_conversation_alone) {
  start();
  const std::string id = answer("my card was stolen")["conversation"];
  const Json second = answer("Savings", id);
  EXPECT_EQ(second["action"], "answer");
  EXPECT_THAT(second["text"].get<std::string>(), HasSubstr("Savings"));
  EXPECT_EQ(second["slots"]["account"], "Savings");
  EXPECT_EQ(second["conversation"], id);
  expect_refused(ask_once(port(), "POST", "/v1/answer", R"({"text":"x","conversation":"0123"})"), 404,
                 "not_found", {"conversation '0123'"});
  // Another tenant's is not found, whoever asks for it.
  expect_refused(ask_once(port(), "POST", "/v1/answer",
                          Json({{"text", "x"}, {"tenant", "b"}, {"conversation", id}}).dump()),
                 404, "not_found");
  expect_refused(ask_once(port(), "GET", "/v1/support/conversations/" + id + "?tenant=b"), 404, "not_found");
  const Json whole = get("/v1/support/conversations/" + id);
  ASSERT_EQ(whole["turns"].size(), 4U);
  EXPECT_EQ(whole["turns"][0]["from"], "customer");
  EXPECT_EQ(whole["turns"][0]["text"], "my card was stolen");
  EXPECT_EQ(whole["turns"][3]["decision_id"], second["decision_id"]);
  EXPECT_EQ(whole["slots"]["account"], "Savings");
}

TEST_F(Support, people_take_over_reply_and_close) {
  start();
  const Json first = answer("我的银行卡在哪里", "", {{"model", "unsure"}});
  EXPECT_EQ(first["action"], "handover");
  EXPECT_EQ(first["text"], "马上为您转接人工。");
  EXPECT_EQ(first["handover"]["position"], 1);
  EXPECT_THAT(first["handover"]["summary"].get<std::string>(), HasSubstr("我的银行卡在哪里"));
  const std::string id = first["conversation"];
  const Json second = answer("Let me talk to a human", "", {{"priority", "urgent"}});
  const std::string urgent = second["conversation"];
  EXPECT_EQ(second["handover"]["position"], 1);
  EXPECT_EQ(waiting(), (std::vector<std::string>{urgent, id}));
  // What is written meanwhile waits with it.
  const Json more = answer("在吗", id);
  EXPECT_EQ(more["action"], "handover");
  EXPECT_EQ(more["handover"], nullptr);
  EXPECT_EQ(more["decision_id"], "");

  const std::string path = "/v1/support/conversations/" + id;
  EXPECT_EQ(post("/v1/support/conversations/next/take", {{"agent", "Wei"}})["id"], urgent);
  const Json taken = post(path + "/take", {{"agent", "Wei"}});
  EXPECT_EQ(taken["agent"], "Wei");
  EXPECT_EQ(taken["state"], "open");
  expect_refused(ask_once(port(), "POST", path + "/take", R"({"agent":"Ann"})"), 400, "invalid_argument",
                 {"'Wei'"});
  EXPECT_TRUE(waiting().empty());
  expect_refused(ask_once(port(), "POST", "/v1/support/conversations/next/take", R"({"agent":"Wei"})"), 404,
                 "not_found");
  EXPECT_EQ(answer("还在吗", id)["text"], "");
  const Json replied = post(path + "/reply", {{"agent", "Wei"}, {"text", "您的卡在路上。"}});
  EXPECT_EQ(replied["turns"].back()["from"], "agent");
  EXPECT_EQ(replied["turns"].back()["agent"], "Wei");
  EXPECT_EQ(post(path + "/close", {{"agent", "Wei"}})["state"], "closed");
  const Json closed = get("/v1/support/conversations?state=closed");
  ASSERT_EQ(closed["conversations"].size(), 1U);
  EXPECT_EQ(closed["conversations"][0]["id"], id);
  EXPECT_EQ(answer("我的银行卡", id)["action"], "ask");  // Heed again
}

TEST_F(Support, an_agents_minutes_are_drawn_and_come_back_at_the_close) {
  with_market_ = true;
  start({"apps.economy.enabled=true", "apps.economy.minutes=8", "apps.support.agent_minutes=5",
         "store.url='" + (folder_ / "events.db").string() + "'"});
  const auto person = [&] { return get("/v1/economy/minutes")["people"][0]; };
  const std::string first = answer("我的银行卡在哪里", "", {{"model", "unsure"}})["conversation"];
  const std::string second = answer("Where is my card", "", {{"model", "unsure"}})["conversation"];
  EXPECT_EQ(post("/v1/support/conversations/next/take", {{"agent", "Wei"}})["id"], first);
  EXPECT_EQ(person()["used"]["agents"], 5);
  // Of eight minutes three are left: the next one waits, and is taken by name all the same.
  expect_refused(ask_once(port(), "POST", "/v1/support/conversations/next/take", R"({"agent":"Wei"})"), 429,
                 "overloaded", {"5 minutes are wanted, 3 are left"});
  EXPECT_EQ(waiting(), std::vector<std::string>{second});
  post("/v1/support/conversations/" + second + "/take", {{"agent", "Wei"}});
  post("/v1/support/conversations/" + second + "/take", {{"agent", "Wei"}});  // it is theirs already
  EXPECT_EQ(person()["left"], 0);
  EXPECT_EQ(person()["used"]["agents"], 10);
  post("/v1/support/conversations/" + first + "/close", {{"agent", "Wei"}});
  EXPECT_GT(person()["left"].get<double>(), 4);  // it took no five minutes
}

TEST_F(Support, knowledge_is_quoted_with_its_source_wherever_a_customer_is_answered) {
  using namespace apps::support;
  write_dataset(
      {.answers = Answers::parse(Json::parse(kAnswers), "answers.json"), .knowledge = test::kPassages},
      folder_ / "data");
  add_assets(folder_ / "models" / "unsure", folder_ / "data");
  start({"apps.support.model='unsure'"});
  const Json english = answer("can I use my card abroad");
  EXPECT_EQ(english["action"], "retrieve") << english["why"];
  EXPECT_EQ(
      english["text"],
      "Yes, everywhere. 1.5 % is charged outside the euro area.\n— Can I use my card abroad?, faq.csv, 1");
  EXPECT_EQ(english["passages"][0]["source"], "faq.csv, 1");
  EXPECT_EQ(english["citations"][0]["passage"], "faq:2");
  EXPECT_GT(english["confidence"].get<double>(), 0.9);
  EXPECT_TRUE(english["handover"].is_null());
  const Json whole = get("/v1/support/conversations/" + english["conversation"].get<std::string>());
  EXPECT_EQ(whole["turns"][1]["passages"][0]["id"], "faq:2");
  const Json chinese =
      post("/webhooks/rest/webhook", {{"sender", "alice"}, {"message", "你们可以存硬币吗？"}});
  EXPECT_EQ(chinese[0]["text"], "有硬币机的网点可以。QR 无需输入。\n— 可以存硬币吗？, faq.csv，3");
  // What it does not answer is handed over, with the nearest passages for the person to see.
  const Json other = answer("is there a discount for coins of students");
  EXPECT_EQ(other["action"], "handover");
  EXPECT_THAT(other["why"].get<std::string>(), HasSubstr("from which one is quoted"));
}

TEST_F(Support, what_people_say_becomes_outcomes_of_the_decision) {
  start();
  const Json reply = answer("which fee do you take?", "", {{"tenant", "银行"}, {"model", "unsure"}});
  const std::string decision = reply["decision_id"], id = reply["conversation"];
  EXPECT_EQ(post("/v1/support/correct", {{"decision_id", decision},
                                         {"intent", "fee"},
                                         {"accepted", false},
                                         {"tenant", "银行"},
                                         {"agent", "Wei"}})["accepted"],
            1);
  Json events;
  ASSERT_TRUE(eventually([&] {
    events = get("/v1/events?app=support&limit=100")["events"];
    return events.size() >= 4;
  }));
  std::map<std::string, Json> by_kind;
  for (const Json& event : events)
    by_kind[event["type"] == "decision" ? "decision" : event["kind"].get<std::string>()] = event;
  EXPECT_EQ(by_kind["decision"]["event_id"], decision);
  EXPECT_EQ(by_kind["decision"]["subject"], id);
  EXPECT_EQ(by_kind["decision"]["tenant"], "银行");
  EXPECT_EQ(by_kind["decision"]["chosen"], "(handover)");
  EXPECT_EQ(by_kind["decision"]["model"], "unsure");
  double propensity = 0.0;
  for (const Json& candidate : by_kind["decision"]["candidates"])
    propensity += candidate["propensity"].get<double>();
  EXPECT_EQ(propensity, 1.0);
  EXPECT_EQ(by_kind["message"]["text"], "which fee do you take?");
  EXPECT_EQ(by_kind["correction"]["text"], "fee");
  EXPECT_EQ(by_kind["correction"]["decision_id"], decision);
  EXPECT_EQ(by_kind["accepted"]["value"], 0.0);
  expect_refused(ask_once(port(), "POST", "/v1/support/correct", R"({"decision_id":"d"})"), 400,
                 "invalid_argument", {"intent, accepted or text"});
}

TEST_F(Support, a_suggestion_that_a_person_sends_is_accepted) {
  start();
  // Each answer needs an account: without one there is nothing to suggest.
  EXPECT_TRUE(answer("which fee do you take?", "", {{"model", "unsure"}})["handover"]["suggestions"].empty());
  const std::string id = answer("my card was stolen")["conversation"];
  answer("Savings", id);
  const Json handed = answer("which fee do you take?", id, {{"model", "unsure"}});
  ASSERT_EQ(handed["action"], "handover");
  const Json suggestions = handed["handover"]["suggestions"];
  ASSERT_EQ(suggestions.size(), 3U);
  EXPECT_THAT(suggestions[1]["text"].get<std::string>(), HasSubstr("Savings"));
  post("/v1/support/conversations/" + id + "/reply",
       {{"agent", "Wei"},
        {"text", "Dear customer, " + suggestions[1]["text"].get<std::string>()},
        {"suggestion", suggestions[1]["text"]}});
  Json accepted;
  ASSERT_TRUE(eventually([&] {
    const Json page = get("/v1/events?app=support&limit=100");
    for (const Json& event : page["events"])
      if (event["type"] == "outcome" && event["kind"] == "accept") accepted = event;
    return !accepted.is_null();
  }));
  EXPECT_EQ(accepted["decision_id"], handed["decision_id"]);
  EXPECT_EQ(accepted["text"], suggestions[1]["from"]);
}

TEST_F(Support, a_persons_data_goes_from_store_and_memory) {
  start();
  const std::string id = answer("my card was stolen", "", {{"model", "unsure"}})["conversation"];
  EXPECT_EQ(waiting().size(), 1U);
  const Reply deleted = ask_once(port(), "DELETE", "/v1/events?subject=" + id);
  EXPECT_EQ(deleted.status, 200) << deleted.body;
  EXPECT_TRUE(waiting().empty());
  expect_refused(ask_once(port(), "GET", "/v1/support/conversations/" + id), 404, "not_found");
}

TEST_F(Support, programs_made_for_rasa_find_its_shapes) {
  start();
  const Json parsed =
      post("/model/parse", {{"text", "which fee do you take?"}, {"message_id", "m1"}, {"lang", "en"}});
  EXPECT_EQ(parsed["message_id"], "m1");
  EXPECT_EQ(parsed["intent"], parsed["intent_ranking"][0]);
  EXPECT_EQ(parsed["intent_ranking"].size(), 3U);
  EXPECT_TRUE(parsed["entities"].is_array());
  EXPECT_TRUE(post("/model/parse", {{"text", ""}})["intent"]["name"].is_null());
  const Json first = post("/webhooks/rest/webhook",
                          {{"sender", "alice"}, {"message", "my card was stolen"}, {"metadata", {{"a", 1}}}});
  EXPECT_EQ(first, Json::parse(R"([{"recipient_id":"alice","text":"Which account?"}])"));
  const Json second = post("/webhooks/rest/webhook", {{"sender", "alice"}, {"message", "Savings"}});
  EXPECT_THAT(second[0]["text"].get<std::string>(), HasSubstr("Savings"));
  const Json other = post("/webhooks/rest/webhook", {{"sender", "bob"}, {"message", "Savings"}});
  EXPECT_EQ(other[0]["text"], "Which account?");
}

TEST_F(Support, what_cannot_be_read_is_answered_politely) {
  start();
  for (const std::string& text : {std::string(), std::string("  \n"), std::string("🙂👍🏽🙂"),
                                  std::string(50'000, 'a'), std::string("\\\"'<script>--;")}) {
    const Json reply = answer(text);
    EXPECT_THAT(reply["action"].get<std::string>(), testing::AnyOf("ask", "handover")) << text.substr(0, 20);
    EXPECT_FALSE(reply["text"].get<std::string>().empty());
  }
  EXPECT_EQ(answer("🙂", "", {{"language", "zh"}})["text"], "请换一种说法。");
  EXPECT_EQ(answer("Привет مرحبا 你好 hello 🙂 ①").at("action"), "ask");
}

TEST_F(Support, hostile_bodies_are_refused_by_name_of_the_field) {
  start();
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {R"({})", "text"},
      {R"({"text":7})", "text"},
      {R"({"text":["a"]})", "text"},
      {R"({"text":"a\u0000b"})", "text"},
      {R"({"text":"a","conversation":""})", "conversation"},
      {R"({"text":"a","conversation":7})", "conversation"},
      {R"({"text":"a","priority":"now"})", "priority"},
      {R"({"text":"a","explain":true})", "explain"},
      {R"({"text":"a","language":"xx"})", "language"},
      {R"({"text":"a","txt":1})", "txt"},
      {R"({"text":"a","tenant":")" + std::string(300, 't') + "\"}", "tenant"}};
  for (const auto& [body, field] : bodies) {
    const Reply reply = ask_once(port(), "POST", "/v1/answer", body);
    expect_refused(reply, 400, "invalid_argument", {field});
    EXPECT_EQ(reply.json()["error"]["param"], field) << body;
  }
  expect_refused(ask_once(port(), "POST", "/v1/answer", R"({"text":"a","model":"nope"})"), 404, "not_found",
                 {"nope"});
  for (const char* path : {"/v1/support/conversations/%00", "/v1/support/conversations/..",
                           "/v1/support/conversations/%F0%9F%99%82", "/v1/support/conversations?limit=0",
                           "/v1/support/conversations?state=asleep"})
    EXPECT_THAT(ask_once(port(), "GET", path).status, testing::AnyOf(400, 404)) << path;
  for (const char* action : {"take", "reply", "close"}) {
    const std::string path = std::string("/v1/support/conversations/none/") + action;
    EXPECT_EQ(ask_once(port(), "POST", path, R"({"agent":7})").status, 400) << path;
    expect_refused(ask_once(port(), "POST", path, R"({"agent":"a"})"),
                   std::string(action) == "reply" ? 400 : 404,
                   std::string(action) == "reply" ? "invalid_argument" : "not_found");
  }
  server_->expect_answers();
}

TEST_F(Support, two_hundred_interleaved_conversations_hear_nothing_of_each_other) {
  start({}, [](serve::ServerSettings& settings) { settings.workers = 2; });
  constexpr size_t kConversations = 200, kThreads = 8;
  std::vector<std::string> ids(kConversations);
  std::atomic<int64_t> wrong{0};
  const auto tenant_of = [](size_t i) { return i % 3 == 0 ? "a" : "b"; };
  // The first messages, then the second ones of all: each customer names an account that is theirs alone.
  const auto talk = [&](const auto& message, const auto& check) {
    std::vector<std::jthread> threads;
    for (size_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        TestClient client(port());
        for (size_t i = t; i < kConversations; i += kThreads) {
          Json body = {{"text", message(i)}, {"tenant", tenant_of(i)}};
          if (!ids[i].empty()) body["conversation"] = ids[i];
          const Reply reply = client.post("/v1/answer", body);
          if (reply.status != 200 || !check(i, reply.json())) ++wrong;
        }
      });
  };
  talk([](size_t i) { return i % 2 == 0 ? "my card was stolen" : "我的银行卡被偷了"; },
       [&](size_t i, const Json& reply) {
         ids[i] = reply["conversation"];
         return reply["action"] == "ask";
       });
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), kConversations);
  for (int round = 0; round < 3; ++round) {
    talk(
        [&](size_t i) {
          return round == 0 ? "Konto" + std::to_string(1000 + i) : std::string("my card was stolen");
        },
        [&](size_t i, const Json& reply) {
          const std::string text = reply["text"];
          return reply["conversation"] == ids[i] && reply["slots"].size() == 1 &&
                 reply["slots"]["account"] == "Konto" + std::to_string(1000 + i) &&
                 text.find("Konto" + std::to_string(1000 + i)) != text.npos;
        });
  }
  EXPECT_EQ(wrong, 0);
  for (size_t i = 0; i < kConversations; i += 17) {
    const Json whole = get("/v1/support/conversations/" + ids[i] + "?tenant=" + tenant_of(i));
    const std::string text = whole.dump();
    for (size_t other = 0; other < kConversations; ++other)
      ASSERT_TRUE(other == i || text.find("Konto" + std::to_string(1000 + other)) == text.npos) << other;
    EXPECT_EQ(whole["turns"].size(), 8U);
  }
}

TEST_F(Support, messages_of_one_conversation_at_once_are_answered_in_turn) {
  start({"apps.support.max_unanswered=100"});
  const std::string id = answer("my card was stolen")["conversation"];
  std::atomic<int64_t> answered{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i)
        answered += ask_once(port(), "POST", "/v1/answer",
                             Json({{"text", "my card was stolen"}, {"conversation", id}}).dump())
                        .status == 200;
    });
  threads.clear();
  EXPECT_EQ(answered, 40);
  const Json turns = get("/v1/support/conversations/" + id)["turns"];
  ASSERT_EQ(turns.size(), 82U);
  for (size_t i = 0; i < turns.size(); ++i)
    ASSERT_EQ(turns[i]["from"], i % 2 == 0 ? "customer" : "heed") << i;
}

TEST_F(Support, a_full_queue_is_told_to_who_would_wait) {
  start({"apps.support.max_waiting=2", "apps.support.max_waiting_a_tenant=1"});
  answer("get me an agent");
  const std::string body = R"({"text":"get me an agent"})";
  expect_refused(ask_once(port(), "POST", "/v1/answer", body), 429, "overloaded",
                 {"hand-over queue", "of a tenant"});
  answer("get me an agent", "", {{"tenant", "b"}});
  expect_refused(ask_once(port(), "POST", "/v1/answer", R"({"text":"get me an agent","tenant":"c"})"), 429,
                 "overloaded", {"at most 2 conversations"});
  EXPECT_EQ(answer("my card was stolen", "", {{"tenant", "c"}})["action"], "ask");
}

TEST_F(Support, a_restart_loses_nobody) {
  start();
  const std::string id = answer("my card was stolen")["conversation"];
  const std::string waits =
      answer("get me an agent", "", {{"priority", "urgent"}, {"tenant", "b"}})["conversation"];
  stop();
  start();
  EXPECT_EQ(waiting(), (std::vector<std::string>{waits}));
  EXPECT_EQ(get("/v1/support/conversations/" + waits + "?tenant=b")["priority"], "urgent");
  expect_refused(ask_once(port(), "GET", "/v1/support/conversations/" + waits), 404, "not_found");
  const Json second = answer("Savings", id);  // what was asked for before
  EXPECT_EQ(second["action"], "answer");
  EXPECT_THAT(second["text"].get<std::string>(), HasSubstr("Savings"));
  EXPECT_EQ(get("/v1/support/conversations/" + id)["turns"].size(), 4U);
}

TEST_F(Support, keys_need_the_scope_of_the_route) {
  const auto key = [](const std::string& name, bool read, bool feedback) {
    const std::string secret = serve::new_key();
    return std::pair(
        secret, serve::to_line(
                    {.name = name, .read = read, .feedback = feedback, .digest = serve::digest_of(secret)}) +
                    "\n");
  };
  const auto [reader, reader_line] = key("reader", true, false);
  const auto [agent, agent_line] = key("agent", false, true);
  write_file_atomically(folder_ / "keys", reader_line + agent_line);
  start({}, [&](serve::ServerSettings& settings) { settings.key_file = (folder_ / "keys").string(); });
  serve::Applications mounted(support_alone());
  for (const apps::Route& route : mounted.routes()) {
    std::string path(route.path);
    if (const size_t at = path.find("{id}"); at != path.npos) path.replace(at, 4, "none");
    SCOPED_TRACE(path);
    const std::string body = route.method == "POST" ? "{}" : "";
    const auto status = [&](const std::vector<std::string>& headers) {
      return ask_once(port(), route.method, path, body, headers).status;
    };
    if (route.own_key) {  // Chatwoot's, which no key opens
      EXPECT_EQ(status({}), 400);
      continue;
    }
    EXPECT_EQ(status({}), 401);
    EXPECT_EQ(status({"Authorization: Bearer " + (route.scope == apps::Scope::read ? agent : reader)}), 403);
    EXPECT_THAT(status({"Authorization: Bearer " + (route.scope == apps::Scope::read ? reader : agent)}),
                testing::AnyOf(200, 400, 404));
  }
}

TEST_F(Support, metrics_and_settings_are_the_applications_own) {
  start();
  answer("my card was stolen");
  answer("get me an agent");
  const std::string metrics = ask_once(port(), "GET", "/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("heed_support_actions_total{action=\"ask\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("heed_support_actions_total{action=\"handover\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("heed_support_waiting 1\n"));
  EXPECT_THAT(metrics, HasSubstr("# TYPE heed_support_waiting gauge\n"));
  serve::ServerSettings settings;
  serve::Applications mounted(support_alone());
  Settings keys = serve::settings_of(settings);
  mounted.add_settings(keys);
  expect_error(ErrorCode::invalid_argument, {"heed.toml:2", "max_waitin", "max_waiting"},
               [&] { keys.read_toml_text("[apps.support]\nmax_waitin = 3\n", "heed.toml"); });
  expect_error(ErrorCode::invalid_argument, {"not a support model here"}, [&] {
    try {
      start({"apps.support.model='bank'"}, [&](serve::ServerSettings& s) { test::write_bank(s.models, 1); });
    } catch (const Error& problem) {
      EXPECT_THAT(problem.what(), HasSubstr("answers.json"));
      throw Error(problem.code(), "not a support model here");
    }
  });
}

// Below, "Chatwoot" is a stand-in on loopback that keeps what it is sent; it is not Chatwoot.
TEST_F(Support, chatwoot_is_answered_at_its_address_and_handed_over) {
  test::ChatwootStandIn chatwoot;
  write_file_atomically(folder_ / "token", "bot-token\n");
  write_file_atomically(folder_ / "secret", "word\n");
  start({"apps.support.chatwoot_url='http://127.0.0.1:" + std::to_string(chatwoot.port()) + "/'",
         "apps.support.chatwoot_token_file='" + (folder_ / "token").string() + "'",
         "apps.support.chatwoot_secret_file='" + (folder_ / "secret").string() + "'"});
  const auto event = [](const std::string& content, const Json& more = Json::object()) {
    Json body = {{"event", "message_created"},
                 {"message_type", "incoming"},
                 {"content", content},
                 {"account", {{"id", 3}, {"name", "Acme"}}},
                 {"conversation", {{"id", 17}, {"status", "pending"}, {"meta", Json::object()}}},
                 {"sender", {{"id", 5}}},
                 {"id", 99}};
    for (const auto& [name, value] : more.items()) body[name] = value;
    return body;
  };
  const std::string path = "/v1/support/chatwoot?token=word";
  EXPECT_EQ(post(path, event("my card was stolen"))["accepted"], 1);
  ASSERT_TRUE(eventually([&] { return chatwoot.requests().size() == 1; }));
  const auto first = chatwoot.requests()[0];
  EXPECT_EQ(first.target, "/api/v1/accounts/3/conversations/17/messages");
  EXPECT_EQ(first.token, "bot-token");
  EXPECT_EQ(Json::parse(first.body)["content"], "Which account?");
  EXPECT_EQ(Json::parse(first.body)["message_type"], "outgoing");
  EXPECT_EQ(post(path, event("Savings"))["accepted"], 1);
  ASSERT_TRUE(eventually([&] { return chatwoot.requests().size() == 2; }));
  EXPECT_THAT(chatwoot.requests()[1].body, HasSubstr("Savings"));

  // An answer that Chatwoot is too busy to take is sent again.
  chatwoot.fail_next(1);
  EXPECT_EQ(post(path, event("get me an agent"))["accepted"], 1);
  ASSERT_TRUE(eventually([&] { return chatwoot.requests().size() == 5; }));
  EXPECT_EQ(chatwoot.requests()[2].body, chatwoot.requests()[3].body);
  EXPECT_EQ(chatwoot.requests()[4].target, "/api/v1/accounts/3/conversations/17/toggle_status");
  EXPECT_THAT(chatwoot.requests()[4].body, HasSubstr("open"));
  EXPECT_TRUE(waiting().empty());  // people take over in Chatwoot

  // What is not a customer's message to the bot is left alone.
  for (const Json& other :
       {event("x", {{"message_type", "outgoing"}}), event("x", {{"private", true}}),
        event("x", {{"event", "conversation_updated"}}),
        event("x", {{"conversation", {{"id", 17}, {"status", "open"}}}}), event("x", {{"message_type", 7}})})
    EXPECT_EQ(post(path, other)["accepted"], 0) << other.dump();
  expect_refused(ask_once(port(), "POST", "/v1/support/chatwoot?token=other", event("x").dump()), 401,
                 "unauthenticated", {"token"});
  expect_refused(ask_once(port(), "POST", "/v1/support/chatwoot", event("x").dump()), 401, "unauthenticated",
                 {"token"});
  for (const Json& broken : {event("x", {{"account", 7}}), event("x", {{"conversation", nullptr}}),
                             event("x", {{"content", {1}}}), event("x", {{"account", {{"id", "3/../4"}}}})})
    EXPECT_THAT(ask_once(port(), "POST", path, broken.dump()).status, testing::AnyOf(200, 400))
        << broken.dump();
  server_->expect_answers();
}

TEST_F(Support, a_webhook_is_signed_where_the_settings_say_so) {
  test::ChatwootStandIn chatwoot;
  write_file_atomically(folder_ / "token", "bot-token\n");
  write_file_atomically(folder_ / "signature", "s3cret\n");
  start({"apps.support.chatwoot_url='http://127.0.0.1:" + std::to_string(chatwoot.port()) + "'",
         "apps.support.chatwoot_token_file='" + (folder_ / "token").string() + "'",
         "apps.support.chatwoot_signature_file='" + (folder_ / "signature").string() + "'"});
  const std::string body = Json{{"event", "message_created"},
                                {"message_type", "incoming"},
                                {"content", "我的银行卡被偷了"},
                                {"account", {{"id", 3}}},
                                {"conversation", {{"id", 17}, {"status", "pending"}}}}
                               .dump();
  const auto send = [&](const std::string& key, int64_t age_s, const std::string& signed_body,
                        bool both = true) {
    const std::string time = std::to_string(store::now_us() / 1'000'000 - age_s);
    std::vector<std::string> headers = {"X-Chatwoot-Timestamp: " + time};
    if (both)
      headers.push_back("x-chatwoot-SIGNATURE: sha256=" + serve::hmac_sha256(key, time + "." + signed_body));
    return ask_once(port(), "POST", "/v1/support/chatwoot", body, headers);
  };
  EXPECT_EQ(send("s3cret", 0, body).status, 200);
  EXPECT_EQ(send("s3cret", 280, body).status, 200);
  for (const Reply& refused :
       {send("other", 0, body), send("s3cret", 0, body + " "), send("s3cret", 400, body),
        send("s3cret", -400, body), send("s3cret", 0, body, false),
        ask_once(port(), "POST", "/v1/support/chatwoot", body)})
    expect_refused(refused, 401, "unauthenticated", {"X-Chatwoot-Signature", "chatwoot_signature_file"});
  ASSERT_TRUE(eventually([&] { return chatwoot.requests().size() == 2; }));
  EXPECT_EQ(Json::parse(chatwoot.requests()[0].body)["content"], "哪个账户？");
}

// RFC 4231, test cases 1 and 2.
TEST(Hmac, gives_the_digests_of_its_standard) {
  EXPECT_EQ(serve::hmac_sha256(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(serve::hmac_sha256("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
