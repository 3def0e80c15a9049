#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "attention/variant.h"
#include "base/error.h"
#include "base/nearest.h"
#include "model/config.h"
#include "model/file_name.h"

namespace heed {
namespace {

constexpr int64_t kMaxDimension = int64_t{1} << 20;
constexpr int64_t kMaxElements = int64_t{1} << 31;
constexpr int64_t kMaxLayers = 64;
constexpr int64_t kMaxHeads = 64;
constexpr int64_t kMaxEntities = 1000;  // a matrix of transitions grows with their square
constexpr int64_t kMaxGaps = 64;        // buckets double: more than any clock has
constexpr int64_t kMaxNgramBuckets = int64_t{1} << 24;
constexpr int64_t kMaxNgramLength = 16;
constexpr double kMaxTemperature = 1e6;

class ConfigCheck {
 public:
  ConfigCheck(const ModelConfig& config, const std::string& where) : c_(config), where_(where) {}

  void run() const {
    dimensions();
    architecture();
    attention();
    ngrams();
    text();
    heads();
    sizes();
  }

 private:
  void dimensions() const {
    range("dim", c_.dim, 1, kMaxDimension);
    range("ffn_dim", c_.ffn_dim, 1, kMaxDimension);
    range("heads", c_.heads, 1, kMaxDimension);
    range("key_heads", c_.key_heads, 1, kMaxDimension);
    range("encoder_layers", c_.encoder_layers, 1, kMaxLayers);
    range("source_vocabulary", c_.source_vocabulary, 4, kMaxDimension);
    range("max_length", c_.max_length, 2, kMaxDimension);
    head_width();
    if (c_.heads % c_.key_heads != 0) {
      fail("heads", "a multiple of key_heads (" + std::to_string(c_.key_heads) + ")", c_.heads);
    }
    choice("activation", c_.activation, {"relu", "gelu", "geglu", "swiglu"});
    choice("positions", c_.positions, {"sinusoidal", "learned", "rotary", "none"});
    choice("norm", c_.norm, {"pre", "post"});
    if (c_.positions == "rotary" && c_.head_width() % 2 != 0) {
      if (c_.own_head_width > 0)
        fail("head_width", "an even number with rotary positions", c_.own_head_width);
      fail("dim", "an even multiple of heads (" + std::to_string(c_.heads) + ") with rotary positions",
           c_.dim);
    }
  }

  void head_width() const {
    range("head_width", c_.own_head_width, 0, c_.dim);
    if (c_.own_head_width == 0 && c_.dim % c_.heads != 0) {
      fail("dim", "a multiple of heads (" + std::to_string(c_.heads) + ")", c_.dim);
    }
    if (c_.dim % c_.head_width() != 0) {
      fail("head_width", "a divisor of dim (" + std::to_string(c_.dim) + ")", c_.own_head_width);
    }
    if (c_.own_head_width > 0 && c_.architecture == Architecture::recurrent_seq2seq)
      fail("head_width", "none on a recurrent_seq2seq, whose context is dim wide", c_.own_head_width);
  }

  void architecture() const {
    if (!c_.decodes()) {
      range("decoder_layers", c_.decoder_layers, 0, 0);
      range("target_vocabulary", c_.target_vocabulary, 0, 0);
      return;
    }
    range("decoder_layers", c_.decoder_layers, 1, kMaxLayers);
    range("target_vocabulary", c_.target_vocabulary, 4, kMaxDimension);
    if (c_.shared_embeddings && c_.source_vocabulary != c_.target_vocabulary) {
      fail("target_vocabulary",
           "source_vocabulary (" + std::to_string(c_.source_vocabulary) + ") because embeddings are shared",
           c_.target_vocabulary);
    }
    if (c_.architecture == Architecture::recurrent_seq2seq) no_transformer_blocks();
  }

  // What belongs to a transformer's blocks alone would be silently without effect.
  void no_transformer_blocks() const {
    const std::string on = " on a recurrent_seq2seq, which has no ";
    if (c_.norm != "pre") fail("norm", "pre" + on + "norms", quote_name(c_.norm));
    if (c_.gated()) fail("activation", "relu" + on + "feed-forward block", quote_name(c_.activation));
    const std::string why = on + "self-attention";
    if (c_.positions == "rotary") {
      fail("positions", "sinusoidal, learned or none" + why, quote_name(c_.positions));
    }
    if (c_.attention.bias != "none") fail("attention.bias", "none" + why, quote_name(c_.attention.bias));
    if (c_.attention.window != 0) fail("attention.window", "0" + why, c_.attention.window);
    if (c_.attention.learned_span) fail("attention.learned_span", "false" + why, "true");
  }

