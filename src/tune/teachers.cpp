#include "tune/teachers.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <unordered_map>

#include "base/error.h"
#include "base/nearest.h"
#include "base/threads.h"
#include "infer/classifier.h"
#include "infer/translator.h"

namespace heed::tune {
namespace {

[[noreturn]] void refuse(const ModelDirectory& teacher, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, "'train.teachers': " + teacher.path.string() + ": " + problem);
}

std::vector<std::string> head_names(const ModelConfig& config) {
  std::vector<std::string> names;
  for (const HeadConfig& head : config.classification_heads) names.push_back(head.name);
  return names;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void check_labels(const ModelDirectory& teacher, const HeadConfig& found, const HeadConfig& wanted) {
  std::vector<std::string> theirs = found.labels, ours = wanted.labels;
  std::ranges::sort(theirs);
  std::ranges::sort(ours);
  const auto [their, our] = std::ranges::mismatch(theirs, ours);
  if (their == theirs.end() && our == ours.end()) return;
  const bool lacks = their == theirs.end() || (our != ours.end() && *our < *their);
  refuse(teacher, "head '" + wanted.name + "': expected the labels of the training rows, found " +
                      (lacks ? "none named '" + *our + "'" : "'" + *their + "', which is none of them") +
                      "; name a teacher that was trained on the same labels");
}

void check_head(const ModelDirectory& teacher, const HeadConfig& wanted) {
  const auto& heads = teacher.config.classification_heads;
  const auto found = std::ranges::find(heads, wanted.name, &HeadConfig::name);
  if (found == heads.end()) {
    const std::vector<std::string> names = head_names(teacher.config);
    refuse(teacher, "expected a head '" + wanted.name + "', found " + list(names) +
                        did_you_mean(wanted.name, names) + "; name a teacher that has it");
  }
  if (found->multi_label != wanted.multi_label) {
    const auto kind = [](bool many) { return many ? "any number of labels" : "exactly one label"; };
    refuse(teacher, "head '" + wanted.name + "': expected " + kind(wanted.multi_label) + " a text, found " +
                        kind(found->multi_label) + "; name a teacher of the same kind");
  }
  check_labels(teacher, *found, wanted);
}

ModelDirectory open_teacher(const std::string& name) {
  try {
    return open_model(name);
  } catch (const Error& error) {
    throw Error(error.code(), "'train.teachers': " + std::string(error.what()));
  }
}

// Calls `body` on parts of [0, count), a thread each. False where it was asked to stop between them.
bool in_parts(size_t count, const Asking& asking, const RangeBody& body) {
  const auto total = static_cast<int64_t>(count);
  const int64_t together = 64 * asking.threads;
  for (int64_t begin = 0; begin < total; begin += together) {
    if (asking.stop_requested && asking.stop_requested()) return false;
    std::mutex mutex;
    std::exception_ptr problem;
    on_threads(asking.threads)(std::min(together, total - begin), [&](int64_t first, int64_t last) {
      try {
        body(begin + first, begin + last);
      } catch (...) {
        const std::lock_guard lock(mutex);
        problem = std::current_exception();
      }
    });
    if (problem) std::rethrow_exception(problem);
  }
  return true;
}

using LabelNumbers = std::unordered_map<std::string, size_t>;

LabelNumbers label_numbers(const HeadConfig& head) {
  LabelNumbers numbers;
  for (const std::string& label : head.labels) numbers.emplace(label, numbers.size());
  return numbers;
}

void add_answer(const infer::HeadResult& answer, double share, const LabelNumbers& numbers,
                std::vector<float>& soft) {
  soft.resize(numbers.size());
  for (const infer::LabelScore& score : answer.labels) {
    float& cell = soft[numbers.at(score.label)];
    cell = std::min(1.0F, cell + static_cast<float>(share * score.probability));
  }
}

}  // namespace

std::vector<ModelDirectory> open_teachers(const train::Recipe& recipe, const ModelConfig& config) {
  std::vector<ModelDirectory> teachers;
  for (const std::string& name : recipe.train.teachers) {
    const ModelDirectory& teacher = teachers.emplace_back(open_teacher(name));
    if (teacher.config.decodes() != config.decodes()) {
      refuse(teacher, std::string("expected a model that ") +
                          (config.decodes() ? "translates" : "classifies") +
                          ", as this recipe's does, found " + to_string(teacher.config.architecture) +
                          "; name a teacher of the same kind");
    }
    for (const HeadConfig& head : config.classification_heads) check_head(teacher, head);
  }
  return teachers;
}

bool add_soft_labels(const ModelDirectory& teacher, double share, std::span<const int64_t> rows,
                     const train::Recipe& recipe, const ModelConfig& config, const Asking& asking,
                     train::Split& split) {
  if (rows.empty()) return true;
  const infer::Classifier classifier(teacher);
  const size_t text = split.table.column(recipe.data.text);
  const std::vector<std::string> theirs = head_names(teacher.config);
  std::vector<size_t> places;  // of our heads among theirs
  std::vector<LabelNumbers> numbers;
  for (const HeadConfig& head : config.classification_heads) {
    places.push_back(static_cast<size_t>(std::ranges::find(theirs, head.name) - theirs.begin()));
    numbers.push_back(label_numbers(head));
  }
  return in_parts(rows.size(), asking, [&](int64_t begin, int64_t end) {
    std::vector<std::string> texts;
    for (int64_t i = begin; i < end; ++i) texts.push_back(split.table.rows[rows[i]].fields[text]);
    const auto answers = classifier.classify(texts);
    for (int64_t i = begin; i < end; ++i) {
      auto& soft = split.examples[rows[i]].soft_labels;
      soft.resize(places.size());
      for (size_t h = 0; h < places.size(); ++h)
        add_answer(answers[i - begin].heads[places[h]], share, numbers[h], soft[h]);
    }
  });
}

std::vector<std::string> teacher_translations(const ModelDirectory& teacher, const train::Split& split,
                                              const train::Recipe& recipe, const Asking& asking) {
  const infer::Translator translator(teacher);
  const infer::TranslateOptions options{.beam = recipe.eval.beam,
                                        .length_penalty = recipe.eval.length_penalty};
  const size_t source = split.table.column(recipe.data.source);
  std::vector<std::string> translations(split.table.rows.size());
  const bool done = in_parts(translations.size(), asking, [&](int64_t begin, int64_t end) {
    std::vector<std::string> lines;
    for (int64_t i = begin; i < end; ++i) lines.push_back(split.table.rows[i].fields[source]);
    auto results = translator.translate(lines, options);
    for (int64_t i = begin; i < end; ++i) translations[i] = std::move(results[i - begin].best.front().text);
  });
  if (!done) translations.clear();
  return translations;
}

}  // namespace heed::tune
