#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "text/ngrams.h"

// What a model is, as data: read from and written to config.json. Nothing here computes.
namespace heed {

// The attention of every layer, by name; attention/variant.h says what the names mean.
struct AttentionConfig {
  std::string score = "scaled_dot";
  std::string normaliser = "softmax";
  std::string sum_guard = "softmax";
  std::string values = "projected";  // or "keys": values are the projected keys
  std::string bias = "none";         // or "alibi", "relative" (self-attention only; cross-attention has none)
  int64_t relative_reach = 16;       // for bias = "relative"
  int64_t window = 0;                // 0: no window (self-attention only)
  int64_t hard_top = 4;              // keys kept by normaliser = "hard"
  bool learned_temperature = false;  // a factor a head on the scores
  bool learned_span = false;         // a reach a head (self-attention only)

  bool operator==(const AttentionConfig&) const = default;
};

// The n-gram branch: what a linear model over hashed words and characters knows, beside or within attention.
struct NgramConfig : NgramOptions {
  bool embedding = true;  // n-grams of a token join its embedding
  bool linear = true;     // and those of the text add to what each head makes of it (transformer_encoder)

  bool operator==(const NgramConfig&) const = default;
};

struct HeadConfig {
  std::string name;                     // also the name of its recipe entry and its heads/<name>.json
  std::string kind = "classification";  // one file in train/heads/ and one in infer/heads/ a kind
  std::vector<std::string> labels;      // in the order of its outputs; stored in heads/<name>.json
  bool multi_label = false;             // sigmoid a label instead of one softmax
  double temperature = 1.0;  // logits are divided by it before probabilities (fitted on validation)

  bool operator==(const HeadConfig&) const = default;
};

// Texts as vectors of length 1, questions and answers in one space, and how likely two of them mean the same
// (train/heads/matching.h says how).
struct MatchingConfig {
  std::string name;
  int64_t width = 128;       // E, of a text's vector
  double temperature = 1.0;  // a pair's logit is divided by it before it is a probability

  bool operator==(const MatchingConfig&) const = default;
};

// Entities within a text: a tag a piece, O, or for entity e of `entities` B (tag 1 + 2 e, it begins here) or
// I (2 + 2 e, it goes on); the best row of tags by a linear-chain conditional random field.
struct TaggingConfig {
  std::string name;
  std::vector<std::string> entities;  // stored in heads/<name>.json

  int64_t tags() const { return 1 + 2 * static_cast<int64_t>(entities.size()); }
  bool operator==(const TaggingConfig&) const = default;
};

// What comes next after a row of events: tokens are items, each sees itself and those before it, and what the
// last one comes to is multiplied with the items' vectors (train/heads/sequence.h has the formulas).
struct SequenceConfig {
  std::string name;
  std::vector<std::string> items;  // row by row of the embedding; stored in heads/<name>.json
  std::vector<std::string> kinds;  // of events; likewise. A kind that is not among them counts as the first
  int64_t gaps = 0;                // buckets of the time since the event before; 0: time is not looked at

  // Of so many seconds, below 0: not known. 0, then 1 + the whole part of log2(1 + seconds), the last holds
  // the rest. 0 where time is not looked at.
  int64_t gap_bucket(double seconds) const;
  bool operator==(const SequenceConfig&) const = default;
};

enum class Architecture { transformer_seq2seq, transformer_encoder, recurrent_seq2seq };

struct ModelConfig {
  static constexpr int64_t kFormatVersion = 1;

  Architecture architecture = Architecture::transformer_seq2seq;
  int64_t dim = 256;  // D
  int64_t ffn_dim = 1024;
  int64_t heads = 4;           // H; dim is a multiple of it where own_head_width is 0
  int64_t key_heads = 4;       // Hkv; heads is a multiple of it
  int64_t own_head_width = 0;  // K of a transformer that heads were cut out of; 0: dim / heads
  int64_t encoder_layers = 3;
  int64_t decoder_layers = 3;     // 0 for transformer_encoder
  bool bidirectional = true;      // recurrent_seq2seq: its encoder reads from both ends
  int64_t source_vocabulary = 0;  // rows of the embedding
  int64_t target_vocabulary = 0;
  int64_t max_length = 512;              // longest sequence in tokens, end of sentence included
  bool shared_embeddings = true;         // one table for source, target and output (needs a joint tokenizer)
  std::string activation = "relu";       // or "gelu"; gated: "geglu", "swiglu"
  std::string positions = "sinusoidal";  // or "learned", "rotary" (turns self-attention), "none"
  std::string norm = "pre";              // of a block: before it; or "post": after its residual connection
  AttentionConfig attention;
  NgramConfig ngrams;
  std::vector<HeadConfig> classification_heads;
  std::optional<MatchingConfig> matching;
  std::optional<TaggingConfig> tagging;
  std::optional<SequenceConfig> sequence;  // alone: items stand where other encoders have pieces of a text

  // Text side: how a line becomes tokens.
  std::string source_tokenizer = "joint.model";  // file in tokenizers/; "" where no text is read
  std::string target_tokenizer = "joint.model";  // "" for an encoder
  std::string normalisation = "nfkc";            // or "nfc", "none"
  bool lowercase = false;

  int64_t head_width() const { return own_head_width > 0 ? own_head_width : dim / heads; }
  bool has_heads() const { return !classification_heads.empty() || matching || tagging || sequence; }
  // Whether texts are read: of a sequence of items, those of the items.
  bool reads_text() const { return !sequence || ngrams.buckets > 0; }
  // Whether a row of the encoder sees only itself and those before it.
  bool causal() const { return sequence.has_value(); }
  // Of a pooling head's query, which attends to whole rows.
  int64_t pool_heads() const { return dim / head_width(); }
  // Feed-forward: one half of `up` opens the other (arXiv:2002.05202).
  bool gated() const { return activation == "geglu" || activation == "swiglu"; }
  bool decodes() const { return architecture != Architecture::transformer_encoder; }
  bool operator==(const ModelConfig&) const = default;
};

std::string to_string(Architecture architecture);
Architecture parse_architecture(const std::string& name);

// Checks every field's range and the relations between them, so that no later allocation is of an attacker's
// choosing (each dimension at most 2^20, each layer count at most 64, each product at most 2^31 elements).
// Throws invalid_argument: "WHERE: field 'dim': expected a multiple of heads (4), found 255".
void check_config(const ModelConfig& config, const std::string& where);

// The shape of every weight that a model of this configuration has, by name, in file order: the one list that
// training, serving and the loader agree on.
struct WeightShape {
  std::string name;
  std::vector<int64_t> shape;
  // A matrix that is multiplied with or a table that is looked up by row: may be stored as I8, a scale a row.
  bool by_row = false;
};
std::vector<WeightShape> weight_shapes(const ModelConfig& config);

// config.json <-> ModelConfig. Unknown keys and newer format versions are errors that say so. Labels are not
// in it: they live in heads/<name>.json.
Json to_json(const ModelConfig& config);
ModelConfig config_from_json(const Json& json, const std::string& where);

}  // namespace heed