  void attention() const {
    const AttentionConfig& a = c_.attention;
    choice("attention.score", a.score, attention::score_names());
    choice("attention.normaliser", a.normaliser, attention::normaliser_names());
    choice("attention.sum_guard", a.sum_guard, {"error", "absolute", "softmax"});
    choice("attention.values", a.values, {"projected", "keys"});
    choice("attention.bias", a.bias, {"none", "alibi", "relative"});
    range("attention.relative_reach", a.relative_reach, 1, kMaxDimension);
    range("attention.window", a.window, 0, kMaxDimension);
    range("attention.hard_top", a.hard_top, 1, kMaxDimension);
    if (a.learned_span && a.normaliser != "softmax") {
      fail("attention.learned_span", "false with normaliser '" + a.normaliser + "' (a span fades a softmax)",
           "true");
    }
  }

  void ngrams() const {
    const NgramConfig& n = c_.ngrams;
    if (n.buckets == 0) return;
    range("ngrams.buckets", n.buckets, 1, kMaxNgramBuckets);
    range("ngrams.words", n.words, 0, kMaxNgramLength);
    range("ngrams.max_characters", n.max_characters, 0, kMaxNgramLength);
    if (n.max_characters > 0) range("ngrams.min_characters", n.min_characters, 1, n.max_characters);
    if (n.words == 0 && n.max_characters == 0) fail("ngrams.words", "at least 1 without characters", 0);
    if (!n.embedding && !n.linear) fail("ngrams.embedding", "true where ngrams.linear is not", "false");
    if (c_.architecture != Architecture::transformer_encoder)
      fail("ngrams.buckets", "0 for " + to_string(c_.architecture), n.buckets);
  }

  void text() const {
    choice("text.normalisation", c_.normalisation, {"nfkc", "nfc", "none"});
    if (c_.reads_text()) {
      file_name("text.source_tokenizer", c_.source_tokenizer);
    } else if (!c_.source_tokenizer.empty()) {
      fail("text.source_tokenizer", "\"\" where no text is read", quote_name(c_.source_tokenizer));
    }
    if (!c_.decodes()) {
      if (!c_.target_tokenizer.empty()) {
        fail("text.target_tokenizer", "\"\" for an encoder", quote_name(c_.target_tokenizer));
      }
      return;
    }
    file_name("text.target_tokenizer", c_.target_tokenizer);
    if (c_.shared_embeddings && c_.source_tokenizer != c_.target_tokenizer) {
      fail("text.target_tokenizer", "'" + c_.source_tokenizer + "' because embeddings are shared",
           quote_name(c_.target_tokenizer));
    }
  }

  void heads() const {
    const auto count = static_cast<int64_t>(c_.classification_heads.size());
    if (c_.decodes() && c_.has_heads())
      fail("classification_heads", "none on a " + to_string(c_.architecture) + ", nor other heads", count);
    if (!c_.decodes() && (!c_.has_heads() || count > kMaxHeads)) {
      fail("classification_heads", "1 to " + std::to_string(kMaxHeads) + " heads", count);
    }
    std::set<std::string> names;
    const auto name = [&](const std::string& own) {
      if (!names.insert(own).second) fail("classification_heads", "names that differ", quote_name(own));
      if (!is_head_name(own))
        fail("classification_heads", "names of 1 to 64 letters, digits, '_' or '-'", quote_name(own));
    };
    for (const HeadConfig& head : c_.classification_heads) {
      name(head.name);
      classification_head(head);
    }
    if (c_.matching) {
      name(c_.matching->name);
      range("matching.width", c_.matching->width, 1, kMaxDimension);
      temperature("heads/" + c_.matching->name, c_.matching->temperature);
    }
    if (c_.tagging) {
      name(c_.tagging->name);
      labels("heads/" + c_.tagging->name, c_.tagging->entities, 1, kMaxEntities);
    }
    if (c_.sequence) {
      name(c_.sequence->name);
      sequence(*c_.sequence);
    }
  }

