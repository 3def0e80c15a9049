#include "apps/support/http.h"
#include "apps/support/wording.h"

// The two interfaces that programs made for Rasa ask (rasa.com/docs: POST /model/parse, the REST channel).
namespace heed::apps::support {
namespace {

using Kind = Field::Kind;

double probability(double value) { return rounded(value); }

Json parse_json_of(const std::string& text, const std::string& message_id, const Reading& reading) {
  Json entities = Json::array(), ranking = Json::array();
  for (const Entity& entity : reading.entities)
    entities.push_back({{"entity", entity.entity},
                        {"value", entity.value},
                        {"start", entity.start},
                        {"end", entity.end},
                        {"confidence_entity", rounded(entity.confidence)},
                        {"extractor", "heed"}});
  for (const infer::LabelScore& label : reading.intent.labels)
    ranking.push_back({{"name", label.label}, {"confidence", probability(label.probability)}});
  return {{"text", text},
          {"message_id", message_id},
          {"intent", ranking.empty() ? Json{{"name", nullptr}, {"confidence", 0.0}} : ranking.front()},
          {"entities", std::move(entities)},
          {"intent_ranking", std::move(ranking)}};
}

// The model's reading alone: no conversation, no decision.
void parse(const CallPointer& call, Services& services, Desk& desk) {
  const std::string text = text_or(call->body, "text");
  const std::string message_id = text_or(call->body, "message_id", call->id);
  if (!has_words(text)) return call->reply(json_reply(parse_json_of(text, message_id, {})));
  answer_texts(
      call, services, desk.model(""), {text}, SupportModel::read_options(false),
      [text, message_id](const infer::LiveModel&, const std::vector<infer::Answer>& answers) {
        return json_reply(parse_json_of(text, message_id, SupportModel::read(text, answers.front())));
      });
}

void webhook(const CallPointer& call, Desk& desk) {
  const std::string sender = text_or(call->body, "sender", "default");
  check_client_id("sender", sender);
  answer_call(call, desk,
              {.conversation = {"", "rasa:" + sender}, .begin = true, .text = text_or(call->body, "message")},
              [sender](const Outcome& outcome) {
                Json replies = Json::array();
                if (!outcome.response.text.empty())
                  replies.push_back({{"recipient_id", sender}, {"text", outcome.response.text}});
                return json_reply(replies);
              });
}

}  // namespace

std::vector<Route> rasa_routes(const DeskPointer& desk) {
  return {{.method = "POST",
           .path = "/model/parse",
           .summary = "What the model reads in a message, in Rasa's shape",
           .body = {{.name = "text", .help = "What the customer wrote", .required = true},
                    {.name = "message_id", .help = "Given back"}},
           .reply = {{.name = "text", .help = "As sent", .required = true},
                     {.name = "message_id", .help = "As sent, or the request's", .required = true},
                     {.name = "intent",
                      .kind = Kind::object,
                      .help = "name and confidence of the likeliest",
                      .required = true},
                     {.name = "entities",
                      .kind = Kind::any,
                      .help = "A list of entity, value, start, end, confidence_entity, extractor",
                      .required = true},
                     {.name = "intent_ranking",
                      .kind = Kind::any,
                      .help = "name and confidence of all, likeliest first",
                      .required = true}},
           .other_fields = true,
           .handle = [desk](const CallPointer& call, Services& services) { parse(call, services, **desk); }},
          {.method = "POST",
           .path = "/webhooks/rest/webhook",
           .summary = "Answer a customer's message, in the shape of Rasa's REST channel: a list of "
                      "recipient_id and text",
           .body = {{.name = "sender", .help = "Names the conversation"},
                    {.name = "message", .help = "What the customer wrote", .required = true}},
           .other_fields = true,
           .handle = [desk](const CallPointer& call, Services&) { webhook(call, **desk); }}};
}

}  // namespace heed::apps::support
