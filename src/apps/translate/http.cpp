#include "apps/translate/http.h"

#include <algorithm>
#include <utility>

#include "apps/attention_json.h"

namespace heed::apps {
namespace {

using Kind = Field::Kind;

constexpr int64_t kMaxBeam = 16;

std::vector<Field> request_fields() {
  return {{.name = "q", .kind = Kind::texts, .help = "What to translate", .required = true},
          {.name = "source",
           .help = "Language of the texts. With target it names a model or alias, en-de, where "
                   "there is one; else the model decides"},
          {.name = "target", .help = "Language to translate to"},
          {.name = "format", .help = "Of the texts", .choices = {"text"}},
          {.name = "alternatives",
           .kind = Kind::integer,
           .help = "Other translations wanted of each text",
           .min = 0,
           .max = kMaxBeam - 1},
          {.name = "model", .help = "Name, alias or NAME@VERSION; without it the one model that translates"},
          {.name = "beam",
           .kind = Kind::integer,
           .help = "Hypotheses kept at each step; 1 is greedy",
           .min = 1,
           .max = kMaxBeam},
          {.name = "explain",
           .help = "Add what each piece of the translation looked at",
           .choices = {"attention"}},
          {.name = "api_key", .help = "Not read: the key belongs in Authorization: Bearer KEY"}};
}

std::vector<Field> reply_fields() {
  return {
      {.name = "translatedText", .kind = Kind::texts, .help = "As q: one text or a list", .required = true},
      {.name = "alternatives", .kind = Kind::any, .help = "Of each text, those after the best"},
      {.name = "model", .help = "Which answered", .required = true},
      {.name = "version", .kind = Kind::integer, .help = "Of that model", .required = true},
      {.name = "attention",
       .kind = Kind::any,
       .help =
           "{source, target, weights}: pieces, and of each target piece its shares on the source pieces"}};
}

struct Wanted {
  bool list = false;  // q was one
  bool alternatives = false;
  bool attention = false;
};

HttpReply to_reply(const infer::LiveModel& model, const std::vector<infer::Answer>& answers,
                   const Wanted& wanted) {
  Json texts = Json::array(), alternatives = Json::array(), attention = Json::array();
  for (const infer::Answer& answer : answers) {
    const auto& result = std::get<infer::TranslationResult>(answer);
    texts.push_back(result.best.empty() ? "" : result.best.front().text);
    Json others = Json::array();
    for (size_t i = 1; i < result.best.size(); ++i) others.push_back(result.best[i].text);
    alternatives.push_back(std::move(others));
    if (wanted.attention) attention.push_back(attention_json(result));
  }
  const auto shaped = [&](Json& list) { return wanted.list ? std::move(list) : std::move(list[0]); };
  Json reply = {{"translatedText", shaped(texts)}};
  if (wanted.alternatives) reply["alternatives"] = shaped(alternatives);
  reply["model"] = model.name();
  reply["version"] = model.version();
  if (wanted.attention) reply["attention"] = shaped(attention);
  return json_reply(reply);
}

std::string model_name(const Json& body, Services& services) {
  const std::string name = text_or(body, "model");
  if (!name.empty() || !has(body, "target")) return name;
  const std::string pair = text_or(body, "source", "auto") + "-" + text_or(body, "target");
  return services.has_model(pair) ? pair : "";
}

void translate(const CallPointer& call, Services& services) {
  const Json& body = call->body;
  const int64_t alternatives = integer_or(body, "alternatives", 0);
  infer::TranslateOptions options;
  options.beam = std::max(integer_or(body, "beam", options.beam), alternatives + 1);
  options.nbest = alternatives + 1;
  options.alignment = has(body, "explain");
  const Wanted wanted = {
      .list = body["q"].is_array(), .alternatives = alternatives > 0, .attention = options.alignment};
  answer_texts(call, services, services.model(model_name(body, services), "translate"), texts_of(body, "q"),
               options, [wanted](const infer::LiveModel& model, const std::vector<infer::Answer>& answers) {
                 return to_reply(model, answers, wanted);
               });
}

}  // namespace

std::vector<Route> translate_routes() {
  return {{.method = "POST",
           .path = "/v1/translate",
           .summary = "Translate texts",
           .body = request_fields(),
           .reply = reply_fields(),
           .handle = translate}};
}

}  // namespace heed::apps
