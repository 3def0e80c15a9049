#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include <gmock/gmock.h>

#include "infer/live_model.h"
#include "serve/openapi.h"
#include "serve/running_server.h"
#include "serve/server.h"

using namespace heed;
using test::expect_refused;
using test::Reply;
using testing::HasSubstr;

// What each endpoint answers when it is asked as it should be.
namespace {

class Endpoints : public testing::Test {
 protected:
  Json post(const std::string& path, const Json& body) {
    const Reply reply = client_.post(path, body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.header("content-type"), "application/json");
    EXPECT_EQ(reply.header("cache-control"), "no-store");
    EXPECT_NE(reply.header("x-request-id"), "");
    return reply.json();
  }
  Json get(const std::string& path) {
    const Reply reply = client_.get(path);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.json();
  }
  // What the engine answers when it is called without a server.
  template <class Result>
  Result engine(const std::string& model, const std::string& text, const infer::AnswerOptions& options) {
    const infer::LiveModel live(open_model(server_.models() / model));
    return std::get<Result>(live.answer(std::vector<std::string>{text}, options).front());
  }
  std::string translation(const std::string& text, const infer::TranslateOptions& options = {}) {
    return engine<infer::TranslationResult>("en-zh", text, options).best.front().text;
  }
  infer::LabelScore label(const std::string& text) {
    return engine<infer::ClassificationResult>("bank", text, infer::ClassifyOptions{}).heads[0].labels[0];
  }

