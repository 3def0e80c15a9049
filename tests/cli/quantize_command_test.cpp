#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"
#include "model/weight_values.h"

using namespace heed;
using test::run_heed;
using testing::AllOf;
using testing::HasSubstr;

namespace {

class QuantizeCommand : public testing::Test {
 protected:
  std::string write(const std::string& name, const ModelContents& contents) {
    write_model(folder_ / name, contents);
    return path_of(name);
  }
  std::string translator() { return write("ui", test::tiny_contents(test::tiny_translator())); }
  std::string classifier() {
    ModelContents contents = test::tiny_contents(test::tiny_classifier());
    contents.assets = {{"模板.txt", "你好"}};
    contents.run = {{"metrics.jsonl", "{}\n"}};
    return write("bank", contents);
  }
  std::string file(const std::string& name, const std::string& content) {
    write_file_atomically(folder_ / name, content);
    return path_of(name);
  }
  std::string path_of(const std::string& name) const { return (folder_ / name).string(); }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }

  test::ScratchFolder folder_;
};

}  // namespace

TEST_F(QuantizeCommand, writes_a_model_of_int8_beside_the_old_one_with_all_that_belongs_to_it) {
  const std::string model = classifier();
  const auto outcome = run_heed({"quantize", model, "--to", "int8"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("bytes of weights"), HasSubstr("bank-int8/1\n")));
  const ModelDirectory before = open_model(model), after = open_model(path_of("bank-int8"));
  EXPECT_EQ(weight_precision(after.weights), Precision::int8);
  EXPECT_EQ(after.config, before.config);
  EXPECT_EQ(after.metrics, before.metrics);
  EXPECT_EQ(after.tokenizer("joint.model"), before.tokenizer("joint.model"));
  EXPECT_EQ(read_file(after.path / "assets" / "模板.txt"), "你好");
  EXPECT_FALSE(std::filesystem::exists(after.path / "run"));
  EXPECT_THAT(read_file(after.path / "card.md"),
              AllOf(HasSubstr("# A tiny model"), HasSubstr("from bank, version 1, whose weights are fp32")));
  EXPECT_EQ(run_heed({"model", "verify", path_of("bank-int8")}).status, 0);
}

TEST_F(QuantizeCommand, answers_in_both_languages_as_the_old_model_does) {
  const std::string model = classifier();
  ASSERT_EQ(run_heed({"quantize", model, "--to", "int8"}).status, 0);
  const std::string texts = "my card was stolen\n我的银行卡被偷了\n";
  const auto labels = [&](const std::string& name) {
    std::string all;
    const std::string output = run_heed({"classify", name, "--head", "intent", "--json"}, texts).output;
    size_t begin = 0;
    for (size_t end = output.find('\n'); end != output.npos;
         begin = end + 1, end = output.find('\n', begin)) {
      all += Json::parse(output.substr(begin, end - begin))["heads"][0]["labels"][0]["label"]
                 .get<std::string>() +
             "\n";
    }
    return all;
  };
  EXPECT_EQ(std::ranges::count(labels(model), '\n'), 2);
  EXPECT_EQ(labels(path_of("bank-int8")), labels(model));
}

