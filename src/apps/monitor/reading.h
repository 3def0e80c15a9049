#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/monitor/entities.h"
#include "apps/monitor/message.h"
#include "apps/text_words.h"
#include "infer/live_model.h"

// What messages are about, and how they feel.
namespace heed::apps::monitor {

enum class Feeling { negative, neutral, positive };
inline constexpr size_t kFeelings = 3;
std::string_view to_string(Feeling feeling);

// What a model says of one text.
struct Reading {
  std::string topic{};                              // "" where the model has no topics
  std::array<double, kFeelings> feelings{0, 1, 0};  // calibrated probabilities
  std::vector<TextWord> words{};                    // what it looked at for the feeling, where asked
};
// One reading a text, in order. A text's reading does not depend on the others.
using ReadTexts = std::function<std::vector<Reading>(std::span<const std::string> texts, bool explain)>;

// How a text, or a part of it, feels: the likeliest feeling, and positive less negative in thousandths.
struct Sentiment {
  Feeling feeling = Feeling::neutral;
  int64_t score = 0;

  bool operator==(const Sentiment&) const = default;
};
Sentiment sentiment_of(const Reading& reading);
Sentiment sentiment_of(double score);  // -1 to 1, of a sender who knows: beyond a third it is a feeling

struct EntitySentiment {
  std::string entity;
  Sentiment sentiment;

  bool operator==(const EntitySentiment&) const = default;
};

// A message understood.
struct Understood {
  Message message{};
  std::string topic{};  // "all" where nobody knows one
  Sentiment sentiment{};
  std::vector<EntitySentiment>
      entities{};  // each once, in the order of the text: by what is said of it alone
};

// Understands messages, in order. Texts, and of those that name several or say more than one thing the
// clauses about each, are read by `read`; where the senders gave topic and sentiment, only the clauses are.
// `read` may be null where they gave all.
std::vector<Understood> understand(std::vector<Message> messages, const Entities& entities,
                                   const ReadTexts& read);

struct ModelHeads {
  std::string topic = "topic";          // classification heads by their names; a model may lack this one
  std::string sentiment = "sentiment";  // labels negative, neutral, positive; or 0 and 1
};

// Reads by a model, on as many threads as `threads` says. Throws invalid_argument where it has no head for
// sentiment, or one with other labels.
ReadTexts read_by_model(std::shared_ptr<const infer::LiveModel> model, const ModelHeads& heads,
                        int64_t threads);

}  // namespace heed::apps::monitor
