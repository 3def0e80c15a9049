#include <gmock/gmock.h>

#include "apps/support/rasa_reader.h"
#include "apps/support/rasa_text.h"
#include "base/error.h"
#include "base/expect_error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::apps::support;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

std::string yaml_message(const std::string& text) {
  return message_of([&] { parse_yaml(text, "x.yml"); });
}

Dataset read(const std::vector<std::pair<std::string, std::string>>& files) {
  RasaProject project;
  for (const auto& [name, text] : files) project.read(parse_yaml(text, name), name);
  Dataset dataset;
  project.finish(dataset);
  dataset.answers.check();
  return dataset;
}

std::string rasa_message(const std::string& text) {
  return message_of([&] { read({{"x.yml", text}}); });
}

constexpr const char* kNlu = R"(version: "3.1"
nlu:
- intent: balance
  examples: |
    - what is on my [savings](account)

    - 我的[储蓄卡](account)还有多少钱
- intent: transfer
  examples: |
    - send it from [checking]{"entity": "account", "role": "from"} to [Ann]{"entity":"payee","value":"Ann Lee"}
- intent: faq/hours
  examples:
  - text: when do you open
  - are you open on Sunday
- synonym: savings account
  examples: |
    - savings
    - 储蓄卡
- regex: iban
  examples: |
    - [A-Z]{2}\d{2}
)";

constexpr const char* kDomain = R"(version: "3.1"
intents:
- balance
- transfer: {use_entities: []}
- faq
- tranfser
slots:
  account:
    type: text
    mappings:
    - type: from_entity
      entity: account
  amount: {type: text}
responses:
  utter_show:
  - text: "Your {account} holds {amount}."
  - text: 您的{account}有{amount}。
    buttons: []
  utter_faq/hours:
  - text: From 9 to 5.
  utter_ask_account:
  - text: Which account?
  utter_default:
  - text: Sorry?
  utter_bye:
  - text: Bye.
)";

constexpr const char* kRules = R"(version: "3.1"
rules:
- rule: balance
  steps:
  - intent: balance
  - action: action_look_up
  - action: utter_show
)";

}  // namespace

TEST(SupportYaml, keeps_lines_and_texts_as_written) {
  const YamlNode root = parse_yaml("a: 12\nb:\n- on\n- \"x: y\"\nc: |\n  one\n   two\n", "x.yml");
  EXPECT_EQ(root.find("a")->text, "12");
  ASSERT_EQ(root.find("b")->items.size(), 2U);
  EXPECT_EQ(root.find("b")->items[0].text, "on");
  EXPECT_EQ(root.find("b")->items[1].line, 4);
  EXPECT_EQ(root.find("c")->text, "one\n two\n");
  EXPECT_EQ(root.find("c")->line, 5);
  EXPECT_EQ(root.find("d"), nullptr);
  EXPECT_EQ(parse_yaml("", "x.yml").kind, YamlNode::Kind::null);
}

TEST(SupportYaml, what_is_broken_is_told_in_one_line_with_its_place) {
  EXPECT_THAT(yaml_message("a:\n\t- b\n"),
              AllOf(HasSubstr("x.yml:2: "), HasSubstr("tab"), HasSubstr("spaces")));
  EXPECT_THAT(yaml_message("a: 1\nb: 2\na: 3\n"),
              AllOf(HasSubstr("x.yml:3: "), HasSubstr("twice, first in line 1")));
  EXPECT_THAT(yaml_message("a: [1, 2\nb: 3\n"), HasSubstr("x.yml:"));
  EXPECT_THAT(yaml_message("x: '开 it''s'\na: \"open\\\"\nb: 3\n"),
              HasSubstr("x.yml:2: a quote that does not close"));
  EXPECT_THAT(yaml_message("a: 1\n---\nb: 2\n"), AllOf(HasSubstr("x.yml:"), HasSubstr("another")));
  EXPECT_THAT(yaml_message("? [a]\n: b\n"), HasSubstr("a text as key"));
  EXPECT_THAT(yaml_message("a: \xff\n"), HasSubstr("UTF-8"));
  EXPECT_THAT(yaml_message(std::string("a: \0b", 5)), HasSubstr("x.yml:1: "));
  for (const char* text : {"a:\n\t- b\n", "a: [1, 2\nb: 3\n", "- a\nb: c\n"}) {
    EXPECT_EQ(yaml_message(text).find('\n'), std::string::npos);
  }
}

