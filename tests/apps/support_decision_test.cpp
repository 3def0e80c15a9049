#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/support/decision.h"
#include "apps/support/fit_decision.h"
#include "base/error.h"
#include "base/expect_error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::apps::support;

namespace {

const std::vector<std::string> kLabels = {"挂失", "balance", "out_of_scope", "转账"};

infer::HeadEvidence evidence(std::vector<float> logits, std::vector<float> votes = {}, double unseen = 0.0) {
  return {.logits = std::move(logits), .votes = std::move(votes), .unseen = unseen};
}

// Messages of a model that is the surer the higher the logit: right with probability sigmoid(3 (top - 1)); a
// fifth of the others are out of scope, with low logits and much that was never seen.
std::vector<JudgedText> make_texts(size_t count, uint64_t seed, double foreign = 0.1) {
  Random random(seed);
  std::vector<JudgedText> texts;
  for (size_t i = 0; i < count; ++i) {
    const bool elsewhere = random.uniform() < foreign;
    const auto best = std::array<size_t, 3>{0, 1, 3}[random.below(3)];
    const double top = elsewhere ? 0.4 + 0.5 * random.normal() : 2 + random.normal();
    std::vector<float> logits(4, -3.0F);
    logits[best] = static_cast<float>(top);
    const bool right = !elsewhere && random.uniform() < 1 / (1 + std::exp(-3 * (top - 1)));
    const std::string intent = elsewhere ? "out_of_scope"
                               : right   ? kLabels[best]
                                         : kLabels[best == 0 ? 1 : 0];
    texts.push_back(
        {evidence(logits, {}, elsewhere ? 0.5 + 0.1 * random.normal() : 0.1 * random.uniform()), intent});
  }
  return texts;
}

FittedDecision fit(const std::vector<JudgedText>& texts, const FitOptions& options = {}) {
  return fit_decision(texts, "intent", kLabels, options);
}

}  // namespace

TEST(SupportFigures, are_those_of_the_labels_in_scope) {
  const auto found = figures(evidence({1, 3, 9, 2}, {0.5, 1, 4, 0}, 0.25), kLabels);
  ASSERT_EQ(found.size(), kFigures);
  EXPECT_EQ(found[0], 3);
  EXPECT_EQ(found[1], 1);
  EXPECT_NEAR(found[2], std::log(std::exp(1) + std::exp(3) + std::exp(2)), 1e-9);
  EXPECT_EQ(found[3], 1);
  EXPECT_NEAR(found[4], std::log(std::exp(0.5) + std::exp(2) + std::exp(2)), 1e-6);
  EXPECT_EQ(found[5], 9);
  EXPECT_EQ(found[6], 0.25);
}

TEST(SupportFigures, of_huge_logits_are_finite) {
  for (const double figure : figures(evidence({1e30F, -1e30F, 0, 1e30F}), kLabels))
    EXPECT_TRUE(std::isfinite(figure));
}

TEST(SupportFigures, need_two_intents) {
  EXPECT_THROW(figures(evidence({1, 2}), std::vector<std::string>{"balance", "out_of_scope"}), Error);
  EXPECT_THROW(figures(evidence({1, 2}), kLabels), Error);
}

// The promise itself: 5 % wrong among the answers, out-of-scope ones counted as wrong, on texts that fitting
// did not see. It may break with probability 0.1 at most; 60 draws break it 12 times or more with probability
// 0.014 even then.
TEST(SupportDecision, keeps_its_promise_on_new_messages) {
  int broken = 0, answered = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const DecisionRule rule = fit(make_texts(1500, 2 * seed)).rule;
    int given = 0, wrong = 0;
    for (const JudgedText& text : make_texts(4000, 2 * seed + 1)) {
      const Verdict verdict = decide(rule, text.evidence, kLabels);
      given += verdict.answer;
      wrong += verdict.answer && verdict.intent != text.intent;
    }
    broken += wrong > 0.05 * given;
    answered += given;
  }
  EXPECT_LT(broken, 12);
  EXPECT_GT(answered, 60 * 4000 / 2);
}

TEST(SupportDecision, finds_messages_out_of_scope_with_and_without_examples_of_them) {
  for (const double foreign : {0.1, 0.0}) {
    const DecisionRule rule = fit(make_texts(2000, 1, foreign)).rule;
    int in_scope = 0, kept = 0, elsewhere = 0, found = 0;
    for (const JudgedText& text : make_texts(4000, 2)) {
      const bool said = decide(rule, text.evidence, kLabels).out_of_scope;
      (text.intent == "out_of_scope" ? elsewhere : in_scope) += 1;
      (text.intent == "out_of_scope" ? found : kept) += text.intent == "out_of_scope" ? said : !said;
    }
    EXPECT_GT(kept, 0.97 * in_scope);
    EXPECT_GT(found, (foreign > 0 ? 0.9 : 0.03) * elsewhere);
  }
}

TEST(SupportDecision, never_answers_where_the_promise_cannot_be_kept) {
  std::vector<JudgedText> texts = make_texts(400, 3);
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i % 3 == 0) texts[i].intent = "out_of_scope";
  }
  Random random(5);
  for (JudgedText& text : texts) {
    for (float& logit : text.evidence.logits) logit = static_cast<float>(random.normal());
  }
  const DecisionRule rule = fit(texts, {.wrong = 0.01}).rule;
  EXPECT_FALSE(rule.threshold);
  const Verdict verdict = decide(rule, evidence({9, 0, 0, 0}), kLabels);
  EXPECT_FALSE(verdict.answer);
  EXPECT_THAT(verdict.why, testing::HasSubstr("never answered without a person"));
}

