#include <gmock/gmock.h>

#include "serve/running_server.h"

using namespace heed;
using test::expect_refused;
using test::Reply;

// Bodies and queries that are not as the fields say: 400, which field, and the connection lives.
namespace {

struct Bad {
  std::string path, body;
  Json param;  // null: no field is at fault
  std::string part;
};

class HostileBody : public testing::Test {
 protected:
  void expect_bad(const std::vector<Bad>& bodies) {
    for (const Bad& bad : bodies) {
      SCOPED_TRACE(bad.path + " " + bad.body.substr(0, 100));
      const Reply reply = client_.ask("POST", bad.path, bad.body);
      expect_refused(reply, 400, "invalid_argument", {bad.part});
      EXPECT_EQ(reply.json()["error"]["param"], bad.param);
    }
    EXPECT_EQ(client_.post("/v1/classify", {{"text", "打印"}}).status, 200);
  }

  test::RunningServer server_;
  test::TestClient client_{server_.port()};
};

std::string nested(size_t depth) {
  return R"({"text": )" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

std::string texts(size_t count) {
  std::string list = "[";
  for (size_t i = 0; i < count; ++i) list += i == 0 ? "\"\"" : ",\"\"";
  return R"({"text": )" + list + "]}";
}

}  // namespace

TEST_F(HostileBody, what_is_no_json_object_is_refused) {
  expect_bad({
      {"/v1/classify", "", nullptr, "found none"},
      {"/v1/classify", " ", nullptr, "body:"},
      {"/v1/classify", "text=a", nullptr, "as JSON in UTF-8"},
      {"/v1/classify", R"({"text": "a")", nullptr, "body:1:"},
      {"/v1/classify", R"({"text": "a"} x)", nullptr, "body:1:"},
      {"/v1/classify", R"({"text": "a",})", nullptr, "body:1:"},
      {"/v1/classify", R"({"text": NaN})", nullptr, "body:1:"},
      {"/v1/classify", "[]", nullptr, "expected a JSON object"},
      {"/v1/classify", "null", nullptr, "expected a JSON object"},
      {"/v1/classify", "\"text\"", nullptr, "expected a JSON object"},
      {"/v1/classify", nested(1000), nullptr, "32"},
      {"/v1/classify", std::string(500'000, '['), nullptr, "32"},
      {"/v1/classify", std::string(100'000, '{'), nullptr, "body:"},
      {"/v1/classify", "{\"text\": \"\xff\xfe\"}", nullptr, "UTF-8"},
      {"/v1/classify", "{\"text\": \"\xed\xa0\x80\"}", nullptr, "UTF-8"},
      {"/v1/classify", "{\"text\": \"\xe6\x89\"}", nullptr, "UTF-8"},
      {"/v1/classify", "{\"\xff\": 1}", nullptr, "UTF-8"},
      {"/v1/classify", std::string("{\"text\": \"a\0b\"}", 15), nullptr, "body:1:"},
      {"/v1/classify", R"({"text": "\ud800"})", nullptr, "body:1:"},
      {"/v1/classify", R"({"text": "a", "top": 1e999})", nullptr, "body:"},
  });
}

TEST_F(HostileBody, an_object_has_so_many_fields) {
  std::string wide;
  for (int i = 0; i < 90'000; ++i) wide += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  expect_bad({
      {"/v1/classify", "{" + wide + "}", nullptr, "at most 256 fields"},
      {"/v1/classify", R"({"text": "a", "字段": [[{)" + wide + "}]]}", nullptr, "at most 256 fields"},
      {"/v1/events", R"({"events": [{)" + wide + "}]}", nullptr, "at most 256 fields"},
  });
  const std::string colons(1000, ':');
  EXPECT_EQ(client_.post("/v1/classify", {{"text", {colons, "\"{:" + colons, "\\\"" + colons}}}).status, 200);
}

TEST_F(HostileBody, a_field_at_fault_is_named) {
  expect_bad({
      {"/v1/classify", "{}", "text", "found none"},
      {"/v1/classify", R"({"text": null})", "text", "found none"},
      {"/v1/classify", R"({"text": 5})", "text", "found number"},
      {"/v1/classify", R"({"text": {}})", "text", "found object"},
      {"/v1/classify", R"({"text": []})", "text", "empty list"},
      {"/v1/classify", R"({"text": ["a", 5]})", "text[1]", "found number"},
      {"/v1/classify", R"({"text": [["a"]]})", "text[0]", "found array"},
      {"/v1/classify", R"({"text": "a\u0000b"})", "text", "without NUL"},
      {"/v1/classify", texts(4097), "text", "at most 4096, found 4097"},
      {"/v1/classify", R"({"texte": "a"})", "texte", "did you mean 'text'"},
      {"/v1/classify", R"({"text": "a", "文本": 1})", "文本", "expected a known field"},
      {"/v1/classify", R"({"text": "a", "top": 0})", "top", "1 to"},
      {"/v1/classify", R"({"text": "a", "top": -5})", "top", "1 to"},
      {"/v1/classify", R"({"text": "a", "top": 1.5})", "top", "whole number"},
      {"/v1/classify", R"({"text": "a", "top": 18446744073709551615})", "top", "1 to"},
      {"/v1/classify", R"({"text": "a", "top": "3"})", "top", "whole number"},
      {"/v1/classify", R"({"text": "a", "explain": "atention"})", "explain", "did you mean 'attention'"},
      {"/v1/classify", R"({"text": "a", "head": "意图"})", "head", "'bank'"},
      {"/v1/translate", R"({"q": "a", "beam": 17})", "beam", "1 to 16"},
      {"/v1/translate", R"({"q": "a", "alternatives": 16})", "alternatives", "0 to 15"},
      {"/v1/translate", R"({"q": true})", "q", "found boolean"},
      {"/v1/embeddings", R"({"input": "a", "encoding_format": "int8"})", "encoding_format",
       "'float', 'base64'"},
      {"/v1/rerank", R"({"query": "a"})", "documents", "found none"},
      {"/v1/rerank", R"({"query": "a", "documents": "b", "model": "bank"})", "documents", "list of texts"},
      {"/v1/rerank", R"({"query": "a", "documents": [], "model": "bank"})", "documents", "found 0"},
      {"/v1/rerank", R"({"query": "a", "documents": [{"txt": "b"}], "model": "bank"})", "documents[0].text",
       "found none"},
      {"/v1/rerank", R"({"query": "a", "documents": [1], "model": "bank"})", "documents[0]", "found number"},
      {"/v1/rerank", R"({"query": "a", "documents": [{"text": ["b"]}], "model": "bank"})", "documents[0]",
       "found array"},
      {"/v1/rerank", R"({"query": "a", "documents": ["b"], "return_documents": 1})", "return_documents",
       "true or false"},
  });
}

TEST_F(HostileBody, a_tensor_must_be_whole) {
  const auto tensor = [](const std::string& shape, const std::string& data) {
    return R"({"inputs": [{"name": "text", "datatype": "BYTES", "shape": )" + shape + R"(, "data": )" + data +
           "}]}";
  };
  const std::string path = "/v2/models/bank/infer";
  expect_bad({
      {path, "{}", "inputs", "found 0"},
      {path, R"({"text": "a", "texts": ["b"]})", "inputs", "found 2"},
      {path, R"({"inputs": []})", "inputs", "empty list"},
      {path, R"({"inputs": [5]})", "inputs[0]", "found number"},
      {path, R"({"inputs": [{"name": "text", "datatype": "FP32", "data": ["a"]}]})", "inputs[0].datatype",
       "BYTES"},
      {path, tensor("[2]", R"(["a"])"), "inputs[0].shape", "expected [1]"},
      {path, tensor("[-1]", R"(["a"])"), "inputs[0].shape", "expected [1]"},
      {path, tensor("[1, 9223372036854775807, 2]", R"(["a"])"), "inputs[0].shape", "expected [1]"},
      {path, tensor("[4096, 4096, 4096, 4096, 4096, 4096]", R"(["a"])"), "inputs[0].shape", "expected [1]"},
      {path, tensor("1", R"(["a"])"), "inputs[0].shape", "expected [1]"},
      {path, tensor("\"1\"", R"(["a"])"), "inputs[0].shape", "expected [1]"},
      {path, tensor("[1]", R"([["a"]])"), "inputs[0].data[0]", "found array"},
      {path, R"({"text": "a", "parameters": {"tpo": 1}})", "parameters.tpo", "did you mean 'top'"},
      {path, R"({"text": "a", "parameters": []})", "parameters", "found array"},
  });
}

TEST_F(HostileBody, an_event_must_be_whole) {
  expect_bad({
      {"/v1/events", "{}", "type", "expected"},
      {"/v1/events", R"({"events": []})", "events", "expected"},
      {"/v1/events", R"({"events": [5]})", "events[0]", "expected"},
      {"/v1/events", R"({"type": "decison"})", "type", "expected"},
      {"/v1/events",
       R"({"type": "outcome", "event_id": "a", "decision_id": "b", "kind": "click", "value": "x"})", "value",
       "expected"},
      {"/v1/feedback", R"({"decision_id": "d", "rating": 2})", "rating", "-1 to 1"},
      {"/v1/feedback", R"({"rating": 1})", "decision_id", "found none"},
  });
  EXPECT_TRUE(client_.get("/v1/events").json()["events"].empty());
}

TEST_F(HostileBody, a_query_string_is_held_to_its_fields_too) {
  const std::vector<std::pair<std::string, Json>> queries = {
      {"limit=0", "limit"},   {"limit=99999999999999999999", "limit"},
      {"limit=abc", "limit"}, {"limit=", "limit"},
      {"limt=5", "limt"},     {"type=both", "type"},
      {"app=%zz", nullptr},   {"app=%", nullptr},
      {"app=a%00b", nullptr}};
  for (const auto& [query, param] : queries) {
    SCOPED_TRACE(query);
    const Reply reply = client_.get("/v1/events?" + query);
    expect_refused(reply, 400, "invalid_argument");
    EXPECT_EQ(reply.json()["error"]["param"], param);
  }
  expect_refused(client_.ask("DELETE", "/v1/events"), 400, "invalid_argument", {"subject"});
  EXPECT_EQ(client_.get("/v1/events?&&limit=5&").status, 200);
  // Bytes that are no text: an error or an empty list, and no fault of the server's own.
  EXPECT_LT(client_.get("/v1/events?app=%ff%fe&before=%ff").status, 500);
  EXPECT_LT(client_.get("/v1/events?before=..%2f").status, 500);
}

TEST_F(HostileBody, a_deadline_must_be_a_whole_number_above_zero) {
  for (const std::string value : {"0", "-5", "1.5", "soon", "99999999999999999999", "0x10", "+5", "5 "}) {
    SCOPED_TRACE(value);
    const Reply reply = client_.get("/v2", {"X-Deadline-Ms: " + value});
    if (value == "5 ") {  // space at the end is no part of a header
      EXPECT_EQ(reply.status, 200);
      continue;
    }
    expect_refused(reply, 400, "invalid_argument", {"above 0"});
    EXPECT_EQ(reply.json()["error"]["param"], "X-Deadline-Ms");
  }
}

TEST_F(HostileBody, long_texts_and_odd_ones_are_answered) {
  std::string chinese, joined;
  for (int i = 0; i < 100'000; ++i) chinese += "银";
  for (int i = 0; i < 1000; ++i) joined += "e\u0301\u200d";
  for (const std::string& text : {std::string(900'000, 'a'), chinese, joined, std::string(1000, ' '),
                                  std::string("\u202e\ufeff\uffff\U0010ffff"), std::string("\x01\x02\x7f")}) {
    const Reply reply = client_.post("/v1/classify", {{"text", text}, {"explain", "attention"}});
    EXPECT_EQ(reply.status, 200) << reply.body.substr(0, 300);
  }
  EXPECT_EQ(client_.ask("POST", "/v1/classify", texts(4096)).status, 200);
}
