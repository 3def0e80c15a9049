#include <filesystem>

#include <gmock/gmock.h>
#include <sys/file.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"

using namespace heed;
using test::run_heed;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

namespace {

class RunsCommand : public testing::Test {
 protected:
  // A classifier's run with three validations, the second the best.
  void write_run(const std::string& folder, const std::string& rate = "0.001", double best = 0.75) const {
    write(folder + "/recipe.toml",
          "[model]\narchitecture = 'transformer_encoder'\n\n[[model.heads]]\n"
          "name = 'intent'\n\n[train]\nepochs = 3\nlearning_rate = " +
              rate + "\nmetric = 'accuracy'\n");
    write(
        folder + "/defaults.toml",
        "[model]\narchitecture = 'transformer_seq2seq'\n[train]\nepochs = 3\nlearning_rate = 0.001\nmetric = "
        "'loss'\n");
    write(folder + "/env.json", R"({"corpus": "17", "cpu": "one <b>core</b>", "parameters": 669468})");
    std::string lines;
    const std::vector<double> accuracy = {0.5, best, 0.625};
    for (int epoch = 1; epoch <= 3; ++epoch) {
      lines += Json({{"step", epoch * 10},
                     {"epoch", epoch},
                     {"split", "train"},
                     {"loss", 2.0 / epoch},
                     {"learning_rate", 0.001},
                     {"tokens_per_second", 900.0},
                     {"minutes", 0.5 * epoch}})
                   .dump() +
               "\n" +
               Json({{"step", epoch * 10},
                     {"epoch", epoch},
                     {"split", "valid"},
                     {"loss", 2.5 / epoch},
                     {"accuracy", accuracy[epoch - 1]}})
                   .dump() +
               "\n";
    }
    write(folder + "/metrics.jsonl", lines);
  }
  void write_version(const std::string& version, const std::string& rate, double best, double test) const {
    write_run(version + "/run", rate, best);
    write(version + "/metrics.json",
          Json({{"splits", {{"valid", {{"accuracy", best}, {"loss", 1.25}}}, {"test", {{"accuracy", test}}}}},
                {"training", {{"parameters", 669468}, {"minutes", 1.5}}}})
              .dump());
  }
  void write_translator(const std::string& folder) const {
    write_run(folder);
    write(folder + "/recipe.toml",
          "[model]\narchitecture = 'transformer_seq2seq'\n[train]\nepochs = 3\nmetric = 'accuracy'\n");
  }
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((folder_ / name).parent_path());
    write_file_atomically(folder_ / name, content);
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  test::Outcome runs(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "runs");
    return run_heed(arguments);
  }
  std::string page(const std::string& run, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"report", path(run), "--output", path("report.html")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = runs(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.error;
    return read_file(folder_ / "report.html");
  }
  static void expect_one_line(const test::Outcome& outcome, int status,
                              const std::vector<std::string>& parts) {
    EXPECT_EQ(outcome.status, status) << outcome.error;
    EXPECT_EQ(std::ranges::count(outcome.error, '\n'), 1) << outcome.error;
    for (const std::string& part : parts) EXPECT_THAT(outcome.error, HasSubstr(part));
  }

  test::ScratchFolder folder_;
};

}  // namespace

TEST_F(RunsCommand, lists_versions_and_unfinished_runs_with_their_best_validation) {
  write_version("models/银行/2", "0.001", 0.75, 0.7);
  write_version("models/银行/10", "0.002", 0.875, 0.8);
  write_run("models/new.run");
  const auto outcome = runs({"list", path("models"), "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json all = Json::parse(outcome.output);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]["name"], path("models/new.run"));
  EXPECT_EQ(all[0]["state"], "unfinished");
  EXPECT_EQ(all[1]["name"], path("models/银行/2"));
  EXPECT_EQ(all[2]["name"], path("models/银行/10"));
  EXPECT_EQ(all[2]["state"], "finished");
  EXPECT_EQ(all[2]["best"], 0.875);
  EXPECT_EQ(all[2]["best_step"], 20);
  EXPECT_EQ(all[2]["epochs"], 3);
  EXPECT_EQ(all[2]["parameters"], 669468);
  EXPECT_EQ(all[2]["minutes"], 1.5);
  const auto text = runs({"list", path("models"), "--sort", "accuracy"});
  EXPECT_THAT(text.output,
              testing::ContainsRegex("银行/10 +transformer_encoder +0.67 M +accuracy +0.8750 +20 +3/3 "
                                     "+1.5 +finished\n"));
  EXPECT_LT(text.output.find("银行/10"), text.output.find("银行/2"));
  EXPECT_LT(text.output.find("银行/10"), text.output.find("new.run"));
}

TEST_F(RunsCommand, an_ended_trainings_own_folder_is_not_listed_beside_the_version_it_wrote) {
  write_version("models/bank/1", "0.001", 0.75, 0.7);
  write_run("models/bank.run");
  write_safetensors(folder_ / "models/bank.run/checkpoint.safetensors",
                    {{"w", DataType::f32, {1}, std::string(4, '\0')}}, {{"state", R"({"finished": true})"}});
  EXPECT_EQ(Json::parse(runs({"list", path("models"), "--json"}).output).size(), 1U);
  write("models/bank.run/metrics.jsonl", "");
  const Json all = Json::parse(runs({"list", path("models"), "--json"}).output);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1]["state"], "finished");
  EXPECT_TRUE(all[1]["best"].is_null());
}

