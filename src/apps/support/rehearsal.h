#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/support/answers.h"
#include "apps/support/dataset.h"
#include "apps/support/fit_knowledge.h"
#include "search/passage.h"

namespace heed::apps::support {

// The passages of rows of knowledge: a row wider than a passage (search/split.h) becomes several, ID#1, ID#2,
// ….
std::vector<search::Passage> passages_of(std::span<const KnowledgeRow> rows);

// Passages like those that will be asked for, and questions of which it is known what answers them: a
// KnowledgeRule is fitted on these.
struct Rehearsal {
  std::vector<search::Passage> passages;
  std::vector<AskedQuestion> questions;
};

// A row, and other wordings of its question that customers have used.
struct WordedRow {
  KnowledgeRow row;
  std::vector<std::string> wordings;
};

// Of knowledge: what past conversations gave besides the title. The rows' own `questions` are left out.
std::vector<WordedRow> worded_rows(std::span<const KnowledgeRow> knowledge);
// An intent with its answer is much like a row of questions and answers, and has many wordings: a row for
// each intent and language that has a template, its text that template, its title the example in `titles`
// that is most like the others, its wordings those in `asked`.
std::vector<WordedRow> worded_rows(const Answers& answers, std::span<const LabelledText> titles,
                                   std::span<const LabelledText> asked);

// Of each language every second row that has wordings is left out: its wordings are what no passage answers.
// Where another passage does answer one nevertheless, quoting it counts as wrong: the promise errs towards a
// person. At most `most` questions, chosen by `seed`.
Rehearsal rehearse(std::vector<WordedRow> rows, size_t most, uint64_t seed);

}  // namespace heed::apps::support
