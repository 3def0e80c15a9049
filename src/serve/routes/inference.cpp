#include <algorithm>
#include <utility>

#include "apps/attention_json.h"
#include "serve/routes.h"
#include "serve/routes/classification_json.h"
#include "serve/server.h"

// The Open Inference Protocol, version 2 (KServe's "v2"), for texts: BYTES in, labels and probabilities or
// texts out.
namespace heed::serve {
namespace {

using apps::Field;
using Kind = Field::Kind;

std::vector<Field> tensor_fields() {
  return {{.name = "name", .help = "text", .required = true},
          {.name = "datatype", .help = "BYTES: texts", .required = true, .choices = {"BYTES"}},
          {.name = "shape", .kind = Kind::any, .help = "[N]: as many texts as data has"},
          {.name = "data", .kind = Kind::texts, .help = "The texts", .required = true},
          {.name = "parameters", .kind = Kind::object, .help = "Not read"}};
}

std::vector<Field> request_fields() {
  return {
      {.name = "id", .help = "Given back"},
      {.name = "inputs", .kind = Kind::objects, .help = "One tensor, named text", .fields = tensor_fields()},
      {.name = "text", .help = "Instead of inputs: one text"},
      {.name = "texts", .kind = Kind::texts, .help = "Instead of inputs: several"},
      {.name = "explain", .help = "The same as in parameters", .choices = {"attention"}},
      {.name = "parameters",
       .kind = Kind::object,
       .help = "How to answer",
       .fields = {{.name = "top", .kind = Kind::integer, .help = "Labels a text", .min = 1, .max = 1 << 20},
                  {.name = "head", .help = "Of a classifier"},
                  {.name = "beam", .kind = Kind::integer, .help = "Of a translator", .min = 1, .max = 16},
                  {.name = "explain",
                   .help = "Add an output attention, JSON a text",
                   .choices = {"attention"}}}},
      {.name = "outputs", .kind = Kind::any, .help = "Not read: all are given"}};
}

std::vector<Field> reply_fields() {
  return {{.name = "model_name", .help = "Which answered", .required = true},
          {.name = "model_version", .help = "Of that model", .required = true},
          {.name = "id", .help = "As asked"},
          {.name = "outputs",
           .kind = Kind::objects,
           .help = "label and probability, or text",
           .required = true,
           .fields = {{.name = "name", .help = "Of the tensor", .required = true},
                      {.name = "datatype", .help = "BYTES or FP64", .required = true},
                      {.name = "shape", .kind = Kind::any, .help = "[N], or [N, top]", .required = true},
                      {.name = "data", .kind = Kind::any, .help = "Row by row", .required = true}}}};
}

std::vector<std::string> texts_of(const Json& body) {
  const int given = static_cast<int>(apps::has(body, "inputs")) + static_cast<int>(apps::has(body, "text")) +
                    static_cast<int>(apps::has(body, "texts"));
  if (given != 1)
    throw apps::FieldError("inputs",
                           "expected one of inputs, text and texts, found " + std::to_string(given));
  if (apps::has(body, "text")) return {body["text"].get<std::string>()};
  if (apps::has(body, "texts")) return apps::texts_of(body, "texts");
  const Json& inputs = body["inputs"];
  if (inputs.size() != 1)
    throw apps::FieldError("inputs", "expected one tensor, found " + std::to_string(inputs.size()));
  std::vector<std::string> texts = apps::texts_of(inputs[0], "data");
  if (!apps::has(inputs[0], "shape")) return texts;
  int64_t elements = 1;
  for (const Json& size : inputs[0]["shape"]) {
    if (!size.is_number_integer() || size.get<int64_t>() < 0 ||
        size.get<int64_t>() > static_cast<int64_t>(apps::kMaxTexts))
      throw apps::FieldError("inputs[0].shape", "expected [" + std::to_string(texts.size()) + "], found " +
                                                    inputs[0]["shape"].dump().substr(0, 64));
    elements *= size.get<int64_t>();
    if (elements > static_cast<int64_t>(apps::kMaxTexts)) break;
  }
  if (!inputs[0]["shape"].is_array() || elements != static_cast<int64_t>(texts.size()))
    throw apps::FieldError("inputs[0].shape", "expected [" + std::to_string(texts.size()) + "], found " +
                                                  inputs[0]["shape"].dump().substr(0, 64));
  return texts;
}

Json tensor(const char* name, const char* type, Json shape, Json data) {
  return {{"name", name}, {"datatype", type}, {"shape", std::move(shape)}, {"data", std::move(data)}};
}

Json classified(const std::vector<infer::Answer>& answers, const ClassificationFormat& format) {
  Json labels = Json::array(), probabilities = Json::array(), reasons = Json::array();
  size_t columns = 1;
  for (size_t i = 0; i < answers.size(); ++i) {
    const Json result = to_json(std::get<infer::ClassificationResult>(answers[i]), i, format);
    columns = result["labels"].size();
    for (const Json& label : result["labels"]) {
      labels.push_back(label["label"]);
      probabilities.push_back(label["probability"]);
    }
    if (format.explain) reasons.push_back(result["attention"].dump());
  }
  Json shape = {answers.size()};
  if (format.top > 1) shape.push_back(columns);
  Json outputs = {tensor("label", "BYTES", shape, std::move(labels)),
                  tensor("probability", "FP64", shape, std::move(probabilities))};
  if (format.explain) outputs.push_back(tensor("attention", "BYTES", {answers.size()}, std::move(reasons)));
  return outputs;
}

Json translated(const std::vector<infer::Answer>& answers, bool explain) {
  Json texts = Json::array(), reasons = Json::array();
  for (const infer::Answer& answer : answers) {
    const auto& result = std::get<infer::TranslationResult>(answer);
    texts.push_back(result.best.empty() ? "" : result.best.front().text);
    if (explain) reasons.push_back(apps::attention_json(result).dump());
  }
  Json outputs = Json::array({tensor("text", "BYTES", {answers.size()}, std::move(texts))});
  if (explain) outputs.push_back(tensor("attention", "BYTES", {answers.size()}, std::move(reasons)));
  return outputs;
}

std::string name_of(const apps::Call& call) {
  const std::string version = call.parameter("version");
  return call.parameter("model") + (version.empty() ? "" : "@" + version);
}

void infer_texts(const apps::CallPointer& call, apps::Services& services) {
  const Json& body = call->body;
  const Json parameters = apps::has(body, "parameters") ? body["parameters"] : Json::object();
  auto model = services.model(name_of(*call), "");
  std::vector<std::string> texts = texts_of(body);
  const bool explain = apps::has(parameters, "explain") || apps::has(body, "explain");
  infer::AnswerOptions options;
  ClassificationFormat format;
  if (model->classifies()) {
    format = {.head = head_number(*model, apps::text_or(parameters, "head")),
              .all_heads = false,
              .top = apps::integer_or(parameters, "top", 1),
              .explain = explain,
              .texts = explain ? texts : std::vector<std::string>()};
    options = infer::ClassifyOptions{.votes = explain};
  } else {
    infer::TranslateOptions translate;
    translate.beam = apps::integer_or(parameters, "beam", translate.beam);
    translate.alignment = explain;
    options = translate;
  }
  apps::answer_texts(
      call, services, std::move(model), std::move(texts), std::move(options),
      [format = std::move(format), explain, id = apps::text_or(body, "id")](
          const infer::LiveModel& answered, const std::vector<infer::Answer>& answers) {
        Json reply = {{"model_name", answered.name()}, {"model_version", std::to_string(answered.version())}};
        if (!id.empty()) reply["id"] = id;
        reply["outputs"] = answered.classifies() ? classified(answers, format) : translated(answers, explain);
        return apps::json_reply(reply);
      });
}

void describe(const apps::CallPointer& call, apps::Services& services) {
  const auto model = services.model(name_of(*call), "");
  const auto shape = [](const char* name, const char* type) {
    return Json{{"name", name}, {"datatype", type}, {"shape", {-1}}};
  };
  Json outputs = model->classifies() ? Json{shape("label", "BYTES"), shape("probability", "FP64")}
                                     : Json::array({shape("text", "BYTES")});
  call->reply(apps::json_reply({{"name", model->name()},
                                {"versions", {std::to_string(model->version())}},
                                {"platform", "heed"},
                                {"inputs", Json::array({shape("text", "BYTES")})},
                                {"outputs", std::move(outputs)}}));
}

void say_ready(const apps::CallPointer& call, apps::Services& services) {
  const auto model = services.model(name_of(*call), "");
  call->reply(apps::json_reply({{"name", model->name()}, {"ready", true}}));
}

void live(const apps::CallPointer& call, apps::Services& /*services*/) {
  call->reply(apps::json_reply({{"live", true}}));
}

}  // namespace

std::vector<apps::Route> inference_routes(Server* server) {
  const auto ready = [server](const apps::CallPointer& call, apps::Services&) {
    const bool any = !server->models().table()->empty();
    call->reply(apps::json_reply({{"ready", any}}, any ? 200 : 503));
  };
  const auto about = [](const apps::CallPointer& call, apps::Services&) {
    call->reply(
        apps::json_reply({{"name", "heed"}, {"version", HEED_VERSION}, {"extensions", Json::array()}}));
  };
  const std::vector<Field> flag = {{.name = "ready", .kind = Kind::boolean, .help = "Whether it is"}};
  std::vector<apps::Route> routes = {{.method = "GET",
                                      .path = "/v2",
                                      .summary = "Name and version of the server",
                                      .reply = {{.name = "name", .help = "heed"},
                                                {.name = "version", .help = "Of the program"},
                                                {.name = "extensions", .kind = Kind::any, .help = "None"}},
                                      .handle = about},
                                     {.method = "GET",
                                      .path = "/v2/health/live",
                                      .summary = "Whether the server runs",
                                      .reply = {{.name = "live", .kind = Kind::boolean, .help = "true"}},
                                      .is_watch = true,
                                      .handle = live},
                                     {.method = "GET",
                                      .path = "/v2/health/ready",
                                      .summary = "Whether it can answer: 503 while it has no model",
                                      .reply = flag,
                                      .is_watch = true,
                                      .handle = ready}};
  for (const std::string_view model : {"/v2/models/{model}", "/v2/models/{model}/versions/{version}"}) {
    const bool plain = model.find("versions") == std::string_view::npos;
    routes.push_back({.method = "GET",
                      .path = model,
                      .summary = "What a model takes and gives",
                      .reply = {{.name = "name", .help = "Of the model"},
                                {.name = "versions", .kind = Kind::any, .help = "That is served"},
                                {.name = "platform", .help = "heed"},
                                {.name = "inputs", .kind = Kind::any, .help = "Tensors"},
                                {.name = "outputs", .kind = Kind::any, .help = "Tensors"}},
                      .handle = describe});
    routes.push_back(
        {.method = "GET",
         .path = plain ? "/v2/models/{model}/ready" : "/v2/models/{model}/versions/{version}/ready",
         .summary = "Whether a model can answer",
         .reply = flag,
         .handle = say_ready});
    routes.push_back(
        {.method = "POST",
         .path = plain ? "/v2/models/{model}/infer" : "/v2/models/{model}/versions/{version}/infer",
         .summary = "Classify or translate texts, as the model can",
         .body = request_fields(),
         .reply = reply_fields(),
         .handle = infer_texts});
  }
  return routes;
}

}  // namespace heed::serve
