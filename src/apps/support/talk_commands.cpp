#include "apps/support/talk_commands.h"

#include <memory>
#include <string>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/line_reader.h"
#include "apps/support/conversation.h"
#include "apps/support/support_model.h"
#include "apps/word_weights.h"
#include "base/error.h"
#include "model/model_directory.h"
#include "store/event.h"

namespace heed::apps::support {
namespace {

constexpr size_t kShownWords = 5;
constexpr size_t kShownIntents = 3;
constexpr size_t kLinesAtOnce = 256;

struct TalkOptions {
  std::string model, input = "-";
  bool explain = false, json = false;
};

// The model of a folder, and a conversation with it.
class Talk {
 public:
  explicit Talk(const std::string& path) {
    const ModelDirectory directory = open_model(path);
    model_ =
        std::make_shared<SupportModel>(std::make_shared<const infer::LiveModel>(directory), directory.path);
  }

  Response say(const std::string& text, bool explain) {
    const Engine& engine = model_->engine();
    const std::vector<std::string> texts = engine.texts_to_read(text, conversation_.context);
    readings_.clear();
    if (!texts.empty()) {
      const auto answers = model_->model().answer(texts, SupportModel::read_options(explain));
      for (size_t i = 0; i < texts.size(); ++i) readings_.push_back(SupportModel::read(texts[i], answers[i]));
    }
    Response response = engine.finish(engine.draft(text, conversation_.context, readings_));
    conversation_.context = response.context;
    add_turn(conversation_, {.from = Sender::customer, .text = text, .ts_us = store::now_us()});
    if (response.handover) response.handover->summary = summarise(conversation_);
    return response;
  }

  // Each line of a file is a customer of its own.
  void begin_anew() { conversation_ = {}; }
  const std::vector<Reading>& readings() const { return readings_; }

 private:
  std::shared_ptr<const SupportModel> model_;
  Conversation conversation_;
  std::vector<Reading> readings_;
};

std::string words_of(const std::vector<Reading>& readings) {
  std::string text;
  if (readings.empty()) return text;
  const Reading& whole = readings.front();
  for (const WordWeight& word : strongest_words(whole.pieces, whole.intent.attention, kShownWords))
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", word.word, fixed(word.weight, 2));
  return text;
}

void print_reason(const Response& response, const std::vector<Reading>& readings) {
  std::string text = "  why: " + response.why + "\n";
  for (size_t i = 0; i < std::min(response.intents.size(), kShownIntents); ++i) {
    const IntentVerdict& verdict = response.intents[i];
    text += fmt::format("  {} {} of {}\n", verdict.intent, fixed(verdict.probability, 3),
                        fixed(verdict.threshold, 3));
  }
  if (!readings.empty()) text += "  attention: " + words_of(readings) + "\n";
  for (const Passage& passage : response.passages) {
    text += fmt::format("  passage {} {} ({})\n", fixed(passage.score, 2), passage.title, passage.source);
    for (const PassageSentence& sentence : passage.sentences)
      text += fmt::format("    {} {}\n", fixed(sentence.weight, 2), sentence.text);
  }
  if (response.handover) {
    text += "  " + response.handover->summary + "\n";
    for (const Suggestion& suggestion : response.handover->suggestions)
      text += fmt::format("  {} {}: {}\n", fixed(suggestion.score, 2), suggestion.from, suggestion.text);
  }
  print(dim(text));
}

Json as_json(const std::string& text, const Response& response) {
  Json json = {{"message", text},
               {"action", to_string(response.action)},
               {"text", response.text},
               {"intents", list_json(response.intents)},
               {"slots", Json(response.context.slots)},
               {"confidence", rounded(response.confidence)},
               {"why", response.why}};
  if (!response.entities.empty()) json["entities"] = list_json(response.entities);
  if (!response.passages.empty()) json["passages"] = list_json(response.passages);
  if (!response.citations.empty()) json["citations"] = list_json(response.citations);
  return json;
}

void run_answer(const TalkOptions& options) {
  Talk talk(options.model);
  LineReader reader(options.input);
  for (std::vector<std::string> lines = reader.next(kLinesAtOnce); !lines.empty();
       lines = reader.next(kLinesAtOnce)) {
    for (const std::string& line : lines) {
      talk.begin_anew();
      const Response response = talk.say(line, options.explain);
      if (options.json) {
        print(as_json(line, response).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
        continue;
      }
      print(fmt::format("{} {}\n", bold(fmt::format("{}", to_string(response.action))), response.text));
      if (options.explain)
        print_reason(response, talk.readings());
      else
        print(dim("  " + response.why) + "\n");
    }
    flush_output();
  }
}

void run_chat(const TalkOptions& options) {
  Talk talk(options.model);
  LineReader reader("-");
  print_report("Write as a customer would; an empty line ends the conversation.\n");
  for (std::vector<std::string> lines = reader.next(1); !lines.empty() && !lines.front().empty();
       lines = reader.next(1)) {
    const Response response = talk.say(lines.front(), options.explain);
    print(bold(response.text) + "\n");
    if (options.explain)
      print_reason(response, talk.readings());
    else
      print(dim(fmt::format("  {}: {}", to_string(response.action), response.why)) + "\n");
    flush_output();
  }
}

}  // namespace

void add_talk_commands(CLI::App& support) {
  auto answer = std::make_shared<TalkOptions>();
  CLI::App* command = support.add_subcommand("answer", "Say what would be done with each line, and why");
  command->add_option("MODEL", answer->model, "Support model")->required();
  command->add_option("FILE", answer->input, "Messages, one a line (standard input where absent or -)");
  command->add_flag("--explain", answer->explain, "Add intents, attention, passages and suggestions");
  command->add_flag("--json", answer->json, "One JSON object a line")
      ->excludes(command->get_option("--explain"));
  command->footer("Example:\n  echo 'my card was stolen' | heed support answer models/bank --explain");
  command->callback([answer] { run_answer(*answer); });

  auto chat = std::make_shared<TalkOptions>();
  command = support.add_subcommand("chat", "Talk with a support model in the terminal");
  command->add_option("MODEL", chat->model, "Support model")->required();
  command->add_flag("--explain", chat->explain, "Add intents, attention, passages and suggestions");
  command->footer("Example:\n  heed support chat models/bank");
  command->callback([chat] { run_chat(*chat); });
}

}  // namespace heed::apps::support
