#include <memory>
#include <string>
#include <vector>

#include "apps/console.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/commands.h"
#include "model/model_directory.h"
#include "model/verify.h"
#include "model/weight_values.h"

namespace heed::cli {
namespace {

constexpr size_t kNameWidth = 14;

std::string weight_types(const ModelDirectory& model) {
  std::map<std::string, int64_t> counts;
  for (const WeightShape& weight : weight_shapes(model.config)) {
    ++counts[to_string(model.weights.at(weight.name).type)];
  }
  std::string text;
  for (const auto& [type, count] : counts)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + type;
  return text;
}

Json describe(const ModelDirectory& model) {
  Json json;
  json["name"] = model.name;
  json["path"] = model.path.string();
  json["version"] = model.version;
  json["versions"] = model_versions(model.path.parent_path());
  json["config"] = to_json(model.config);
  json["heads"] = Json::array();
  for (const HeadConfig& head : model.config.classification_heads) {
    Json item;
    item["name"] = head.name;
    item["kind"] = head.kind;
    item["multi_label"] = head.multi_label;
    item["labels"] = head.labels;
    item["temperature"] = head.temperature;
    json["heads"].push_back(std::move(item));
  }
  const auto add = [&](const std::string& name, const char* kind, const char* key, Json value) {
    Json item;
    item["name"] = name;
    item["kind"] = kind;
    item[key] = std::move(value);
    json["heads"].push_back(std::move(item));
  };
  if (const auto& head = model.config.matching) add(head->name, "matching", "temperature", head->temperature);
  if (const auto& head = model.config.tagging) add(head->name, "tagging", "labels", head->entities);
  if (const auto& head = model.config.sequence)
    add(head->name, "sequence", "items", static_cast<int64_t>(head->items.size()));
  json["precision"] = to_string(weight_precision(model.weights));
  json["parameters"] = count_parameters(model);
  json["weights"] = weight_types(model);
  json["bytes"] = folder_bytes(model.path);
  json["metrics"] = model.metrics;
  return json;
}

void line(const std::string& name, const std::string& value) {
  apps::print(apps::bold(name) + std::string(name.size() < kNameWidth ? kNameWidth - name.size() : 1, ' ') +
              value + "\n");
}

std::string in_thousands(int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ' ';
    text += digits[i];
  }
  return text;
}

std::string list_versions(const ModelDirectory& model) {
  std::string all;
  for (const int64_t version : model_versions(model.path.parent_path())) {
    all += (all.empty() ? "" : ", ") + std::to_string(version);
  }
  return std::to_string(model.version) + " (on the disk: " + all + ")";
}

std::string describe_attention(const AttentionConfig& attention) {
  std::string text = attention.score + ", " + attention.normaliser + ", values " + attention.values;
  if (attention.bias != "none") text += ", bias " + attention.bias;
  if (attention.window > 0) text += ", window " + std::to_string(attention.window);
  if (attention.learned_temperature) text += ", learned temperature";
  if (attention.learned_span) text += ", learned span";
  return text;
}

std::string joined(const std::vector<std::string>& labels) {
  std::string list;
  for (const std::string& label : labels) list += (list.empty() ? "" : ", ") + label;
  return list;
}

void show_head(const HeadConfig& head) {
  line("head " + head.name, std::to_string(head.labels.size()) +
                                (head.multi_label ? " labels (any number): " : " labels: ") +
                                joined(head.labels) + "; temperature " + apps::fixed(head.temperature, 3));
}

// One line a figure, its place in metrics.json as a dotted name: splits.valid.loss.
void show_metrics(const Json& metrics, const std::string& scope) {
  for (const auto& [name, value] : metrics.items()) {
    if (value.is_object()) {
      show_metrics(value, scope + name + ".");
    } else {
      line(scope + name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
}

void show(const ModelDirectory& model) {
  const ModelConfig& c = model.config;
  const bool recurrent = c.architecture == Architecture::recurrent_seq2seq;
  line("model", model.name);
  line("version", list_versions(model));
  line("path", model.path.string());
  line("architecture", to_string(c.architecture));
  line("layers", std::to_string(c.encoder_layers) + " encoder" +
                     (c.decodes() ? ", " + std::to_string(c.decoder_layers) + " decoder" : "") +
                     (recurrent && c.bidirectional ? ", bidirectional" : "") +
                     (recurrent ? "" : ", " + c.norm + "-norm"));
  line("width", std::to_string(c.dim) +
                    (recurrent ? "" : ", feed-forward " + std::to_string(c.ffn_dim) + " " + c.activation));
  line("heads", std::to_string(c.heads) + " (" + std::to_string(c.key_heads) + " of keys and values)" +
                    (c.own_head_width > 0 ? ", " + std::to_string(c.own_head_width) + " wide" : ""));
  line("attention", describe_attention(c.attention));
  line("positions", c.positions + ", up to " + std::to_string(c.max_length) + " tokens");
  line("vocabulary",
       in_thousands(c.source_vocabulary) + " " + c.source_tokenizer +
           (c.decodes() ? ", " + in_thousands(c.target_vocabulary) + " " + c.target_tokenizer : ""));
  line("text", c.normalisation + (c.lowercase ? ", lower case" : ""));
  for (const HeadConfig& head : c.classification_heads) show_head(head);
  if (c.matching) {
    line("head " + c.matching->name, "vectors of " + std::to_string(c.matching->width) +
                                         " numbers, and pairs; temperature " +
                                         apps::fixed(c.matching->temperature, 3));
  }
  if (c.tagging) line("head " + c.tagging->name, "entities: " + joined(c.tagging->entities));
  if (c.sequence) {
    line("head " + c.sequence->name, "the next of " +
                                         in_thousands(static_cast<int64_t>(c.sequence->items.size())) +
                                         " items; events: " + joined(c.sequence->kinds));
  }
  line("precision", to_string(weight_precision(model.weights)));
  line("parameters", in_thousands(count_parameters(model)) + " (" + weight_types(model) + " arrays)");
  line("size", in_thousands(static_cast<int64_t>(folder_bytes(model.path))) + " bytes");
  show_metrics(model.metrics, "");
}

void add_show(CLI::App& parent) {
  CLI::App* command = parent.add_subcommand("show", "Print what a model is");
  const auto path = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  command->add_option("MODEL", *path, "Model directory, or one version of it (NAME/3)")->required();
  command->add_flag("--json", *as_json, "One JSON object on one line");
  command->footer("Example:\n  heed model show models/bank --json");
  command->callback([path, as_json] {
    const ModelDirectory model = open_model(*path);
    if (*as_json) {
      apps::print(describe(model).dump() + "\n");
    } else {
      show(model);
    }
  });
}

void add_verify(CLI::App& parent) {
  CLI::App* command = parent.add_subcommand("verify", "Check every file and every number of a model");
  const auto path = std::make_shared<std::string>();
  command->add_option("MODEL", *path, "Model directory, or one version of it (NAME/3)")->required();
  command->footer("Example:\n  heed model verify models/bank");
  command->callback([path] {
    const ModelDirectory model = open_model(*path);
    const VerifiedModel verified = verify_model(model);
    apps::print("OK " + model.path.string() + ": " + std::to_string(verified.weights) + " weights, " +
                in_thousands(verified.parameters) + " parameters, all finite; " +
                in_thousands(static_cast<int64_t>(verified.bytes)) + " bytes\n");
  });
}

}  // namespace

void add_model_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("model", "Look at trained models");
  command->require_subcommand(1);
  command->footer("Example:\n  heed model show models/bank");
  add_show(*command);
  add_verify(*command);
}

}  // namespace heed::cli
