#include <algorithm>
#include <map>

#include <gmock/gmock.h>

#include "apps/support/decision.h"
#include "apps/support/learned_rows.h"
#include "apps/support/promotion.h"
#include "apps/support/retrain_command.h"
#include "base/expect_error.h"
#include "base/files.h"
#include "base/temporary_folder.h"
#include "infer/classifier.h"
#include "infer/tiny_model.h"

using namespace heed;
using namespace heed::apps::support;
using testing::HasSubstr;

namespace {

store::Decision decision(const std::string& id, const std::string& chosen, int64_t ts) {
  return {.event_id = id,
          .ts_us = store::kMinTimeUs + ts,
          .app = "support",
          .candidates = {{.id = chosen, .score = 0.5, .propensity = 1.0, .position = 0}},
          .chosen = chosen};
}

store::Outcome outcome(const std::string& decision, const std::string& kind, const std::string& text,
                       double value = 1.0) {
  static int64_t next = 0;
  return {.event_id = "o" + std::to_string(++next),
          .decision_id = decision,
          .ts_us = store::kMinTimeUs + 1000 + next,
          .kind = kind,
          .value = value,
          .text = text,
          .app = "support"};
}

class Learned : public testing::Test {
 protected:
  void add(const std::string& id, const std::string& chosen, const std::string& text,
           const std::vector<store::Outcome>& outcomes) {
    std::vector<store::Event> events = {decision(id, chosen, ++time_), outcome(id, "message", text)};
    events.insert(events.end(), outcomes.begin(), outcomes.end());
    log_->append(events);
  }
  LearnedRows read() { return read_learned(*log_, {.app = "support"}, {"card_lost", "fee"}); }

  TemporaryFolder folder_;
  std::unique_ptr<store::EventLog> log_ = store::open_event_log("sqlite:" + (folder_ / "events.db").string());
  int64_t time_ = 0;
};

// Two models that never agree: the same weights, other names of the labels. A stand-in for training writes
// the candidate.
class Retrain : public Learned {
 protected:
  static constexpr int kTexts = 80;

  Retrain() {
    write_model(folder_ / "live", test::tiny_contents(test::tiny_classifier(), 1));
    std::filesystem::create_directories(folder_ / "data");
    write_file_atomically(folder_ / "data" / "train.csv",
                          "text,intent,language,entities\nwhere is my card,card_lost,en,\nwhich "
                          "fee,fee,en,\nsend it,transfer,en,\n");
  }

  static ModelContents candidate() {
    ModelConfig config = test::tiny_classifier();
    std::ranges::rotate(config.classification_heads[0].labels,
                        config.classification_heads[0].labels.begin() + 1);
    return test::tiny_contents(config, 1);
  }

  // What a model says of each text, but of every eighth another label.
  std::vector<std::string> labels_of(const std::filesystem::path& model) const {
    const ModelDirectory directory = open_model(model);
    const std::vector<std::string>& names = directory.config.classification_heads[0].labels;
    std::vector<std::string> labels;
    for (const auto& result : infer::Classifier(directory).classify(texts_)) {
      const auto place = std::ranges::find(names, result.heads[0].labels.front().label) - names.begin();
      const bool other = labels.size() % 8 == 0;
      labels.push_back(names[static_cast<size_t>(place + (other ? 2 : 0)) % names.size()]);
    }
    return labels;
  }

  // Held-out rows and corrections, both labelled as `model` would.
  void label_by(const std::filesystem::path& model) {
    for (int i = 0; i < kTexts; ++i)
      texts_.push_back(test::tiny_corpus()[static_cast<size_t>(i) % 20] + " " + std::to_string(i));
    const std::vector<std::string> labels = labels_of(model);
    std::string table = "text,intent\n";
    for (size_t i = 0; i < texts_.size(); ++i) {
      table += texts_[i] + "," + labels[i] + "\n";
      add(std::to_string(i), "(handover)", "said " + texts_[i],
          {outcome(std::to_string(i), "correction", labels[i])});
    }
    write_file_atomically(folder_ / "held.csv", table);
  }

  RetrainReport run() {
    return retrain({.model = (folder_ / "live").string(),
                    .folder = (folder_ / "data").string(),
                    .store = "sqlite:" + (folder_ / "events.db").string(),
                    .held_out = {(folder_ / "held.csv").string()},
                    .margin = 0.0},
                   [&](const TrainSettings& settings) {
                     trained_on_ = read_file(std::filesystem::path(settings.folder) / "train.csv");
                     return write_model(settings.model, candidate());
                   });
  }

  std::vector<std::string> texts_;
  std::string trained_on_;
};

}  // namespace

