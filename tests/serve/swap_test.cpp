#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include <gmock/gmock.h>

#include "base/files.h"
#include "infer/live_model.h"
#include "serve/running_server.h"
#include "serve/server.h"

using namespace heed;
using test::ask_once;
using test::expect_refused;
using test::Reply;
using test::TestClient;
using testing::HasSubstr;

// Models that are replaced while they answer.
namespace {

const std::string kText = "我的银行卡被偷了";

class Swap : public testing::Test {
 protected:
  Reply load(int64_t version) {
    return ask_once(server_.port(), "POST", "/v1/models/bank/load", Json{{"version", version}}.dump());
  }
  Json classify(const std::string& model = "bank") {
    const Reply reply =
        ask_once(server_.port(), "POST", "/v1/classify", Json{{"text", kText}, {"model", model}}.dump());
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.json();
  }
  double expected(int64_t version) {
    const infer::LiveModel live(open_model(server_.models() / "bank" / std::to_string(version)));
    const auto answer = live.answer(std::vector<std::string>{kText}, infer::ClassifyOptions{}).front();
    return std::get<infer::ClassificationResult>(answer).heads[0].labels[0].probability;
  }
  Json bank() { return ask_once(server_.port(), "GET", "/v1/models/bank").json(); }

  // Version 2 with broken weights, made by `breaks`; the link `current` names it.
  void break_next(const std::function<void(std::vector<Tensor>&)>& breaks) {
    ModelContents contents = test::tiny_contents(test::tiny_classifier(), 2);
    breaks(contents.weights);
    write_model(server_.models() / "bank", contents);
  }
  // What the server says and does when version 2 cannot answer.
  void expect_stays_with_the_first(const std::string& part) {
    const Reply refused = load(2);
    EXPECT_GE(refused.status, 400);
    EXPECT_THAT(refused.body, HasSubstr(part));
    EXPECT_EQ(classify()["version"], 1);
    const Json model = bank();
    EXPECT_EQ(model["state"], "failed");
    EXPECT_EQ(model["version"], 1);
    EXPECT_THAT(model["error"].get<std::string>(), HasSubstr(part));
    EXPECT_EQ(server_.server().reload(), 1);
    EXPECT_EQ(classify()["version"], 1);
    expect_refused(ask_once(server_.port(), "POST", "/v1/classify", R"({"text": "a", "model": "bank@2"})"),
                   404, "not_found");
    // A sound one after it is taken up, and the fault forgotten.
    test::write_bank(server_.models(), 3);
    EXPECT_EQ(server_.server().reload(), 0);
    EXPECT_EQ(classify()["version"], 3);
    EXPECT_EQ(bank()["state"], "ready");
    EXPECT_FALSE(bank().contains("error"));
  }

  test::RunningServer server_;
};

}  // namespace

TEST_F(Swap, twenty_swaps_under_load_fail_no_request) {
  test::write_bank(server_.models(), 2);
  const std::map<int64_t, double> probabilities = {{1, expected(1)}, {2, expected(2)}};
  ASSERT_GT(std::abs(probabilities.at(1) - probabilities.at(2)), 1e-4);
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::vector<std::jthread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      TestClient client(server_.port());
      while (!stop) {
        const Reply reply = client.post("/v1/classify", {{"text", kText}});
        EXPECT_EQ(reply.status, 200) << reply.body;
        if (reply.status != 200) return;
        const Json body = reply.json();
        const int64_t version = body["version"];
        EXPECT_NEAR(body["results"][0]["probability"], probabilities.at(version), 1e-6) << version;
        ++answered;
      }
    });
  }
  for (int swap = 0; swap < 20; ++swap) {
    const int64_t version = 2 - swap % 2;
    const Reply reply = load(version);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.json()["version"], version);
    EXPECT_EQ(classify()["version"], version);
    const int before = answered;
    EXPECT_TRUE(test::eventually([&] { return answered > before; }));
  }
  stop = true;
  clients.clear();
  EXPECT_GE(answered, 20);
}

TEST_F(Swap, reload_takes_up_new_models_other_currents_and_what_is_gone) {
  test::write_bank(server_.models(), 2);
  write_model(server_.models() / "zh-en", test::tiny_contents(test::tiny_translator(), 5));
  EXPECT_EQ(ask_once(server_.port(), "POST", "/v1/reload").json()["failed"], 0);
  EXPECT_EQ(classify()["version"], 2);
  EXPECT_EQ(ask_once(server_.port(), "GET", "/v2/models/zh-en/ready").status, 200);
  std::filesystem::remove_all(server_.models() / "zh-en");
  EXPECT_EQ(ask_once(server_.port(), "POST", "/v1/reload").json()["failed"], 0);
  EXPECT_EQ(ask_once(server_.port(), "GET", "/v2/models/zh-en/ready").status, 404);
}

