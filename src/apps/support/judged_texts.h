#pragma once

#include <string>
#include <vector>

#include "apps/support/fit_decision.h"
#include "infer/classifier.h"
#include "model/config.h"

namespace heed::apps::support {

struct JudgedFile {
  std::string path;
  std::string text = "text";      // its columns
  std::string intent = "intent";  // "": every text is out of scope
};

// The texts of a table, as a head of the model sees them. Throws as data/table.h does, and where a row's
// intent is neither the head's nor out_of_scope.
std::vector<JudgedText> judge_file(const JudgedFile& file, const infer::Classifier& classifier, size_t head,
                                   const HeadConfig& config);

}  // namespace heed::apps::support