TEST(SupportYaml, a_bomb_of_aliases_is_refused_before_it_grows) {
  std::string bomb = "a0: &a0 [lol, lol]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + "]\n";
  }
  EXPECT_THAT(yaml_message(bomb), AllOf(HasSubstr("x.yml:2: "), HasSubstr("alias")));
}

TEST(SupportYaml, deep_nesting_and_large_files_are_refused) {
  EXPECT_THAT(yaml_message(std::string(100, '[')), HasSubstr("x.yml:1: "));
  EXPECT_THAT(yaml_message(std::string(100000, '[')), HasSubstr("x.yml:1: "));
  EXPECT_THAT(yaml_message(std::string(size_t{50} << 20, 'a')),
              AllOf(HasSubstr("32 MiB"), HasSubstr("found 50")));
}

TEST(SupportRasaText, marks_become_places_in_code_points) {
  const RasaText text = parse_rasa_text(
      R"(从[北京](city)到[巴黎]{"entity": "city", "role": "to", "value": "Paris"}[x])", "f:1");
  EXPECT_EQ(text.text, "从北京到巴黎[x]");
  ASSERT_EQ(text.entities.size(), 2U);
  EXPECT_EQ(text.entities[0].start, 1);
  EXPECT_EQ(text.entities[0].end, 3);
  EXPECT_EQ(text.entities[0].entity, "city");
  EXPECT_EQ(part_of(text.text, text.entities[1]), "巴黎");
  EXPECT_EQ(text.entities[1].value, "Paris");
  EXPECT_EQ(text.entities[1].role, "to");
}

TEST(SupportRasaText, brackets_alone_are_text) {
  for (const char* plain : {"a [b] c", "[", "]", "[]", "[](x)", "a [b", "(x) {y}"}) {
    EXPECT_EQ(parse_rasa_text(plain, "f:1").text, plain);
    EXPECT_THAT(parse_rasa_text(plain, "f:1").entities, IsEmpty());
  }
}

TEST(SupportRasaText, broken_marks_are_refused) {
  const auto message = [](const char* text) { return message_of([&] { parse_rasa_text(text, "f:7"); }); };
  EXPECT_THAT(message("[a](b"), AllOf(HasSubstr("f:7: "), HasSubstr("does not close")));
  EXPECT_THAT(message("[a]{\"entity\": \"b\""), HasSubstr("does not close"));
  EXPECT_THAT(message("[a]()"), HasSubstr("without an entity"));
  EXPECT_THAT(message("[a]{b}"), HasSubstr("expected JSON"));
  EXPECT_THAT(message(R"([a]{"entty": "b"})"), HasSubstr("did you mean 'entity'"));
  EXPECT_THAT(message(R"([a]{"entity": 3})"), HasSubstr("found number"));
}

TEST(SupportRasa, a_project_of_several_files_is_put_together) {
  const Dataset dataset = read({{"domain.yml", kDomain}, {"nlu.yml", kNlu}, {"rules.yml", kRules}});
  ASSERT_EQ(dataset.examples.size(), 5U);
  EXPECT_EQ(dataset.examples[1].text, "我的储蓄卡还有多少钱");
  EXPECT_EQ(dataset.examples[1].language, "zh");
  EXPECT_EQ(dataset.examples[1].where, "nlu.yml:7");
  EXPECT_EQ(dataset.examples[1].entities[0].value, "savings account") << "by the synonym";
  EXPECT_EQ(dataset.examples[2].entities[1].value, "Ann Lee");
  EXPECT_EQ(dataset.examples[4].where, "nlu.yml:14");
  EXPECT_THAT(dataset.intents(), ElementsAre("balance", "faq/hours", "transfer"));
  const Slots slots{{"account", "savings"}, {"amount", "3"}};
  EXPECT_EQ(dataset.answers.fill("balance", slots, "en"), "Your savings holds 3.");
  EXPECT_EQ(dataset.answers.fill("balance", slots, "zh"), "您的savings有3。");
  EXPECT_EQ(dataset.answers.fill("faq/hours", {}), "From 9 to 5.");
  EXPECT_EQ(dataset.answers.missing("balance", {})[0].text, "Which account?");
  EXPECT_EQ(dataset.answers.slots("balance")[0].entity, "account");
  EXPECT_EQ(dataset.answers.fallback("en"), "Sorry?");
  EXPECT_FALSE(dataset.answers.has("transfer"));
}