  void sequence(const SequenceConfig& head) const {
    const std::string field = "heads/" + head.name;
    if (!c_.classification_heads.empty() || c_.matching || c_.tagging)
      fail("sequence", "no other heads beside it", "some");
    if (c_.architecture != Architecture::transformer_encoder)
      fail("sequence", "a transformer_encoder", to_string(c_.architecture));
    labels(field + ".items", head.items, 4, kMaxDimension);
    labels(field + ".kinds", head.kinds, 1, kMaxEntities);
    range("sequence.gaps", head.gaps, 0, kMaxGaps);
    if (static_cast<int64_t>(head.items.size()) != c_.source_vocabulary)
      fail("source_vocabulary", "the number of items (" + std::to_string(head.items.size()) + ")",
           c_.source_vocabulary);
    if (c_.ngrams.buckets > 0 && (!c_.ngrams.embedding || c_.ngrams.linear))
      fail("ngrams", "embedding alone on a sequence of items", "linear");
  }

  void classification_head(const HeadConfig& head) const {
    const std::string field = "heads/" + head.name;
    choice(field + ".kind", head.kind, {"classification"});
    labels(field, head.labels, head.multi_label ? 1 : 2, kMaxDimension);
    temperature(field, head.temperature);
  }

  void labels(const std::string& field, const std::vector<std::string>& labels, int64_t least,
              int64_t most) const {
    range(field + ".labels", static_cast<int64_t>(labels.size()), least, most);
    std::set<std::string_view> seen;
    for (const std::string& label : labels) {
      if (label.empty()) fail(field + ".labels", "labels that are not empty", "\"\"");
      if (!seen.insert(label).second)
        fail(field + ".labels", "labels that differ", quote_name(label) + " twice");
    }
  }

  void temperature(const std::string& field, double value) const {
    if (!std::isfinite(value) || value <= 0.0 || value > kMaxTemperature)
      fail(field + ".temperature", "a number above 0 and at most 1e6", std::to_string(value));
  }

  // Dimensions may each be in range and still multiply to more memory than anyone meant.
  void sizes() const {
    product("the table of positions", {c_.max_length, c_.dim});
    for (const WeightShape& weight : weight_shapes(c_)) product(weight.name, weight.shape);
  }

  void product(const std::string& name, const std::vector<int64_t>& shape) const {
    int64_t elements = 1;
    for (const int64_t side : shape) {
      elements *= side;  // no overflow: the running product is at most 2^31, a side at most 2^22
      if (elements > kMaxElements) {
        throw Error(
            ErrorCode::invalid_argument,
            where_ + ": " + name + ": expected at most 2^31 elements, found more; lower the dimensions");
      }
    }
  }

  void range(const std::string& field, int64_t value, int64_t min, int64_t max) const {
    if (value >= min && value <= max) return;
    const std::string limits =
        min == max ? std::to_string(min) : std::to_string(min) + " to " + std::to_string(max);
    fail(field, limits, value);
  }

  void choice(const std::string& field, const std::string& value,
              const std::vector<std::string>& known) const {
    if (std::find(known.begin(), known.end(), value) != known.end()) return;
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    fail(field, "one of " + list, quote_name(value) + did_you_mean(value, known));
  }

  void file_name(const std::string& field, const std::string& value) const {
    if (!is_plain_file_name(value)) fail(field, "a plain file name", quote_name(value));
  }

  template <class Number>
  void fail(const std::string& field, const std::string& expected, Number found) const {
    fail(field, expected, std::to_string(found));
  }
  [[noreturn]] void fail(const std::string& field, const std::string& expected,
                         const std::string& found) const {
    throw Error(ErrorCode::invalid_argument,
                where_ + ": field '" + field + "': expected " + expected + ", found " + found);
  }
  [[noreturn]] void fail(const std::string& field, const std::string& expected, const char* found) const {
    fail(field, expected, std::string(found));
  }

  const ModelConfig& c_;
  const std::string& where_;
};

}  // namespace

void check_config(const ModelConfig& config, const std::string& where) { ConfigCheck(config, where).run(); }

}  // namespace heed