TEST_F(QuantizeCommand, measures_a_translator_before_and_after) {
  const std::string model = translator();
  const std::string source = file("source", "open the file\n打开文件\nwhere is my card\n");
  const std::string reference = file("reference", run_heed({"translate", model, source}).output);
  const auto outcome = run_heed({"quantize", model, "--to", "bf16", "--output", path_of("half"), "--eval",
                                 source, reference, "--json", "--tokenize", "char"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json json = Json::parse(outcome.output);
  EXPECT_EQ(json["rows"], 3);
  EXPECT_EQ(json["before"]["precision"], "fp32");
  EXPECT_EQ(json["after"]["precision"], "bf16");
  EXPECT_EQ(json["after"]["model"], std::filesystem::canonical(folder_ / "half" / "1").string());
  EXPECT_NEAR(json["before"]["bleu"].get<double>(), 100.0, 1e-6);
  EXPECT_GT(json["after"]["chrf"].get<double>(), 0.0);
  EXPECT_NEAR(json["after"]["loss"].get<double>(), json["before"]["loss"].get<double>(), 0.01);
  EXPECT_GT(json["before"]["rows_per_second"].get<double>(), 0.0);
  EXPECT_LT(json["after"]["weight_bytes"].get<int64_t>(), json["before"]["weight_bytes"].get<int64_t>());
  EXPECT_EQ(json["after"]["weight_bytes"].get<uint64_t>(),
            std::filesystem::file_size(folder_ / "half" / "1" / "model.safetensors"));
  EXPECT_GT(json["weight_error"].get<double>(), 0.0);
  const Json luck = json["paired_bootstrap"];
  EXPECT_EQ(luck["figure"], "bleu");
  EXPECT_LE(luck["lower"].get<double>(), luck["upper"].get<double>());
  EXPECT_GT(luck["p_value"].get<double>(), 0.0);
}

TEST_F(QuantizeCommand, shows_a_classifiers_figures_side_by_side_as_heed_eval_has_them) {
  const std::string model = classifier();
  const std::string table =
      file("test.csv", "question,intent\nmy card was stolen,card_lost\n如何转账？,transfer\n");
  const auto shown = run_heed(
      {"quantize", model, "--to", "int8", "--eval", table, "--text", "question", "--label", "intent"});
  ASSERT_EQ(shown.status, 0) << shown.error;
  EXPECT_THAT(shown.output,
              AllOf(HasSubstr("accuracy"), HasSubstr("macro-F1"), HasSubstr("ECE"),
                    HasSubstr("texts a second"), HasSubstr("measured on 2 texts; accuracy changed by ")));
  const auto json = [](const test::Outcome& outcome) { return Json::parse(outcome.output); };
  const Json sides = json(run_heed({"quantize", model, "--to", "int8", "--eval", table, "--text", "question",
                                    "--label", "intent", "--json"}));
  EXPECT_TRUE(exists("bank-int8/2"));
  for (const auto& [side, name] : {std::pair("before", model), std::pair("after", path_of("bank-int8"))}) {
    const Json alone =
        json(run_heed({"eval", name, "--data", table, "--text", "question", "--label", "intent", "--json"}));
    for (const char* figure : {"accuracy", "macro_f1", "ece"})
      EXPECT_EQ(sides[side][figure], alone[figure]) << figure;
  }
  const Json several = json(run_heed({"quantize", model, "--to", "bf16", "--json", "--head", "topics",
                                      "--eval", file("topics.csv", "text,topics\nmy card,cards|money\n")}));
  EXPECT_TRUE(several["after"].contains("micro_f1"));
  EXPECT_EQ(several["paired_bootstrap"]["figure"], "exact_match");
}

TEST_F(QuantizeCommand, calibrates_the_rounding_on_texts_of_both_languages) {
  const std::string texts = file("texts", "open the file\n打开文件\n\nwhere is my card\n我的银行卡被偷了\n");
  for (const std::string& model : {classifier(), translator()}) {
    const auto outcome = run_heed({"quantize", model, "--to", "int8", "--calibrate", texts, "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    const Json error = Json::parse(outcome.output)["product_error"];
    EXPECT_GT(error["calibrated"].get<double>(), 0.0);
    EXPECT_LT(error["calibrated"].get<double>(), error["nearest"].get<double>());
    const auto shown = run_heed({"quantize", model, "--to", "int8", "--calibrate", texts});
    EXPECT_THAT(shown.output, AllOf(HasSubstr("error of products"), HasSubstr("calibrated: ")));
    EXPECT_EQ(run_heed({"model", "verify", model + "-int8"}).status, 0);
  }
}

TEST_F(QuantizeCommand, refuses_to_calibrate_without_texts_or_for_bf16) {
  const std::string model = classifier();
  const auto refusal = [&](const std::string& to, const std::string& texts) {
    return run_heed({"quantize", model, "--to", to, "--calibrate", texts}).error;
  };
  EXPECT_THAT(
      run_heed({"quantize", translator(), "--to", "int8", "--calibrate", file("spaces", "  \n \n")}).error,
      HasSubstr("reads something of, found none"));
  EXPECT_THAT(refusal("bf16", file("texts", "a\n")),
              HasSubstr("expected int8 where rounding is calibrated, found bf16"));
  EXPECT_THAT(refusal("int8", file("blank", "\n\n")), HasSubstr("expected lines of text, found none"));
  EXPECT_THAT(refusal("int8", path_of("nowhere")), HasSubstr("nowhere"));
  EXPECT_FALSE(exists("bank-int8"));
}

TEST_F(QuantizeCommand, refuses_before_it_writes) {
  const std::string model = classifier();
  const auto refusal = [&](const std::vector<std::string>& arguments) {
    const auto outcome = run_heed(arguments);
    EXPECT_NE(outcome.status, 0);
    EXPECT_EQ(std::ranges::count(outcome.error, '\n'), 1) << outcome.error;
    return outcome.error;
  };
  EXPECT_THAT(refusal({"quantize", model, "--to", "int4"}),
              HasSubstr("--to: expected int8 or bf16, found 'int4' (did you mean 'int8'?)"));
  EXPECT_THAT(refusal({"quantize", model}), HasSubstr("--to"));
  EXPECT_THAT(refusal({"quantize", model, "--to", "int8", "--eval", "a", "b"}),
              HasSubstr("--eval: expected one table of a classifier, found 2"));
  EXPECT_THAT(refusal({"quantize", translator(), "--to", "int8", "--eval", "a"}),
              HasSubstr("--eval: expected two files of a translator, source and reference, found 1"));
  EXPECT_THAT(refusal({"quantize", model, "--to", "int8", "--eval", path_of("none.csv"), "--head", "intent"}),
              HasSubstr("none.csv"));
  EXPECT_THAT(refusal({"quantize", model, "--to", "int8", "--eval", file("a.csv", "text,intent\n你好,fe\n"),
                       "--label", "intent"}),
              HasSubstr("did you mean 'fee'?"));
  ModelContents sick = test::tiny_contents(test::tiny_classifier());
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(sick.weights[0].bytes.data(), &nan, sizeof nan);
  EXPECT_THAT(refusal({"quantize", write("sick", sick), "--to", "int8"}),
              AllOf(HasSubstr("'embedding.weight'"), HasSubstr("nan")));
  for (const char* name : {"bank-int8", "ui-int8", "sick-int8"}) EXPECT_FALSE(exists(name)) << name;

  ASSERT_EQ(run_heed({"quantize", model, "--to", "int8"}).status, 0);
  EXPECT_THAT(refusal({"quantize", path_of("bank-int8"), "--to", "int8"}), HasSubstr("found int8"));
  EXPECT_FALSE(exists("bank-int8-int8"));
}
