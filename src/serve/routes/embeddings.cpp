#include <algorithm>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>

#include "apps/text_words.h"
#include "serve/base64.h"
#include "serve/routes.h"

namespace heed::serve {
namespace {

using apps::Field;
using Kind = Field::Kind;

constexpr const char* kModelHelp = "Name, alias or NAME@VERSION; without it the only model";

std::vector<Field> embedding_fields() {
  return {{.name = "input", .kind = Kind::texts, .help = "Texts to embed", .required = true},
          {.name = "model", .help = kModelHelp},
          {.name = "encoding_format",
           .help = "float: lists of numbers; base64: little-endian 32-bit floats",
           .choices = {"float", "base64"}},
          {.name = "explain",
           .help = "Add what each word received of the encoder's last attention",
           .choices = {"attention"}},
          {.name = "user", .help = "Not read"}};
}

std::vector<Field> embedding_reply() {
  return {{.name = "object", .help = "list", .required = true},
          {.name = "data",
           .kind = Kind::objects,
           .help = "One a text, in order",
           .required = true,
           .fields = {{.name = "object", .help = "embedding", .required = true},
                      {.name = "index", .kind = Kind::integer, .help = "Of the text", .required = true},
                      {.name = "embedding",
                       .kind = Kind::any,
                       .help = "As many numbers as the model is wide, of length 1",
                       .required = true},
                      {.name = "attention",
                       .kind = Kind::object,
                       .help = "words: text, start and end in code points, weight"}}},
          {.name = "model", .help = "Which answered", .required = true},
          {.name = "usage", .kind = Kind::object, .help = "prompt_tokens, total_tokens", .required = true}};
}

std::vector<Field> rerank_fields() {
  return {{.name = "query", .help = "What is looked for", .required = true},
          {.name = "documents",
           .kind = Kind::any,
           .help = "Texts, or objects with text: a list",
           .required = true},
          {.name = "top_n",
           .kind = Kind::integer,
           .help = "As many results; else all",
           .min = 1,
           .max = apps::kMaxTexts},
          {.name = "model", .help = kModelHelp},
          {.name = "return_documents", .kind = Kind::boolean, .help = "Give the texts back"},
          {.name = "explain",
           .help = "Add what each word received of the encoder's last attention",
           .choices = {"attention"}}};
}

std::vector<Field> rerank_reply() {
  return {{.name = "model", .help = "Which answered", .required = true},
          {.name = "version", .kind = Kind::integer, .help = "Of that model", .required = true},
          {.name = "results",
           .kind = Kind::objects,
           .help = "The closest first",
           .required = true,
           .fields = {{.name = "index", .kind = Kind::integer, .help = "Of the document", .required = true},
                      {.name = "relevance_score",
                       .kind = Kind::number,
                       .help = "Cosine of its vector and the query's",
                       .required = true},
                      {.name = "document", .kind = Kind::object, .help = "text"},
                      {.name = "attention",
                       .kind = Kind::object,
                       .help = "words: text, start and end in code points, weight"}}}};
}

Json words_json(const infer::TextVector& vector, const std::string& text) {
  Json words = Json::array();
  for (const apps::TextWord& word : apps::words_of_text(text, vector.pieces, vector.attention, {})) {
    words.push_back(
        {{"text", word.text}, {"start", word.start}, {"end", word.end}, {"weight", rounded(word.weight)}});
  }
  return {{"words", std::move(words)}};
}

Json numbers(const std::vector<float>& values, bool base64) {
  if (!base64) return values;
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return to_base64(bytes);
}

void embed(const apps::CallPointer& call, apps::Services& services) {
  const Json& body = call->body;
  const bool base64 = apps::text_or(body, "encoding_format") == "base64";
  const bool explain = apps::has(body, "explain");
  std::vector<std::string> texts = apps::texts_of(body, "input");
  std::vector<std::string> kept = explain ? texts : std::vector<std::string>();
  apps::answer_texts(
      call, services, services.model(apps::text_or(body, "model"), ""), std::move(texts),
      infer::EmbedOptions{.attention = explain},
      [=, kept = std::move(kept)](const infer::LiveModel& model, const std::vector<infer::Answer>& answers) {
        Json data = Json::array();
        size_t tokens = 0;
        for (size_t i = 0; i < answers.size(); ++i) {
          const auto& vector = std::get<infer::TextVector>(answers[i]);
          tokens += vector.pieces.size();
          data.push_back(
              {{"object", "embedding"}, {"index", i}, {"embedding", numbers(vector.values, base64)}});
          if (explain) data.back()["attention"] = words_json(vector, kept[i]);
        }
        return apps::json_reply({{"object", "list"},
                                 {"data", std::move(data)},
                                 {"model", model.name()},
                                 {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}});
      });
}

// The query first, then the documents.
std::vector<std::string> rerank_texts(const Json& body) {
  std::vector<std::string> texts = {body["query"].get<std::string>()};
  const Json& documents = body["documents"];
  const auto refuse = [](const std::string& field, const char* expected, const Json& found) {
    throw apps::FieldError(field, std::string("expected ") + expected + ", found " + found.type_name());
  };
  if (!documents.is_array()) refuse("documents", "a list of texts", documents);
  if (documents.empty() || documents.size() > apps::kMaxTexts)
    throw apps::FieldError("documents", "expected 1 to " + std::to_string(apps::kMaxTexts) + ", found " +
                                            std::to_string(documents.size()));
  for (size_t i = 0; i < documents.size(); ++i) {
    const Json& document = documents[i];
    const std::string at = "documents[" + std::to_string(i) + "]";
    if (document.is_object() && !document.contains("text"))
      throw apps::FieldError(at + ".text", "expected a text, found none");
    const Json& text = document.is_object() ? document["text"] : document;
    apps::check_text(at, text);
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

void rerank(const apps::CallPointer& call, apps::Services& services) {
  const Json& body = call->body;
  const bool explain = apps::has(body, "explain");
  const bool give_back = apps::boolean_or(body, "return_documents", false);
  std::vector<std::string> texts = rerank_texts(body);
  const auto count =
      static_cast<size_t>(apps::integer_or(body, "top_n", static_cast<int64_t>(texts.size()) - 1));
  std::vector<std::string> kept = texts;
  apps::answer_texts(
      call, services, services.model(apps::text_or(body, "model"), ""), std::move(texts),
      infer::EmbedOptions{.attention = explain},
      [=, kept = std::move(kept)](const infer::LiveModel& model, const std::vector<infer::Answer>& answers) {
        const auto vector = [&](size_t i) -> const infer::TextVector& {
          return std::get<infer::TextVector>(answers[i]);
        };
        const std::vector<float>& query = vector(0).values;
        std::vector<std::pair<double, size_t>> order;
        for (size_t i = 1; i < answers.size(); ++i)
          order.emplace_back(std::inner_product(query.begin(), query.end(), vector(i).values.begin(), 0.0),
                             i);
        std::ranges::stable_sort(order, std::ranges::greater(), &std::pair<double, size_t>::first);
        order.resize(std::min(order.size(), count));
        Json results = Json::array();
        for (const auto& [score, i] : order) {
          results.push_back({{"index", i - 1}, {"relevance_score", rounded(score)}});
          if (give_back) results.back()["document"] = {{"text", kept[i]}};
          if (explain) results.back()["attention"] = words_json(vector(i), kept[i]);
        }
        return apps::json_reply(
            {{"model", model.name()}, {"version", model.version()}, {"results", std::move(results)}});
      });
}

}  // namespace

std::vector<apps::Route> embedding_routes() {
  return {{.method = "POST",
           .path = "/v1/embeddings",
           .summary = "A vector a text, from the encoder of any model",
           .body = embedding_fields(),
           .reply = embedding_reply(),
           .handle = embed},
          {.method = "POST",
           .path = "/v1/rerank",
           .summary = "Order documents by how close their vectors are to the query's",
           .body = rerank_fields(),
           .reply = rerank_reply(),
           .handle = rerank}};
}

}  // namespace heed::serve
