#pragma once

#include <filesystem>

#include "apps/support/fit_knowledge.h"
#include "model/model_directory.h"

namespace heed::apps::support {

// Adds the knowledge of `folder` (as train_model has it) to what `model` will be: the index, the matching
// head's vectors of every passage where the model has that head, and the rule (fit_knowledge.h) with which
// passages are quoted. The rule is fitted on what customers asked for knowledge in past conversations, where
// that is kFewestQuestions wordings or more, else on the intents (rehearsal.h): their examples that were held
// out and, where the model has no matching head, so that nothing of the rule's figures was trained, all of
// them. Without knowledge nothing is added. What was fitted goes to the report.
void add_knowledge(const ModelDirectory& model, const std::filesystem::path& folder,
                   const FitKnowledgeOptions& options, ModelContents& contents);

}  // namespace heed::apps::support