  test::RunningServer server_;
  test::TestClient client_{server_.port()};
};

std::vector<float> floats_of(const std::string& base64) {
  static const std::string kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0, count = 0;
  for (const char c : base64) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<uint32_t>(kLetters.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255);
  }
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace

TEST_F(Endpoints, translate_gives_what_the_engine_gives_in_english_and_chinese) {
  for (const std::string text : {"open the file", "打开文件"}) {
    const Json one = post("/v1/translate", {{"q", text}});
    EXPECT_EQ(one["translatedText"], translation(text));
    EXPECT_EQ(one["model"], "en-zh");
    EXPECT_EQ(one["version"], 1);
  }
  const Json list = post("/v1/translate", {{"q", {"open the file", "打开文件", ""}}, {"model", "en-zh"}});
  EXPECT_EQ(list["translatedText"],
            Json({translation("open the file"), translation("打开文件"), translation("")}));
}

TEST_F(Endpoints, translate_takes_the_field_names_of_libretranslate) {
  const Json reply = post("/v1/translate", {{"q", "close all windows"},
                                            {"source", "en"},
                                            {"target", "zh"},
                                            {"format", "text"},
                                            {"alternatives", 2},
                                            {"api_key", ""}});
  EXPECT_EQ(reply["translatedText"], translation("close all windows", {.beam = 4}));
  EXPECT_EQ(reply["alternatives"].size(), 2U);
  const Json html = client_.post("/v1/translate", {{"q", "a"}, {"format", "html"}}).json();
  EXPECT_EQ(html["error"]["param"], "format");
}

TEST_F(Endpoints, translate_explains_itself_by_attention) {
  const Json reply = post("/v1/translate", {{"q", "打开文件"}, {"explain", "attention"}});
  const Json& attention = reply["attention"];
  ASSERT_FALSE(attention["source"].empty());
  ASSERT_EQ(attention["weights"].size(), attention["target"].size());
  for (const Json& row : attention["weights"]) {
    ASSERT_EQ(row.size(), attention["source"].size());
    double sum = 0;
    for (const Json& weight : row) sum += weight.get<double>();
    EXPECT_LE(sum, 1.001);
  }
}

TEST_F(Endpoints, classify_gives_what_the_engine_gives_in_english_and_chinese) {
  const std::vector<std::string> texts = {"my card was stolen", "我的银行卡被偷了"};
  const Json reply = post("/v1/classify", {{"text", texts}, {"top", 2}});
  ASSERT_EQ(reply["results"].size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const Json& result = reply["results"][i];
    EXPECT_EQ(result["label"], label(texts[i]).label);
    EXPECT_NEAR(result["probability"], label(texts[i]).probability, 1e-6);
    EXPECT_EQ(result["labels"].size(), 2U);
    EXPECT_EQ(result["heads"]["topics"]["labels"].size(), 2U);
  }
  const Json one = post("/v1/classify", {{"text", texts[0]}, {"head", "topics"}, {"model", "bank@1"}});
  EXPECT_FALSE(one["results"][0].contains("heads"));
  expect_refused(client_.post("/v1/classify", {{"text", "a"}, {"head", "topic"}}), 400, "invalid_argument",
                 {"did you mean 'topics'"});
}

TEST_F(Endpoints, classify_names_the_words_by_code_points) {
  const Json reply = post("/v1/classify", {{"text", "我的 card 被偷了"}, {"explain", "attention"}});
  const Json& words = reply["results"][0]["attention"]["words"];
  const auto card = std::ranges::find_if(words, [](const Json& word) { return word["text"] == "card"; });
  ASSERT_NE(card, words.end()) << words.dump();
  EXPECT_EQ((*card)["start"], 3);
  EXPECT_EQ((*card)["end"], 7);
}

TEST_F(Endpoints, embeddings_are_of_length_one_as_numbers_and_as_bytes) {
  const Json body = {{"input", {"open the file", "打开文件"}}, {"model", "bank"}};
  Json packed_body = body;
  packed_body["encoding_format"] = "base64";
  const Json numbers = post("/v1/embeddings", body), packed = post("/v1/embeddings", packed_body);
  ASSERT_EQ(numbers["data"].size(), 2U);
  EXPECT_GT(numbers["usage"]["total_tokens"], 4);
  for (size_t i = 0; i < 2; ++i) {
    const auto values = numbers["data"][i]["embedding"].get<std::vector<float>>();
    EXPECT_EQ(values.size(), 16U);
    double squares = 0;
    for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
    EXPECT_NEAR(squares, 1.0, 1e-5);
    EXPECT_THAT(floats_of(packed["data"][i]["embedding"]), testing::Pointwise(testing::FloatEq(), values));
  }
}

TEST_F(Endpoints, rerank_puts_the_query_itself_first) {
  const Json reply =
      post("/v1/rerank", {{"query", "我的银行卡被偷了"},
                          {"documents", {"open the file", {{"text", "我的银行卡被偷了"}}, "打印"}},
                          {"top_n", 2},
                          {"return_documents", true},
                          {"model", "bank"}});
  ASSERT_EQ(reply["results"].size(), 2U);
  EXPECT_EQ(reply["results"][0]["index"], 1);
  EXPECT_NEAR(reply["results"][0]["relevance_score"], 1.0, 1e-3);
  EXPECT_EQ(reply["results"][0]["document"]["text"], "我的银行卡被偷了");
  EXPECT_LE(reply["results"][1]["relevance_score"], reply["results"][0]["relevance_score"]);
}

TEST_F(Endpoints, a_model_must_be_named_where_several_could_answer) {
  const Reply reply = client_.post("/v1/embeddings", {{"input", "a"}});
  expect_refused(reply, 400, "invalid_argument", {"'bank', 'en-zh'"});
  EXPECT_EQ(reply.json()["error"]["param"], "model");
  expect_refused(client_.post("/v1/classify", {{"text", "a"}, {"model", "bnak"}}), 404, "not_found",
                 {"did you mean 'bank'"});
  expect_refused(client_.post("/v1/classify", {{"text", "a"}, {"model", "bank@7"}}), 404, "not_found",
                 {"version 7 is not served"});
  expect_refused(client_.post("/v1/classify", {{"text", "a"}, {"model", "en-zh"}}), 400, "invalid_argument",
                 {"expected one that can classify"});
}

TEST_F(Endpoints, the_open_inference_protocol_answers_for_both_kinds_of_model) {
  EXPECT_EQ(get("/v2")["name"], "heed");
  EXPECT_EQ(get("/v2/health/live")["live"], true);
  EXPECT_EQ(get("/v2/health/ready")["ready"], true);
  EXPECT_EQ(get("/v2/models/bank/ready")["ready"], true);
  EXPECT_EQ(get("/v2/models/bank/versions/1")["outputs"][0]["name"], "label");
  EXPECT_EQ(get("/v2/models/en-zh")["platform"], "heed");
  const Json tensor = {{"name", "text"},
                       {"datatype", "BYTES"},
                       {"shape", {2}},
                       {"data", {"my card was stolen", "如何转账？"}}};
  const Json labels =
      post("/v2/models/bank/versions/1/infer", {{"id", "7"}, {"inputs", Json::array({tensor})}});
  EXPECT_EQ(labels["model_name"], "bank");
  EXPECT_EQ(labels["model_version"], "1");
  EXPECT_EQ(labels["id"], "7");
  EXPECT_EQ(labels["outputs"][0]["data"],
            Json({label("my card was stolen").label, label("如何转账？").label}));
  EXPECT_EQ(labels["outputs"][1]["datatype"], "FP64");
  const Json best = post("/v2/models/bank/infer", {{"text", "打印"}, {"parameters", {{"top", 3}}}});
  EXPECT_EQ(best["outputs"][0]["shape"], Json({1, 3}));
  const Json texts = post("/v2/models/en-zh/infer",
                          {{"texts", {"打开文件"}}, {"parameters", {{"explain", "attention"}, {"beam", 2}}}});
  EXPECT_EQ(texts["outputs"][0]["data"][0], translation("打开文件", {.beam = 2}));
  EXPECT_EQ(texts["outputs"][1]["name"], "attention");
}

TEST_F(Endpoints, events_are_kept_once_listed_and_forgotten) {
  const Json decision = {
      {"type", "decision"},
      {"event_id", "d1"},
      {"app", "support"},
      {"subject", "顾客一"},
      {"candidates", Json::array({{{"id", "a"}, {"score", 0.5}, {"propensity", 1.0}, {"position", 0}}})},
      {"chosen", "a"}};
  const Json outcome = {
      {"type", "outcome"}, {"event_id", "o1"}, {"decision_id", "d1"}, {"kind", "click"}, {"value", 1}};
  EXPECT_EQ(post("/v1/events", {{"events", {decision, outcome}}})["accepted"], 2);
  const Json again = post("/v1/events", decision);
  EXPECT_EQ(again["accepted"], 0);
  EXPECT_EQ(again["duplicates"], 1);
  EXPECT_EQ(post("/v1/feedback", {{"decision_id", "d1"},
                                  {"rating", 1},
                                  {"correction", "改成别的"},
                                  {"comment", "good"}})["accepted"],
            3);

  const Json all = get("/v1/events");
  ASSERT_EQ(all["events"].size(), 5U);
  EXPECT_THAT(all.dump(), HasSubstr("改成别的"));
  const Json page = get("/v1/events?limit=2&type=outcome");
  ASSERT_EQ(page["events"].size(), 2U);
  const Json rest = get("/v1/events?limit=5&type=outcome&before=" + page["next"].get<std::string>());
  EXPECT_EQ(rest["events"].size(), 2U);
  EXPECT_TRUE(rest["next"].is_null());
  const std::string who = "%E9%A1%BE%E5%AE%A2%E4%B8%80";
  EXPECT_EQ(get("/v1/events?subject=" + who + "&type=decision")["events"][0]["event_id"], "d1");

  const Reply gone = client_.ask("DELETE", "/v1/events?subject=" + who);
  ASSERT_EQ(gone.status, 200) << gone.body;
  EXPECT_GE(gone.json()["deleted"], 1);
  EXPECT_TRUE(get("/v1/events?subject=" + who)["events"].empty());
}

TEST_F(Endpoints, models_are_listed_with_what_is_known_of_them) {
  const Json list = get("/v1/models");
  ASSERT_EQ(list["data"].size(), 2U);
  EXPECT_EQ(list["data"][0]["id"], "bank");
  EXPECT_EQ(list["data"][0]["task"], "classify");
  EXPECT_EQ(list["data"][0]["state"], "ready");
  EXPECT_EQ(list["data"][0]["heads"][0]["labels"], Json({"transfer", "card_lost", "fee"}));
  EXPECT_EQ(list["data"][1]["task"], "translate");
  for (const std::string path : {"/v1/models/bank", "/v1/models/bank/versions/1"}) {
    const Json model = get(path);
    EXPECT_THAT(model["card"].get<std::string>(), HasSubstr("A tiny model"));
    EXPECT_EQ(model["metrics"]["valid"]["loss"], 1.25);
    EXPECT_TRUE(model["config"].is_object());
  }
  expect_refused(client_.get("/v1/models/other"), 404, "not_found", {"'bank', 'en-zh'"});
}

TEST_F(Endpoints, status_and_metrics_count_what_was_answered) {
  for (int i = 0; i < 3; ++i) post("/v1/classify", {{"text", {"where is my card", "我的银行卡在哪里"}}});
  expect_refused(client_.get("/nowhere"), 404, "not_found");
  const Json status = get("/v1/status");
  EXPECT_EQ(status["keys"], false);
  EXPECT_EQ(status["draining"], false);
  EXPECT_EQ(status["queue"]["length"], 0);
  EXPECT_EQ(status["store"]["kind"], "sqlite");
  const Json& routes = status["routes"];
  const auto route =
      std::ranges::find_if(routes, [](const Json& each) { return each["route"] == "POST /v1/classify"; });
  ASSERT_NE(route, routes.end());
  EXPECT_EQ((*route)["requests"], 3);
  const Reply metrics = client_.get("/metrics");
  EXPECT_THAT(metrics.header("content-type"), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(metrics.body, HasSubstr("heed_requests_total{route=\"POST /v1/classify\",status=\"200\"} 3\n"));
  EXPECT_THAT(metrics.body, HasSubstr("status=\"404\"} 1\n"));
  EXPECT_THAT(metrics.body, HasSubstr("heed_queue_seconds_count{model=\"bank\",version=\"1\"} 3\n"));
  EXPECT_THAT(metrics.body, HasSubstr("heed_connections 1\n"));
}

TEST_F(Endpoints, traffic_leaves_out_those_who_only_look_at_the_server) {
  const auto requests = [&] {
    int64_t sum = 0;
    const Json status = get("/v1/status");
    for (const Json& second : status["traffic"]) sum += second["requests"].get<int64_t>();
    return sum;
  };
  for (const char* path :
       {"/", "/index.html", "/v1/status", "/metrics", "/openapi.json", "/v2/health/live", "/v2/health/ready"})
    EXPECT_EQ(client_.get(path).status, 200) << path;
  EXPECT_EQ(client_.ask("HEAD", "/v2/health/live").status, 200);
  EXPECT_EQ(requests(), 0);
  post("/v1/classify", {{"text", "我的银行卡在哪里"}});
  expect_refused(client_.get("/nowhere"), 404, "not_found");
  expect_refused(client_.post("/v1/status", {}), 405, "invalid_argument");
  EXPECT_EQ(requests(), 3);
  EXPECT_THAT(client_.get("/metrics").body,
              HasSubstr("heed_requests_total{route=\"GET /v2/health/live\",status=\"200\"} 2\n"));
}

TEST_F(Endpoints, the_description_holds_every_route_and_refers_to_nothing_that_is_missing) {
  const Json description = get("/openapi.json");
  EXPECT_EQ(description["openapi"], "3.1.0");
  std::set<std::string> ids;
  size_t operations = 0;
  for (const apps::Route& route : serve::all_routes(nullptr, test::test_applications())) {
    std::string method(route.method);
    std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string path(route.path);
    ASSERT_TRUE(description["paths"].contains(path) && description["paths"][path].contains(method))
        << method << " " << path;
    const Json& operation = description["paths"][path][method];
    EXPECT_TRUE(ids.insert(operation["operationId"]).second) << operation["operationId"];
    EXPECT_EQ(operation.contains("requestBody"), !route.body.empty()) << path;
    for (const auto& [status, reply] : operation["responses"].items()) {
      if (!reply.contains("$ref")) continue;
      const std::string pointer = reply["$ref"].get<std::string>().substr(1);
      EXPECT_TRUE(description.contains(Json::json_pointer(pointer))) << pointer;
    }
    for (size_t brace = path.find('{'); brace != std::string::npos; brace = path.find('{', brace + 1)) {
      const std::string name = path.substr(brace + 1, path.find('}', brace) - brace - 1);
      EXPECT_TRUE(std::ranges::any_of(operation["parameters"], [&](const Json& each) {
        return each["name"] == name && each["in"] == "path";
      })) << path;
    }
    ++operations;
  }
  size_t described = 0;
  for (const auto& [path, methods] : description["paths"].items()) described += methods.size();
  EXPECT_EQ(described, operations);
  EXPECT_GE(operations, 20U);
}

TEST_F(Endpoints, the_page_comes_with_a_strict_policy_and_is_not_sent_twice) {
  const Reply page = client_.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
  const Reply same = client_.get("/", {"If-None-Match: " + page.header("etag")});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
}

TEST_F(Endpoints, a_request_id_of_the_clients_own_is_given_back_where_it_is_plain) {
  EXPECT_EQ(client_.get("/v2", {"X-Request-Id: my-id.7"}).header("x-request-id"), "my-id.7");
  EXPECT_NE(client_.get("/v2", {"X-Request-Id: a b<script>"}).header("x-request-id"), "a b<script>");
  EXPECT_NE(client_.get("/v2", {"X-Request-Id: " + std::string(65, 'x')}).header("x-request-id"),
            std::string(65, 'x'));
}