TEST_F(Retrain, what_people_said_trains_a_candidate_that_is_promoted_where_it_is_better) {
  write_model(folder_ / "other", candidate());
  label_by(folder_ / "other");
  const RetrainReport report = run();
  EXPECT_EQ(report.learned, kTexts);
  EXPECT_EQ(report.trained + report.compared, kTexts);
  EXPECT_GT(report.compared, 4);
  EXPECT_GT(report.trained, kTexts / 2);
  EXPECT_EQ(std::ranges::count(trained_on_, '\n'), 1 + 3 + report.trained);
  EXPECT_THAT(trained_on_, HasSubstr("said "));
  EXPECT_TRUE(report.promotion.promote) << report.promotion.table;
  const ModelDirectory now = open_model(folder_ / "live");
  EXPECT_EQ(now.version, 2);
  EXPECT_EQ(now.config.classification_heads[0].labels.front(), "card_lost");
  const auto rule = now.path / "assets" / kDecisionFile;
  EXPECT_EQ(DecisionRule::parse(read_json_file(rule), rule.string()).head, "intent");
  EXPECT_THAT(report.promotion.table, HasSubstr("held.csv"));
  EXPECT_THAT(report.promotion.table, HasSubstr("logged decisions, kept back"));
}

TEST_F(Retrain, a_candidate_that_is_worse_leaves_the_live_model_as_it_is) {
  label_by(folder_ / "live");
  const RetrainReport report = run();
  EXPECT_FALSE(report.promotion.promote);
  EXPECT_THAT(report.promotion.why, HasSubstr("worse on held.csv"));
  EXPECT_EQ(open_model(folder_ / "live").version, 1);
}

TEST_F(Retrain, without_a_word_of_people_there_is_nothing_to_train_on) {
  expect_error(ErrorCode::invalid_argument, {"event log", "found none"}, [&] { run(); });
}

TEST_F(Learned, corrections_and_accepted_answers_become_rows) {
  add("1", "fee", "where is my card", {outcome("1", "correction", "card_lost")});
  add("2", "(handover)", "什么费用", {outcome("2", "reply", "一元"), outcome("2", "accept", "intent:fee")});
  add("3", "card_lost", "card gone", {outcome("3", "accepted", "", 1.0)});
  add("4", "card_lost", "never mind",
      {outcome("4", "accepted", "", 0.0)});  // wrong, but nobody says what is right
  add("5", "(handover)", "opening hours", {outcome("5", "accept", "passage:p1")});  // knowledge, no intent
  add("6", "fee", "no word of anybody", {});
  const LearnedRows learned = read();
  EXPECT_EQ(learned.decisions, 6);
  ASSERT_EQ(learned.rows.size(), 3U);
  std::map<std::string, LearnedRow> rows;
  for (const LearnedRow& row : learned.rows) rows[row.decision] = row;
  EXPECT_EQ(rows["1"].intent, "card_lost");
  EXPECT_TRUE(rows["1"].corrected);
  EXPECT_EQ(rows["2"].text, "什么费用");
  EXPECT_EQ(rows["2"].intent, "fee");
  EXPECT_TRUE(rows["2"].corrected);
  EXPECT_EQ(rows["3"].intent, "card_lost");
  EXPECT_FALSE(rows["3"].corrected);
}

TEST_F(Learned, the_same_words_count_once_and_not_at_all_where_people_disagree) {
  add("1", "fee", "Where is my card", {outcome("1", "correction", "card_lost")});
  add("2", "fee", "where is  my CARD", {outcome("2", "correction", "card_lost")});
  add("3", "fee", "what", {outcome("3", "correction", "card_lost")});
  add("4", "fee", "What", {outcome("4", "accepted", "")});
  add("5", "fee", "hm", {outcome("5", "correction", "no such intent")});
  const LearnedRows learned = read();
  ASSERT_EQ(learned.rows.size(), 1U);
  EXPECT_EQ(learned.rows[0].decision, "1");
  EXPECT_EQ(learned.contradictory, 1);
  EXPECT_EQ(learned.unknown, 1);
}

TEST(Promotion, a_candidate_is_promoted_where_it_is_nowhere_worse) {
  std::vector<double> live(100, 1.0), better(100, 1.0), worse(100, 1.0);
  for (size_t i = 0; i < 20; ++i) live[i] = 0.0;
  for (size_t i = 0; i < 30; ++i) worse[i] = 0.0;
  const Promotion good = judge_candidate(
      std::vector<ComparedRows>{{"held-out", live, better}, {"logged", live, live}, {"none", {}, {}}}, 0.0);
  EXPECT_TRUE(good.promote);
  EXPECT_THAT(good.table, HasSubstr("held-out"));
  EXPECT_THAT(good.table, HasSubstr("0.8000     1.0000  +0.2000"));
  const Promotion bad =
      judge_candidate(std::vector<ComparedRows>{{"held-out", live, better}, {"logged", live, worse}}, 0.05);
  EXPECT_FALSE(bad.promote);
  EXPECT_THAT(bad.why, HasSubstr("worse on logged"));
  EXPECT_TRUE(judge_candidate(std::vector<ComparedRows>{{"logged", live, worse}}, 0.11).promote);
  EXPECT_FALSE(judge_candidate(std::vector<ComparedRows>{{"none", {}, {}}}, 0.0).promote);
}
