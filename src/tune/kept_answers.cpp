#include "tune/kept_answers.h"

#include <array>

#include "base/error.h"
#include "base/json.h"
#include "model/safetensors.h"

namespace heed::tune {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSoftLabels = "soft_labels.safetensors";
constexpr const char* kTargets = "teacher_targets.json";

[[noreturn]] void refuse(ErrorCode code, const fs::path& file, const std::string& problem) {
  throw Error(code, file.string() + ": " + problem + "; --fresh starts again");
}

void check_fingerprint(const fs::path& file, const std::string& found, uint64_t fingerprint) {
  if (found == std::to_string(fingerprint)) return;
  refuse(ErrorCode::invalid_argument, file,
         "expected the data that the teachers were asked about, found other texts or labels");
}

struct NamedSplit {
  const char* name;
  train::Split train::Corpus::*split;
};
constexpr std::array<NamedSplit, 3> kSplits{
    {{"train", &train::Corpus::train}, {"valid", &train::Corpus::valid}, {"test", &train::Corpus::test}}};

Tensor to_tensor(const std::string& name, const train::Split& split, size_t head, int64_t labels) {
  Tensor tensor{.name = name,
                .type = DataType::f32,
                .shape = {static_cast<int64_t>(split.examples.size()), labels},
                .bytes = {}};
  for (const train::Example& example : split.examples) {
    const std::vector<float>& soft = example.soft_labels[head];
    tensor.bytes.append(reinterpret_cast<const char*>(soft.data()), soft.size() * sizeof(float));
  }
  return tensor;
}

void from_tensor(const SafetensorsFile& file, const std::string& name, size_t head, int64_t labels,
                 train::Split& split) {
  const TensorView& view = file.at(name);
  const std::vector<int64_t> shape{static_cast<int64_t>(split.examples.size()), labels};
  if (view.shape != shape) {
    refuse(ErrorCode::corrupt_data, file.path(),
           "tensor '" + name + "': expected " + to_string(shape) + ", found " + to_string(view.shape));
  }
  const std::vector<float> cells = view.to_floats();
  for (const float cell : cells) {
    if (cell >= 0.0F && cell <= 1.0F) continue;
    refuse(ErrorCode::corrupt_data, file.path(),
           "tensor '" + name + "': expected probabilities, found " + std::to_string(cell));
  }
  for (size_t i = 0; i < split.examples.size(); ++i) {
    auto& soft = split.examples[i].soft_labels;
    soft.resize(head + 1);
    soft[head].assign(cells.begin() + static_cast<std::ptrdiff_t>(i * labels),
                      cells.begin() + static_cast<std::ptrdiff_t>((i + 1) * labels));
  }
}

}  // namespace

void keep_soft_labels(const fs::path& folder, const train::Corpus& corpus, uint64_t fingerprint) {
  std::vector<Tensor> tensors;
  for (const auto& [name, split] : kSplits) {
    for (size_t h = 0; h < corpus.config.classification_heads.size(); ++h) {
      const HeadConfig& head = corpus.config.classification_heads[h];
      tensors.push_back(to_tensor(std::string(name) + "/" + head.name, corpus.*split, h,
                                  static_cast<int64_t>(head.labels.size())));
    }
  }
  write_safetensors(folder / kSoftLabels, tensors, {{"corpus", std::to_string(fingerprint)}});
}

bool read_soft_labels(const fs::path& folder, uint64_t fingerprint, train::Corpus& corpus) {
  if (!fs::exists(folder / kSoftLabels)) return false;
  const SafetensorsFile file(folder / kSoftLabels);
  const auto found = file.metadata().find("corpus");
  check_fingerprint(file.path(), found == file.metadata().end() ? "" : found->second, fingerprint);
  for (const auto& [name, split] : kSplits) {
    for (size_t h = 0; h < corpus.config.classification_heads.size(); ++h) {
      const HeadConfig& head = corpus.config.classification_heads[h];
      from_tensor(file, std::string(name) + "/" + head.name, h, static_cast<int64_t>(head.labels.size()),
                  corpus.*split);
    }
  }
  return true;
}

void keep_targets(const fs::path& folder, const std::vector<std::string>& targets, uint64_t fingerprint) {
  const Json json = {{"corpus", std::to_string(fingerprint)}, {"targets", targets}};
  write_file_atomically(folder / kTargets, json.dump() + "\n");
}

bool read_targets(const fs::path& folder, uint64_t fingerprint, size_t rows,
                  std::vector<std::string>& targets) {
  const fs::path file = folder / kTargets;
  if (!fs::exists(file)) return false;
  const Json json = read_json_file(file, uint64_t{1} << 32);
  check_fingerprint(file, json_field<std::string>(json, "corpus", file.string()), fingerprint);
  const Json list = json_field<Json>(json, "targets", file.string());
  if (!list.is_array() || list.size() != rows) {
    refuse(ErrorCode::corrupt_data, file,
           "field 'targets': expected a text for each of " + std::to_string(rows) + " training rows, found " +
               std::to_string(list.size()));
  }
  targets.clear();
  for (const Json& text : list) {
    if (!text.is_string()) refuse(ErrorCode::corrupt_data, file, "field 'targets': expected texts alone");
    targets.push_back(text.get<std::string>());
  }
  return true;
}

bool answers_are_kept(const fs::path& folder) {
  return fs::exists(folder / kSoftLabels) || fs::exists(folder / kTargets);
}

}  // namespace heed::tune
