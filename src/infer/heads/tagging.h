#pragma once

#include <span>
#include <string>
#include <vector>

#include "infer/encoder.h"
#include "infer/entity_span.h"
#include "infer/heads/conditional_field.h"
#include "infer/linear.h"
#include "model/config.h"
#include "text/pieces_in_text.h"

namespace heed::infer {

// A tag a piece, and what they say of the text.
class TaggingHead {
 public:
  // `scope` is heads.NAME.
  TaggingHead(const Weights& scope, const ModelConfig& config);

  // Scores [N, T] of encoded rows [N, D].
  Matrix scores(const Matrix& encoded) const { return output_(encoded); }

  // Of a text as it was given, its pieces without </s> and their rows of scores, from `begin` on.
  std::vector<EntitySpan> entities(const std::string& text, std::span<const std::string> pieces,
                                   const Matrix& scores, int64_t begin) const;

  const ConditionalField& field() const { return field_; }
  const TaggingConfig& config() const { return config_; }

 private:
  TaggingConfig config_;
  NormaliseOptions options_;
  Linear output_;
  ConditionalField field_;
};

}  // namespace heed::infer