TEST(SupportDecision, an_intent_may_have_a_promise_of_its_own) {
  const auto texts = make_texts(20000, 4);
  const FittedDecision plain = fit(texts), strict = fit(texts, {.intents = {{"转账", 0.02}}});
  ASSERT_TRUE(strict.rule.threshold && strict.rule.intents.at("转账"));
  EXPECT_GT(*strict.rule.intents.at("转账"), *plain.rule.threshold);
  const auto at = [&](float logit, const DecisionRule& rule) {
    return decide(rule, evidence({-3, -3, -3, logit}), kLabels).threshold;
  };
  EXPECT_EQ(at(5, strict.rule), *strict.rule.intents.at("转账"));
  EXPECT_EQ(decide(strict.rule, evidence({5, -3, -3, -3}), kLabels).threshold, *strict.rule.threshold);
}

// Bonferroni: a message of two parts is wrong where either is.
TEST(SupportDecision, parts_of_a_message_keep_the_promise_together) {
  int broken = 0, answered = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const DecisionRule rule = fit(make_texts(6000, 2 * seed)).rule;
    EXPECT_GT(rule.threshold_of("", 2), rule.threshold_of(""));
    EXPECT_GE(rule.threshold_of("", 3), rule.threshold_of("", 2));
    const auto texts = make_texts(4000, 2 * seed + 1);
    int given = 0, wrong = 0;
    for (size_t i = 0; i + 1 < texts.size(); i += 2) {
      const Verdict a = decide(rule, texts[i].evidence, kLabels, 2),
                    b = decide(rule, texts[i + 1].evidence, kLabels, 2);
      given += a.answer || b.answer;
      wrong += (a.answer && a.intent != texts[i].intent) || (b.answer && b.intent != texts[i + 1].intent);
    }
    broken += wrong > 0.05 * given;
    answered += given;
  }
  EXPECT_LT(broken, 10);
  EXPECT_GT(answered, 40 * 2000 / 2);
}

TEST(SupportDecision, a_rule_without_thresholds_of_parts_answers_none) {
  DecisionRule rule = fit(make_texts(20000, 4), {.intents = {{"转账", 0.04}}}).rule;
  ASSERT_TRUE(rule.shared.at("转账")[0]);
  EXPECT_EQ(rule.threshold_of("转账", 2), *rule.shared.at("转账")[0]);
  EXPECT_NE(rule.threshold_of("转账", 2), rule.threshold_of("balance", 2));
  EXPECT_GT(rule.threshold_of("balance", kMostParts + 1), 1.0);
  Json json = rule.to_json();
  json.erase("shared");
  rule = DecisionRule::parse(json, "x");
  EXPECT_GT(rule.threshold_of("balance", 2), 1.0);
  EXPECT_FALSE(decide(rule, evidence({5, -3, -3, -3}), kLabels, 2).answer);
  EXPECT_TRUE(decide(rule, evidence({5, -3, -3, -3}), kLabels).answer);
}

TEST(SupportDecision, refuses_too_few_texts_and_unknown_intents) {
  EXPECT_THAT(message_of([] { fit(make_texts(30, 1)); }), testing::HasSubstr("at least 20 texts"));
  EXPECT_THAT(message_of([] {
                fit(make_texts(300, 1), {.intents = {{"balanc", 0.01}}});
              }),
              testing::HasSubstr("did you mean 'balance'?"));
}

TEST(SupportDecision, is_read_as_it_was_written) {
  const DecisionRule rule =
      fit(make_texts(3000, 6), {.intents = {{"挂失", 0.02}, {"balance", 0.000001}}}).rule;
  const DecisionRule again = DecisionRule::parse(parse_json(rule.to_json().dump(), "x"), "x");
  for (const JudgedText& text : make_texts(50, 7)) {
    const Verdict a = decide(rule, text.evidence, kLabels), b = decide(again, text.evidence, kLabels);
    EXPECT_EQ(a.confidence, b.confidence);
    EXPECT_EQ(a.threshold, b.threshold);
    EXPECT_EQ(a.out_of_scope, b.out_of_scope);
    EXPECT_EQ(a.why, b.why);
  }
}

TEST(SupportDecision, broken_files_are_refused_with_their_field) {
  const Json good = fit(make_texts(300, 1)).rule.to_json();
  const auto with = [&](const char* field, const Json& value) {
    Json json = good;
    json[field] = value;
    return message_of([&] { DecisionRule::parse(json, "decision.json"); });
  };
  EXPECT_THAT(with("version", 2), testing::HasSubstr("'version': expected 1, found 2"));
  EXPECT_THAT(with("threshold", 7),
              testing::HasSubstr("'threshold': expected a threshold from 0 to 1 or null, found 7"));
  EXPECT_THAT(with("right", Json::object()), testing::HasSubstr("mean"));
  EXPECT_THAT(with("figures", Json::array({"top"})), testing::HasSubstr("'figures'"));
  EXPECT_THAT(with("intents", Json{{"a", "b"}}), testing::HasSubstr("'a'"));
  Json flat = good;
  flat["right"]["scale"][0] = 0;
  EXPECT_THAT(message_of([&] { DecisionRule::parse(flat, "x"); }), testing::HasSubstr("above 0"));
}
