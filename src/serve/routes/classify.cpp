#include <algorithm>
#include <utility>

#include "apps/text_words.h"
#include "base/nearest.h"
#include "serve/routes.h"
#include "serve/routes/classification_json.h"

namespace heed::serve {
namespace {

using apps::Field;
using Kind = Field::Kind;

constexpr int64_t kLabels = 5;  // that are given unasked

std::vector<Field> request_fields() {
  return {{.name = "text", .kind = Kind::texts, .help = "What to label", .required = true},
          {.name = "model", .help = "Name, alias or NAME@VERSION; without it the one model that classifies"},
          {.name = "head", .help = "Answer for this head alone; without it the first, and all under heads"},
          {.name = "top",
           .kind = Kind::integer,
           .help = "As many labels in labels, likeliest first; else 5",
           .min = 1,
           .max = 1 << 20},
          {.name = "explain",
           .help = "Add the words that attention and n-grams rest on",
           .choices = {"attention"}}};
}

std::vector<Field> reply_fields() {
  return {
      {.name = "model", .help = "Which answered", .required = true},
      {.name = "version", .kind = Kind::integer, .help = "Of that model", .required = true},
      {.name = "results",
       .kind = Kind::objects,
       .help = "One a text, in order",
       .required = true,
       .fields = {
           {.name = "label", .help = "The likeliest", .required = true},
           {.name = "probability",
            .kind = Kind::number,
            .help = "Of it, calibrated on validation data",
            .required = true},
           {.name = "labels",
            .kind = Kind::objects,
            .help = "Likeliest first",
            .required = true,
            .fields =
                {{.name = "label", .help = "Its name", .required = true},
                 {.name = "probability", .kind = Kind::number, .help = "Its probability", .required = true}}},
           {.name = "heads", .kind = Kind::object, .help = "The same by head, where the model has several"},
           {.name = "attention",
            .kind = Kind::object,
            .help = "words: text, start and end in code points, weight, and vote where n-grams vote"}}}};
}

void classify(const apps::CallPointer& call, apps::Services& services) {
  const Json& body = call->body;
  auto model = services.model(apps::text_or(body, "model"), "classify");
  ClassificationFormat format = {.head = head_number(*model, apps::text_or(body, "head")),
                                 .all_heads = !apps::has(body, "head"),
                                 .top = apps::integer_or(body, "top", kLabels),
                                 .explain = apps::has(body, "explain")};
  const infer::ClassifyOptions options = {.votes = format.explain};
  std::vector<std::string> texts = apps::texts_of(body, "text");
  if (format.explain) format.texts = texts;
  apps::answer_texts(
      call, services, std::move(model), std::move(texts), options,
      [format = std::move(format)](const infer::LiveModel& answered,
                                   const std::vector<infer::Answer>& answers) {
        Json results = Json::array();
        for (size_t i = 0; i < answers.size(); ++i)
          results.push_back(to_json(std::get<infer::ClassificationResult>(answers[i]), i, format));
        return apps::json_reply(
            {{"model", answered.name()}, {"version", answered.version()}, {"results", std::move(results)}});
      });
}

}  // namespace

std::vector<apps::Route> classify_routes() {
  return {{.method = "POST",
           .path = "/v1/classify",
           .summary = "Label texts, with probabilities and the reason",
           .body = request_fields(),
           .reply = reply_fields(),
           .handle = classify}};
}

}  // namespace heed::serve
