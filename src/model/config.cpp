#include "model/config.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "base/nearest.h"
#include "model/file_name.h"

namespace heed {
namespace {

const std::vector<std::string> kArchitectures = {"transformer_seq2seq", "transformer_encoder",
                                                 "recurrent_seq2seq"};

// Binds each field of config.json to a member once, for reading and writing alike.
template <class Config, class Visit>
void visit_dimensions(Config& config, Visit visit) {
  visit("dim", config.dim);
  visit("ffn_dim", config.ffn_dim);
  visit("heads", config.heads);
  visit("key_heads", config.key_heads);
  visit("encoder_layers", config.encoder_layers);
  visit("decoder_layers", config.decoder_layers);
  visit("source_vocabulary", config.source_vocabulary);
  visit("target_vocabulary", config.target_vocabulary);
  visit("max_length", config.max_length);
  visit("shared_embeddings", config.shared_embeddings);
  visit("activation", config.activation);
  visit("positions", config.positions);
  if (config.architecture == Architecture::recurrent_seq2seq) visit("bidirectional", config.bidirectional);
}

template <class Config, class Visit>
void visit_attention(Config& attention, Visit visit) {
  visit("score", attention.score);
  visit("normaliser", attention.normaliser);
  visit("sum_guard", attention.sum_guard);
  visit("values", attention.values);
  visit("bias", attention.bias);
  visit("relative_reach", attention.relative_reach);
  visit("window", attention.window);
  visit("hard_top", attention.hard_top);
  visit("learned_temperature", attention.learned_temperature);
  visit("learned_span", attention.learned_span);
}

template <class Config, class Visit>
void visit_ngrams(Config& ngrams, Visit visit) {
  visit("buckets", ngrams.buckets);
  visit("words", ngrams.words);
  visit("min_characters", ngrams.min_characters);
  visit("max_characters", ngrams.max_characters);
  visit("embedding", ngrams.embedding);
  visit("linear", ngrams.linear);
}

template <class Config, class Visit>
void visit_text(Config& config, Visit visit) {
  visit("source_tokenizer", config.source_tokenizer);
  visit("target_tokenizer", config.target_tokenizer);
  visit("normalisation", config.normalisation);
  visit("lowercase", config.lowercase);
}

template <class Config, class Visit>
void visit_head(Config& head, Visit visit) {
  visit("name", head.name);
  visit("kind", head.kind);
  visit("multi_label", head.multi_label);
}

template <class Config, class Visit>
void visit_matching(Config& matching, Visit visit) {
  visit("name", matching.name);
  visit("width", matching.width);
}

template <class Config, class Visit>
void visit_sequence(Config& sequence, Visit visit) {
  visit("name", sequence.name);
  visit("gaps", sequence.gaps);
}

auto writer(Json& json) {
  return [&json](const char* name, const auto& value) { json[name] = value; };
}

// Reads every field and remembers its name, so that what is left over is unknown.
class Reader {
 public:
  Reader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) {
      throw Error(ErrorCode::corrupt_data,
                  where_ + ": expected an object, found " + std::string(json.type_name()));
    }
  }

  template <class T>
  void operator()(const char* name, T& value) {
    value = json_field<T>(json_, name, where_);
    known_.push_back(name);
  }

  const Json& part(const char* name) {
    json_field<Json>(json_, name, where_);
    known_.push_back(name);
    return json_.at(name);
  }

  void refuse_unknown() const {
    for (const auto& item : json_.items()) {
      if (std::find(known_.begin(), known_.end(), item.key()) != known_.end()) continue;
      throw Error(ErrorCode::corrupt_data, where_ + ": expected known fields only, found " +
                                               quote_name(item.key()) + did_you_mean(item.key(), known_));
    }
  }

 private:
  const Json& json_;
  std::string where_;
  std::vector<std::string> known_;
};

template <class Visitor>
void read_object(const Json& json, const std::string& where, Visitor visitor) {
  Reader reader(json, where);
  visitor([&reader](const char* name, auto& value) { reader(name, value); });
  reader.refuse_unknown();
}

void check_version(const Json& json, const std::string& where) {
  const int64_t version = json_field<int64_t>(json, "format_version", where);
  if (version == ModelConfig::kFormatVersion) return;
  throw Error(version > ModelConfig::kFormatVersion ? ErrorCode::unsupported : ErrorCode::corrupt_data,
              where + ": field 'format_version': expected " + std::to_string(ModelConfig::kFormatVersion) +
                  ", found " + std::to_string(version) + "; a newer model needs a newer heed");
}

