#pragma once

#include <string>

#include "infer/translator.h"

// What `heed eval` runs: each prints its figures to standard output, as lines for a person or as one JSON
// object.
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

}  // namespace heed::cli