TEST(SupportRasa, what_is_left_out_is_said) {
  const Dataset dataset = read({{"domain.yml", kDomain}, {"nlu.yml", kNlu}});
  EXPECT_THAT(dataset.notes, Contains(AllOf(HasSubstr("nlu.yml:19"), HasSubstr("regex 'iban'"))));
  EXPECT_THAT(dataset.notes, Contains(AllOf(HasSubstr("utter_bye"), HasSubstr("answers no intent"))));
  EXPECT_THAT(dataset.notes, Contains(AllOf(HasSubstr("domain.yml:6"), HasSubstr("'tranfser'"),
                                            HasSubstr("did you mean 'transfer'"))));
}

TEST(SupportRasa, a_response_with_a_slot_that_is_not_there_is_refused) {
  EXPECT_THAT(rasa_message(
                  "nlu:\n- intent: hi\n  examples: |\n    - hi\nslots:\n  name: {}\nresponses:\n  utter_hi:\n"
                  "  - text: Hello {nmae}!\n"),
              AllOf(HasSubstr("x.yml:9: "), HasSubstr("'nmae'"), HasSubstr("did you mean 'name'")));
}

TEST(SupportRasa, parts_of_another_shape_are_refused_with_their_line) {
  EXPECT_THAT(rasa_message("nlu:\n- intnt: a\n"),
              AllOf(HasSubstr("x.yml:2: "), HasSubstr("did you mean 'intent'")));
  EXPECT_THAT(rasa_message("nlu: []\nrespnses: {}\n"),
              AllOf(HasSubstr("x.yml:2: "), HasSubstr("did you mean 'responses'")));
  EXPECT_THAT(rasa_message("nlu:\n- examples: |\n    - a\n"), HasSubstr("expected 'intent'"));
  EXPECT_THAT(rasa_message("nlu:\n- intent: a\n  examples: |\n    - a\n    b\n"),
              AllOf(HasSubstr("x.yml:5: "), HasSubstr("expected an example")));
  EXPECT_THAT(rasa_message("nlu: a\n"), HasSubstr("expected a list"));
  EXPECT_THAT(rasa_message("version: '1.0'\nnlu: []\n"), HasSubstr("expected version"));
  EXPECT_THAT(rasa_message("responses:\n  utter_a:\n    text: b\n"), HasSubstr("expected a list"));
  EXPECT_FALSE(RasaProject::knows(parse_yaml("pipeline: []\n", "config.yml")));
}

TEST(SupportRasa, changed_bytes_are_refused_or_give_sound_examples) {
  const std::string seed = std::string(kDomain) + (std::string(kNlu) + kRules);
  Random random(7);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text = round % 2 == 0 ? kNlu : kDomain;
    for (uint64_t change = 0; change <= random.below(4); ++change) {
      const size_t at = random.below(text.size());
      const size_t from = random.below(seed.size());
      switch (random.below(3)) {
        case 0:
          text[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          text.erase(at, random.below(20));
          break;
        default:
          text.insert(at, seed.substr(from, random.below(20)));
      }
      if (text.empty()) text = "x";
    }
    try {
      const Dataset dataset = read({{"x.yml", text}});
      for (const LabelledText& example : dataset.examples) {
        const auto again = parse_entities(entities_json(example.entities), example.text, "x.yml");
        EXPECT_EQ(again.size(), example.entities.size()) << text;
      }
    } catch (const Error& error) {
      ++refused;
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  }
  EXPECT_GT(refused, 200);
  EXPECT_LT(refused, 2000);
}