TEST_F(RunsCommand, tells_a_running_training_from_a_stopped_one) {
  write_run("bank.run");
  write_safetensors(folder_ / "bank.run/checkpoint.safetensors",
                    {{"w", DataType::f32, {1}, std::string(4, '\0')}}, {{"state", R"({"finished": false})"}});
  write("bank.run/lock", "");
  const auto state = [&] {
    return Json::parse(runs({"list", path("bank.run"), "--json"}).output)[0]["state"];
  };
  EXPECT_EQ(state(), "stopped");
  const int lock = ::open(path("bank.run/lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  EXPECT_EQ(state(), "running");
  ::close(lock);
  EXPECT_EQ(state(), "stopped");
}

TEST_F(RunsCommand, a_training_stopped_in_pre_training_can_go_on_and_counts_no_epoch_yet) {
  write_run("bank.run");
  write("bank.run/metrics.jsonl",
        R"({"step": 40, "epoch": 9, "split": "pretrain_valid", "loss": 2.5, "accuracy": 0.5})"
        "\n");
  std::filesystem::create_directories(folder_ / "bank.run/pretrain");
  const auto run = [&] { return Json::parse(runs({"list", path("bank.run"), "--json"}).output)[0]; };
  EXPECT_EQ(run()["state"], "unfinished");
  write_safetensors(folder_ / "bank.run/pretrain/checkpoint.safetensors",
                    {{"w", DataType::f32, {1}, std::string(4, '\0')}}, {{"state", R"({"finished": true})"}});
  EXPECT_EQ(run()["state"], "stopped");
  EXPECT_EQ(run()["epochs"], 0);
}

TEST_F(RunsCommand, sorts_losses_by_the_least_and_names_the_nearest_metric) {
  write_run("models/a.run", "0.001", 0.5);
  write_run("models/b.run");
  const Json all = Json::parse(runs({"list", path("models"), "--sort", "loss", "--json"}).output);
  EXPECT_NEAR(all[0]["best"].get<double>(), 2.5 / 3, 1e-12);
  EXPECT_EQ(all[0]["best_step"], 30);
  expect_one_line(
      runs({"list", path("models"), "--sort", "acuracy"}), 2,
      {"--sort: expected a metric of validation, one of accuracy loss", "did you mean 'accuracy'?"});
}

TEST_F(RunsCommand, a_run_that_cannot_be_read_hides_no_other) {
  write_run("models/a.run");
  write_run("models/b.run");
  write("models/b.run/metrics.jsonl", "{\"step\": 1}\n{\"step\": 2}\n");
  const auto outcome = runs({"list", path("models"), "--json"});
  EXPECT_EQ(Json::parse(outcome.output).size(), 1U);
  expect_one_line(outcome, 0, {"b.run/metrics.jsonl:1", "'epoch'"});
}

TEST_F(RunsCommand, compares_what_differs_and_marks_the_best) {
  write_version("bank/1", "0.001", 0.75, 0.8);
  write_version("bank/2", "0.002", 0.875, 0.7);
  const Json json = Json::parse(runs({"compare", path("bank/1"), path("bank/2"), "--json"}).output);
  EXPECT_EQ(json["recipe"], Json({{"train.learning_rate", {"0.001", "0.002"}}}));
  EXPECT_EQ(json["metrics"]["valid accuracy"]["values"], Json({0.75, 0.875}));
  EXPECT_EQ(json["metrics"]["valid accuracy"]["best"], Json({path("bank/2")}));
  EXPECT_EQ(json["metrics"]["test accuracy"]["best"], Json({path("bank/1")}));
  EXPECT_EQ(json["metrics"]["valid loss"]["best"], Json::array());  // equal
  EXPECT_EQ(json["same_data"], true);
  const auto text = runs({"compare", path("bank/1"), path("bank/2")});
  EXPECT_THAT(text.output, testing::ContainsRegex("train.learning_rate +0.001 +0.002\n"));
  EXPECT_THAT(text.output, testing::ContainsRegex("test accuracy +0.8000 \\* +0.7000\n"));
  write("bank/2/run/env.json", R"({"corpus": "18"})");
  EXPECT_THAT(runs({"compare", path("bank/1"), path("bank/2")}).error,
              HasSubstr("did not learn from the same rows"));
}

TEST_F(RunsCommand, refuses_to_compare_different_tasks_and_what_is_no_run) {
  write_run("a.run");
  write_translator("b.run");
  expect_one_line(runs({"compare", path("a.run"), path("b.run")}), 2,
                  {"expected runs of one task", "a.run, which classifies", "b.run, which translates"});
  write("notes/readme.txt", "");
  expect_one_line(runs({"compare", path("a.run"), path("notes")}), 3,
                  {"notes: expected a training run", "a folder without recipe.toml"});
  expect_one_line(runs({"report", path("notes/readme.txt")}), 3,
                  {"readme.txt: expected a training run", "a file"});
  expect_one_line(runs({"list", path("nowhere")}), 3,
                  {"nowhere: expected a folder with training runs", "nothing"});
  EXPECT_EQ(runs({"compare", path("a.run")}).status, 2);
  EXPECT_EQ(runs({"report", path("a.run"), "--lang", "de"}).status, 2);
}

TEST_F(RunsCommand, a_cut_last_line_is_noted_and_a_broken_one_before_it_refused) {
  write_run("a.run");
  const std::string whole = read_file(folder_ / "a.run/metrics.jsonl");
  write("a.run/metrics.jsonl", whole + R"({"step": 40, "epo)");
  const auto noted = runs({"list", path("a.run")});
  expect_one_line(noted, 0, {"a.run/metrics.jsonl:7: left out: it is cut"});
  EXPECT_THAT(noted.output, HasSubstr("0.7500"));
  EXPECT_THAT(page("a.run"), HasSubstr("metrics.jsonl:7: left out"));
  write("a.run/metrics.jsonl", R"({"step": 40, "epo)" + ("\n" + whole));
  expect_one_line(runs({"report", path("a.run"), "-o", path("x.html")}), 4, {"a.run/metrics.jsonl:1"});
  EXPECT_FALSE(fs::exists(folder_ / "x.html"));
}

TEST_F(RunsCommand, an_output_that_cannot_be_written_is_one_line_and_leaves_the_old_page) {
  write_run("a.run");
  expect_one_line(runs({"report", path("a.run"), "-o", path("none/report.html")}), 3, {"none/report.html"});
  expect_one_line(runs({"report", path("a.run"), "-o", path("a.run")}), 2, {"a.run"});
  write("old.html", "old");
  write("a.run/predictions.jsonl", "{}\n");
  expect_one_line(runs({"report", path("a.run"), "-o", path("old.html")}), 4,
                  {"predictions.jsonl:1", "'head'"});
  EXPECT_EQ(read_file(folder_ / "old.html"), "old");
}

TEST_F(RunsCommand, a_report_holds_curves_recipe_and_environment_and_asks_for_nothing_outside) {
  write_version("bank/3", "0.002", 0.875, 0.8);
  fs::create_directory_symlink("3", folder_ / "bank/current");
  const std::string html = page("bank");
  EXPECT_THAT(html, AllOf(HasSubstr("<html lang=\"en\">"), HasSubstr("0.8000"), HasSubstr("learning rate"),
                          HasSubstr("tokens per second"),
                          HasSubstr("data-points=\"10,0.5 20,0.875 30,0.625\""), HasSubstr("best: step 20")));
  // What differs from the defaults stands before what does not.
  EXPECT_LT(html.find("<code>train.learning_rate</code></td><td>0.002</td><td>0.001"),
            html.find("train.epochs"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  for (const char* outside : {"http:", "https:", "src=", "url(", "@import", "<link", "<b>core</b>"}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
  EXPECT_THAT(html, HasSubstr("one &lt;b&gt;core&lt;/b&gt;"));
}

TEST_F(RunsCommand, a_report_in_chinese_has_chinese_words) {
  write_run("银行.run");
  EXPECT_THAT(page("银行.run", {"--lang", "zh"}),
              AllOf(HasSubstr("<html lang=\"zh-CN\">"), HasSubstr("曲线"), HasSubstr("学习率"),
                    HasSubstr("没有 predictions.jsonl")));
}

TEST_F(RunsCommand, counts_confusions_and_puts_the_surest_mistakes_first) {
  write_run("a.run");
  write("a.run/predictions.jsonl",
        R"({"head":"intent","text":"我要挂失","expected":"挂失","predicted":"转账","confidence":0.9}
{"head":"intent","text":"lost it","expected":"挂失","predicted":"转账","confidence":0.4}
{"head":"intent","text":"send money","expected":"转账","predicted":"转账","confidence":0.99}
{"head":"topics","text":"both","expected":["cards","money"],"predicted":["cards"],"confidence":0.3}
)");
  const std::string html = page("a.run");
  EXPECT_THAT(
      html,
      AllOf(HasSubstr("<td>挂失</td><td>转账</td><td class=\"number\">2</td><td class=\"number\">100.0 %"),
            HasSubstr("1 of 3 validation rows are right"), HasSubstr("title=\"挂失 → 转账: 2\""),
            HasSubstr("cards, money"), HasSubstr("0 of 1 validation rows")));
  EXPECT_LT(html.find("我要挂失"), html.find("lost it"));
  EXPECT_THAT(html, Not(HasSubstr("send money")));
}

TEST_F(RunsCommand, shows_the_worst_sentences_first) {
  write_translator("a.run");
  write("a.run/predictions.jsonl",
        R"({"source":"Open the file","reference":"打开文件","output":"打开文件","chrf":100.0}
{"source":"Print","reference":"打印","output":"狗","chrf":0.0}
)");
  const std::string html = page("a.run", {"--lang", "zh"});
  EXPECT_LT(html.find("狗"), html.find("Open the file"));
  EXPECT_THAT(html, AllOf(HasSubstr("最差的译文"), HasSubstr("data-name=\"参考译文\"")));
}

TEST_F(RunsCommand, nothing_that_a_run_holds_becomes_markup) {
  const std::string evil =
      "</script></style></title><script>alert(1)</script><img src=x onerror='alert(1)'>\"&";
  const std::string run = "a\"><script>alert(2)<.run";
  write_run(run);
  write(run + "/recipe.toml", "[model]\narchitecture = '''" + evil +
                                  "'''\n[[model.heads]]\nname = 'x'\n[train]\n"
                                  "epochs = '''" +
                                  evil + "'''\nmetric = 'accuracy'\n[output]\ndescription = '''" + evil +
                                  "'''\n");
  write(run + "/env.json", Json({{evil, evil}}).dump());
  write(run + "/metrics.jsonl", Json({{"step", 1},
                                      {"epoch", 1},
                                      {"split", "valid"},
                                      {evil, 0.5},
                                      {evil + "/accuracy", 0.5},
                                      {"accuracy", 0.5}})
                                        .dump() +
                                    "\n");
  write(run + "/predictions.jsonl",
        Json({{"head", evil},
              {"text", evil},
              {"expected", evil},
              {"predicted", evil + "2"},
              {"confidence", 0.5}})
                .dump() +
            "\n" + Json({{"source", evil}, {"reference", evil}, {"output", evil}, {"chrf", 1.0}}).dump() +
            "\n");
  for (const char* language : {"en", "zh"}) {
    const std::string html = page(run, {"--lang", language});
    EXPECT_THAT(html, HasSubstr("&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&quot;&amp;"));
    EXPECT_THAT(html, Not(HasSubstr("<img")));
    EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
    EXPECT_THAT(html, Not(HasSubstr("'alert")));
    for (const char* once : {"</script", "</style", "<script", "<style"}) {
      EXPECT_EQ(html.find(once), html.rfind(once)) << once;
    }
  }
}