TEST_F(Swap, a_version_whose_weights_are_cut_does_not_replace_the_one_before) {
  test::write_bank(server_.models(), 2);
  const auto weights = server_.models() / "bank" / "2" / "model.safetensors";
  std::filesystem::resize_file(weights, std::filesystem::file_size(weights) / 2);
  expect_stays_with_the_first("model.safetensors");
}

TEST_F(Swap, a_version_whose_weights_are_garbage_does_not_replace_the_one_before) {
  test::write_bank(server_.models(), 2);
  write_file_atomically(server_.models() / "bank" / "2" / "model.safetensors", "乱七八糟");
  expect_stays_with_the_first("model.safetensors");
}

TEST_F(Swap, a_version_whose_weights_are_no_numbers_does_not_replace_the_one_before) {
  break_next([](std::vector<Tensor>& weights) {
    for (Tensor& tensor : weights) {
      const float none = std::numeric_limits<float>::quiet_NaN();
      for (size_t at = 0; at < tensor.bytes.size(); at += sizeof none)
        std::memcpy(tensor.bytes.data() + at, &none, sizeof none);
    }
  });
  expect_stays_with_the_first("bank/2");
}

TEST_F(Swap, one_number_of_a_layer_that_is_none_is_enough) {
  break_next([](std::vector<Tensor>& weights) {
    const float none = std::numeric_limits<float>::quiet_NaN();
    const auto head =
        std::ranges::find_if(weights, [](const Tensor& each) { return each.name.starts_with("encoder."); });
    ASSERT_NE(head, weights.end());
    std::memcpy(head->bytes.data(), &none, sizeof none);
  });
  expect_stays_with_the_first("bank/2");
}

TEST_F(Swap, a_translator_whose_weights_are_no_numbers_does_not_replace_the_one_before) {
  ModelContents contents = test::tiny_contents(test::tiny_translator(), 3);
  const float none = std::numeric_limits<float>::quiet_NaN();
  for (Tensor& tensor : contents.weights) std::memcpy(tensor.bytes.data(), &none, sizeof none);
  write_model(server_.models() / "en-zh", contents);
  EXPECT_EQ(server_.server().reload(), 1);
  const Reply reply = ask_once(server_.port(), "POST", "/v1/translate", R"({"q": "打开文件"})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["version"], 1);
}

TEST_F(Swap, a_version_that_is_not_there_is_refused) {
  expect_refused(load(9), 404, "not_found", {"9"});
  EXPECT_EQ(classify()["version"], 1);
  expect_refused(ask_once(server_.port(), "POST", "/v1/models/bnak/load", "{}"), 404, "not_found",
                 {"'bank'"});
  expect_refused(load(0), 400, "invalid_argument", {"version"});
}

TEST(SwapNames, aliases_and_pinned_versions_stay_what_they_are) {
  const test::ScratchFolder folder;
  test::write_tiny_models(folder.path());
  test::write_bank(folder.path(), 2);
  test::write_bank(folder.path(), 3);
  const test::RunningServer server([&](serve::ServerSettings& settings) {
    settings.models = folder.path().string();
    settings.versions = {"bank@2"};
    settings.aliases = {"意图=bank", "stable=bank@1"};
  });
  const auto version_of = [&](const std::string& model) -> Json {
    const Reply reply =
        ask_once(server.port(), "POST", "/v1/classify", Json{{"text", kText}, {"model", model}}.dump());
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.json()["version"];
  };
  EXPECT_EQ(version_of("bank"), 3);
  EXPECT_EQ(version_of("bank@2"), 2);
  EXPECT_EQ(version_of("意图"), 3);
  EXPECT_EQ(version_of("stable"), 1);
  const Json model = ask_once(server.port(), "GET", "/v1/models/%E6%84%8F%E5%9B%BE").json();
  EXPECT_EQ(model["id"], "bank");
  EXPECT_EQ(model["versions"], Json({1, 2, 3}));
  EXPECT_EQ(model["loaded"], Json({1, 2, 3}));
  EXPECT_THAT(model["aliases"].dump(), HasSubstr("stable"));
  EXPECT_EQ(ask_once(server.port(), "POST", "/v1/models/bank/load", R"({"version": 1})").status, 200);
  EXPECT_EQ(version_of("意图"), 1);
  EXPECT_EQ(version_of("bank@2"), 2);
}