std::vector<HeadConfig> read_heads(const Json& json, const std::string& where) {
  if (!json.is_array()) {
    throw Error(ErrorCode::corrupt_data,
                where + ": expected an array, found " + std::string(json.type_name()));
  }
  std::vector<HeadConfig> heads;
  for (const Json& item : json) {
    HeadConfig head;
    read_object(item, where, [&head](auto visit) { visit_head(head, visit); });
    heads.push_back(std::move(head));
  }
  return heads;
}

}  // namespace

int64_t SequenceConfig::gap_bucket(double seconds) const {
  if (gaps == 0 || !(seconds >= 0.0)) return 0;
  return std::min(gaps - 1, 1 + static_cast<int64_t>(std::log2(1.0 + seconds)));
}

std::string to_string(Architecture architecture) {
  return kArchitectures.at(static_cast<size_t>(architecture));
}

Architecture parse_architecture(const std::string& name) {
  const auto found = std::find(kArchitectures.begin(), kArchitectures.end(), name);
  if (found == kArchitectures.end()) {
    throw Error(
        ErrorCode::invalid_argument,
        "architecture: expected transformer_seq2seq, transformer_encoder or recurrent_seq2seq, found " +
            quote_name(name) + did_you_mean(name, kArchitectures));
  }
  return static_cast<Architecture>(found - kArchitectures.begin());
}

Json to_json(const ModelConfig& config) {
  Json json;
  json["format_version"] = ModelConfig::kFormatVersion;
  json["architecture"] = to_string(config.architecture);
  visit_dimensions(config, writer(json));
  if (config.norm != "pre") json["norm"] = config.norm;
  if (config.own_head_width > 0) json["head_width"] = config.own_head_width;
  visit_attention(config.attention, writer(json["attention"]));
  if (config.ngrams.buckets > 0) visit_ngrams(config.ngrams, writer(json["ngrams"]));
  Json heads = Json::array();
  for (const HeadConfig& head : config.classification_heads) visit_head(head, writer(heads.emplace_back()));
  json["classification_heads"] = std::move(heads);
  if (config.matching) visit_matching(*config.matching, writer(json["matching"]));
  if (config.tagging) json["tagging"]["name"] = config.tagging->name;
  if (config.sequence) visit_sequence(*config.sequence, writer(json["sequence"]));
  visit_text(config, writer(json["text"]));
  return json;
}

ModelConfig config_from_json(const Json& json, const std::string& where) {
  ModelConfig config;
  Reader reader(json, where);
  check_version(json, where);
  reader.part("format_version");
  std::string architecture;
  reader("architecture", architecture);
  try {
    config.architecture = parse_architecture(architecture);
  } catch (const Error& error) {
    throw Error(ErrorCode::corrupt_data, where + ": " + error.what());
  }
  visit_dimensions(config, [&reader](const char* name, auto& value) { reader(name, value); });
  if (json.contains("norm")) reader("norm", config.norm);                        // absent: pre
  if (json.contains("head_width")) reader("head_width", config.own_head_width);  // absent: dim / heads
  read_object(reader.part("attention"), where + ": attention",
              [&config](auto visit) { visit_attention(config.attention, visit); });
  if (json.contains("ngrams")) {  // absent: none
    read_object(reader.part("ngrams"), where + ": ngrams",
                [&config](auto visit) { visit_ngrams(config.ngrams, visit); });
  }
  config.classification_heads =
      read_heads(reader.part("classification_heads"), where + ": classification_heads");
  if (json.contains("matching")) {  // absent: none
    MatchingConfig& matching = config.matching.emplace();
    read_object(reader.part("matching"), where + ": matching",
                [&matching](auto visit) { visit_matching(matching, visit); });
  }
  if (json.contains("tagging")) {  // absent: none
    TaggingConfig& tagging = config.tagging.emplace();
    read_object(reader.part("tagging"), where + ": tagging",
                [&tagging](auto visit) { visit("name", tagging.name); });
  }
  if (json.contains("sequence")) {  // absent: none
    SequenceConfig& sequence = config.sequence.emplace();
    read_object(reader.part("sequence"), where + ": sequence",
                [&sequence](auto visit) { visit_sequence(sequence, visit); });
  }
  read_object(reader.part("text"), where + ": text", [&config](auto visit) { visit_text(config, visit); });
  reader.refuse_unknown();
  return config;
}

}  // namespace heed
