#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "train/progress.h"
#include "tune/teachers.h"

namespace heed::tune {

// Who teaches a corpus's training rows. No teachers: it was asked to stop before there were any.
struct Teaching {
  std::vector<ModelDirectory> teachers;
  // Of each training row the one teacher that answers, because it has not seen it; empty: the mean of all.
  std::vector<int64_t> answers = {};
};

// Lets a corpus hold what its teachers say. Classification (arXiv:1503.02531): the soft labels of training
// rows, and of validation and test the mean of all teachers, which only their figures look at. Translation
// (sequence-level, arXiv:1606.07947): the teacher's beam output as a further target of each training source,
// or with train.teacher_share = 1 as its only one. `ask` names the teachers, unless the answers are kept in
// `folder` already (kept_answers.h). False where it was asked to stop.
bool distil(const train::Recipe& recipe, const std::function<Teaching()>& ask, const Asking& asking,
            const std::filesystem::path& folder, train::ProgressBar& progress, train::Corpus& corpus);

}  // namespace heed::tune
