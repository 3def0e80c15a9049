#include "apps/monitor/reading.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/threads.h"

namespace heed::apps::monitor {
namespace {

constexpr const char* kNoTopic = "all";

// Where each text that must be read stands: texts first, then clauses.
class Texts {
 public:
  size_t add(const std::string& text) {
    const auto [place, is_new] = places_.try_emplace(text, texts_.size());
    if (is_new) texts_.push_back(text);
    return place->second;
  }
  const std::vector<std::string>& all() const { return texts_; }

 private:
  std::vector<std::string> texts_;
  std::map<std::string, size_t> places_;
};

struct Plan {
  std::vector<Mention> mentions;
  size_t whole = 0;
  bool reads_whole = false;
  std::vector<std::pair<size_t, size_t>> parts;  // entity, text
};

Plan plan_of(const Message& message, const Entities& entities, Texts& texts) {
  Plan plan = {.mentions = entities.find(message.text), .parts = {}};
  plan.reads_whole = !message.sentiment || message.topic.empty();
  if (plan.reads_whole) plan.whole = texts.add(message.text);
  for (const Mention& mention : plan.mentions) {
    const auto is_it = [&](const auto& part) { return part.first == mention.entity; };
    if (std::ranges::any_of(plan.parts, is_it)) continue;
    if (message.sentiment) {
      plan.parts.emplace_back(mention.entity, plan.whole);
      continue;
    }
    plan.parts.emplace_back(mention.entity,
                            texts.add(clauses_naming(message.text, plan.mentions, mention.entity)));
  }
  return plan;
}

Feeling feeling_of_label(const std::string& label, const std::string& where) {
  static const std::map<std::string, Feeling> kLabels = {
      {"negative", Feeling::negative}, {"neutral", Feeling::neutral}, {"positive", Feeling::positive},
      {"neg", Feeling::negative},      {"neu", Feeling::neutral},     {"pos", Feeling::positive},
      {"0", Feeling::negative},        {"1", Feeling::positive},      {"-1", Feeling::negative}};
  const auto found = kLabels.find(label);
  if (found != kLabels.end()) return found->second;
  throw Error(ErrorCode::invalid_argument,
              where + ": expected labels negative, neutral and positive (or 0 and 1), found '" + label + "'");
}

class ModelReader {
 public:
  ModelReader(std::shared_ptr<const infer::LiveModel> model, ModelHeads heads, int64_t threads)
      : model_(std::move(model)), heads_(std::move(heads)), threads_(threads) {
    bool has_sentiment = false;
    for (const HeadConfig& head : model_->config().classification_heads) {
      if (head.name != heads_.sentiment) continue;
      has_sentiment = true;
      for (const std::string& label : head.labels)
        feeling_of_label(label, "model '" + model_->name() + "', head '" + head.name + "'");
    }
    if (!has_sentiment)
      throw Error(ErrorCode::invalid_argument, "model '" + model_->name() + "': expected a head '" +
                                                   heads_.sentiment +
                                                   "' that tells how a text feels, found none of that name");
  }

  std::vector<Reading> operator()(std::span<const std::string> texts, bool explain) const {
    std::vector<Reading> readings(texts.size());
    std::mutex mutex;
    std::exception_ptr problem;
    on_threads(threads_)(static_cast<int64_t>(texts.size()), [&](int64_t begin, int64_t end) {
      try {
        for (int64_t i = begin; i < end; i += kAtOnce)
          read(texts, static_cast<size_t>(i), static_cast<size_t>(std::min(end, i + kAtOnce)), explain,
               readings);
      } catch (...) {
        const std::lock_guard lock(mutex);
        problem = std::current_exception();
      }
    });
    if (problem) std::rethrow_exception(problem);
    return readings;
  }

 private:
  static constexpr int64_t kAtOnce = 64;  // texts that the engine is given together

  void read(std::span<const std::string> texts, size_t begin, size_t end, bool explain,
            std::vector<Reading>& readings) const {
    const auto part = texts.subspan(begin, end - begin);
    const std::vector<infer::Answer> answers = model_->answer(part, infer::ClassifyOptions{.votes = explain});
    for (size_t i = 0; i < part.size(); ++i)
      readings[begin + i] = reading_of(part[i], std::get<infer::ClassificationResult>(answers[i]), explain);
  }

  Reading reading_of(const std::string& text, const infer::ClassificationResult& result, bool explain) const {
    Reading reading;
    for (const infer::HeadResult& head : result.heads) {
      if (head.head == heads_.topic) reading.topic = head.labels.front().label;
      if (head.head != heads_.sentiment) continue;
      reading.feelings = {};
      for (const infer::LabelScore& label : head.labels)
        reading.feelings[static_cast<size_t>(feeling_of_label(label.label, head.head))] = label.probability;
      if (explain) reading.words = words_of_text(text, result.pieces, head.attention, head.ngrams);
    }
    return reading;
  }

  std::shared_ptr<const infer::LiveModel> model_;
  ModelHeads heads_;
  int64_t threads_;
};

}  // namespace

std::string_view to_string(Feeling feeling) {
  constexpr std::array<std::string_view, kFeelings> kNames = {"negative", "neutral", "positive"};
  return kNames[static_cast<size_t>(feeling)];
}

Sentiment sentiment_of(const Reading& reading) {
  const auto likeliest = std::ranges::max_element(reading.feelings);
  return {.feeling = static_cast<Feeling>(likeliest - reading.feelings.begin()),
          .score = std::lround(1000 * (reading.feelings[2] - reading.feelings[0]))};
}

Sentiment sentiment_of(double score) {
  const Feeling feeling = score > 1.0 / 3    ? Feeling::positive
                          : score < -1.0 / 3 ? Feeling::negative
                                             : Feeling::neutral;
  return {.feeling = feeling, .score = std::lround(1000 * score)};
}

std::vector<Understood> understand(std::vector<Message> messages, const Entities& entities,
                                   const ReadTexts& read) {
  Texts texts;
  std::vector<Plan> plans;
  for (const Message& message : messages) plans.push_back(plan_of(message, entities, texts));
  if (!texts.all().empty() && !read)
    throw Error(ErrorCode::invalid_argument,
                "messages: expected topic and sentiment in each, for no model was named; found one without; "
                "name a model");
  const std::vector<Reading> readings =
      texts.all().empty() ? std::vector<Reading>() : read(texts.all(), false);
  std::vector<Understood> understood;
  for (size_t i = 0; i < messages.size(); ++i) {
    Understood one;
    const Plan& plan = plans[i];
    const Reading whole = plan.reads_whole ? readings[plan.whole] : Reading();
    const Message& message = messages[i];
    one.topic = message.topic.empty() ? whole.topic : message.topic;
    if (one.topic.empty()) one.topic = kNoTopic;
    one.sentiment = message.sentiment ? sentiment_of(*message.sentiment) : sentiment_of(whole);
    for (const auto& [entity, text] : plan.parts) {
      const Sentiment sentiment = message.sentiment ? one.sentiment : sentiment_of(readings[text]);
      one.entities.push_back({entities.names()[entity], sentiment});
    }
    one.message = std::move(messages[i]);
    understood.push_back(std::move(one));
  }
  return understood;
}

ReadTexts read_by_model(std::shared_ptr<const infer::LiveModel> model, const ModelHeads& heads,
                        int64_t threads) {
  return [reader = std::make_shared<const ModelReader>(std::move(model), heads, threads)](
             std::span<const std::string> texts, bool explain) { return (*reader)(texts, explain); };
}

}  // namespace heed::apps::monitor
