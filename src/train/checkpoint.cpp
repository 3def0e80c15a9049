#include "train/checkpoint.h"

#include "base/error.h"
#include "base/json.h"

namespace heed::train {
namespace {

Json to_json(const std::vector<Validation>& validations) {
  Json list = Json::array();
  for (const Validation& v : validations) list.push_back({{"step", v.step}, {"metric", v.metric}});
  return list;
}

std::vector<Validation> validations_from_json(const Json& list, const std::string& where) {
  std::vector<Validation> validations;
  for (const Json& v : list) {
    validations.push_back({json_field<int64_t>(v, "step", where), json_field<double>(v, "metric", where)});
  }
  return validations;
}

Json to_json(const TrainState& state) {
  return {{"step", state.step},
          {"epoch", state.epoch},
          {"batch", state.batch},
          {"seconds", state.seconds},
          {"has_best", state.has_best},
          {"best", state.best},
          {"best_step", state.best_step},
          {"worse_validations", state.worse_validations},
          {"rate_scale", state.rate_scale},
          {"validations", to_json(state.validations)},
          {"snapshots", state.snapshots},
          {"finished", state.finished}};
}

TrainState from_json(const Json& json, const std::string& where) {
  return {.step = json_field<int64_t>(json, "step", where),
          .epoch = json_field<int64_t>(json, "epoch", where),
          .batch = json_field<int64_t>(json, "batch", where),
          .seconds = json_field<double>(json, "seconds", where),
          .has_best = json_field<bool>(json, "has_best", where),
          .best = json_field<double>(json, "best", where),
          .best_step = json_field<int64_t>(json, "best_step", where),
          .worse_validations = json_field<int64_t>(json, "worse_validations", where),
          .rate_scale = json_field<double>(json, "rate_scale", where),
          .validations = validations_from_json(json_field<Json>(json, "validations", where), where),
          .snapshots = json_field<int64_t>(json, "snapshots", where),
          .finished = json_field<bool>(json, "finished", where)};
}

std::string metadata(const SafetensorsFile& file, const std::string& key) {
  const auto at = file.metadata().find(key);
  return at == file.metadata().end() ? "" : at->second;
}

TrainState state_of(const SafetensorsFile& file) {
  const std::string where = file.path().string();
  return from_json(parse_json(metadata(file, "state"), where), where);
}

// Visits every tensor of a checkpoint with its name in the file.
template <class Visit>
void for_each_tensor(const CheckpointParts& parts, const Visit& visit) {
  for (size_t i = 0; i < parts.parameters.all().size(); ++i) {
    const auto& [name, tensor] = parts.parameters.all()[i];
    visit("weight/" + name, tensor);
    for (const Optimiser::State& state : parts.optimiser.states())
      visit(state.name + "/" + name, state.tensors[i]);
    if (!parts.average.empty()) visit("average/" + name, parts.average[i]);
  }
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const CheckpointParts& parts,
                     const TrainState& state) {
  std::vector<Tensor> tensors;
  for_each_tensor(parts, [&](const std::string& name, const torch::Tensor& tensor) {
    tensors.push_back(to_file_tensor(name, tensor));
  });
  write_safetensors(path, tensors, {{"optimiser", parts.optimiser.name()}, {"state", to_json(state).dump()}});
}

TrainState load_checkpoint(const std::filesystem::path& path, const CheckpointParts& parts) {
  const SafetensorsFile file(path);
  if (const std::string found = metadata(file, "optimiser"); found != parts.optimiser.name()) {
    throw Error(ErrorCode::invalid_argument, path.string() + ": expected a checkpoint of the optimiser '" +
                                                 parts.optimiser.name() + "', found one of '" + found +
                                                 "'; set train.optimiser back, or --fresh starts again");
  }
  for_each_tensor(parts, [&](const std::string& name, const torch::Tensor& tensor) {
    copy_from_file(file.at(name), tensor, path.string() + ": tensor '" + name + "'");
  });
  return state_of(file);
}

TrainState read_state(const std::filesystem::path& path) { return state_of(SafetensorsFile(path)); }

void save_weights(const std::filesystem::path& path, const Parameters& parameters) {
  std::vector<Tensor> tensors;
  for (const auto& [name, tensor] : parameters.all()) tensors.push_back(to_file_tensor(name, tensor));
  write_safetensors(path, tensors);
}

void load_weights(const std::filesystem::path& path, const Parameters& parameters) {
  const SafetensorsFile file(path);
  for (const auto& [name, tensor] : parameters.all()) {
    copy_from_file(file.at(name), tensor, path.string() + ": tensor '" + name + "'");
  }
}

}  // namespace heed::train
