#pragma once

#include <functional>
#include <string>
#include <vector>

#include "infer/translator.h"
#include "metrics/intervals.h"
#include "model/model_directory.h"

// What `heed eval` runs: each prints its figures to standard output, as lines for a person or as one JSON
// object. And the same figures of several models on one set, for commands that compare.
namespace heed::cli {

struct EvaluateTranslation {
  std::string model;
  std::string source;
  std::string reference;
  std::string output;  // file for the translations; "": not kept
  std::string tokenizer =
      "auto";  // sacreBLEU's name; auto: zh where most of the reference is Chinese, else 13a
  infer::TranslateOptions options;
};

// BLEU and chrF2 as sacreBLEU computes them, with their signatures.
void evaluate_translation(const EvaluateTranslation& settings, bool json);

struct EvaluateClassification {
  std::string model;
  std::string data;
  std::string text_column = "text";
  std::string label_column;     // "": the head's name
  std::string head;             // "": the only one, or the one named like the label column
  std::string separator = "|";  // between the labels of a row, for a head that gives any number of them
};

// One label a text: accuracy, macro-F1, expected calibration error with the stored temperature, and the
// confusions. Any number of labels a text: micro- and macro-F1, exact match and Hamming loss where a label
// counts as given from a probability of one half. A label that the model does not know is an error that names
// its row.
void evaluate_classification(const EvaluateClassification& settings, bool json);

struct Figure {
  // score: 0 to 100, such as BLEU; share: 0 to 1, shown in percent; loss: from 0 up, compared by ratio.
  enum class Kind { score, share, loss };

  std::string key;   // "macro_f1", in JSON
  std::string name;  // "macro-F1", for a person
  Kind kind = Kind::score;
  double value = 0;
};

struct Measured {
  std::vector<Figure> figures;
  metrics::FigureOfRows first;  // figures[0] of some of the rows, for intervals
  size_t rows = 0;
  double seconds = 0;  // that the engine took for them, once loaded and warm
};

// Measures a model on a set that was read when the function was made.
using Measure = std::function<Measured(const ModelDirectory& model)>;

// BLEU, chrF2, and the loss: cross-entropy a token of the references (infer/translation_loss.h).
Measure measure_translation(const EvaluateTranslation& settings);
// Accuracy, macro-F1, calibration error and log loss; or exact match, micro- and macro-F1 and Hamming loss.
// The set's labels are read as those of `model`; what is measured must have the same heads.
Measure measure_classification(const EvaluateClassification& settings, const ModelDirectory& model);

}  // namespace heed::cli
