#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "infer/tiny_model.h"

// Exported models run by onnxruntime-node, in a process of its own (scripts/onnx_session.mjs).
namespace heed::test {

// An input or output of a graph; `integers` or `floats`, row-major.
struct OnnxArray {
  std::vector<int64_t> shape;
  std::vector<int64_t> integers;
  std::vector<float> floats;
};
using OnnxArrays = std::map<std::string, OnnxArray>;

inline const std::filesystem::path& onnxruntime_folder() {
  static const std::filesystem::path folder = std::filesystem::path(HEED_SOURCE_DIR) / "build/onnxruntime";
  return folder;
}

// Why no model can be run here; "" where one can.
inline std::string onnxruntime_lacks() {
  if (std::system("node --version >/dev/null 2>&1") != 0) return "node is not here";
  if (std::filesystem::exists(onnxruntime_folder() / "node_modules/onnxruntime-node")) return "";
  return "onnxruntime-node is not here: scripts/onnxruntime.sh installs it";
}

inline Json to_request(const std::filesystem::path& model, const OnnxArrays& feeds) {
  Json request = {{"model", model.string()}, {"feeds", Json::object()}};
  for (const auto& [name, array] : feeds) {
    const bool floats = !array.floats.empty();
    Json data = floats ? Json(array.floats) : Json(array.integers);
    request["feeds"][name] = {
        {"type", floats ? "float32" : "int64"}, {"dims", array.shape}, {"data", std::move(data)}};
  }
  return request;
}

// The model's outputs. Throws internal with the runtime's own message where it refuses model or inputs.
inline OnnxArrays run_onnx(const std::filesystem::path& model, const OnnxArrays& feeds) {
  const ScratchFolder folder;
  const std::string in = (folder / "request").string(), out = (folder / "reply").string();
  write_file_atomically(in, to_request(model, feeds).dump() + "\n");
  const std::string command = std::string("node ") + HEED_SOURCE_DIR + "/scripts/onnx_session.mjs " +
                              onnxruntime_folder().string() + " <" + in + " >" + out;
  const int status = std::system(command.c_str());
  if (status != 0)
    throw Error(ErrorCode::internal, command + ": expected status 0, found " + std::to_string(status));
  const Json reply = Json::parse(read_file(out));
  if (reply.contains("error")) throw Error(ErrorCode::internal, reply["error"].get<std::string>());
  OnnxArrays outputs;
  for (const auto& [name, array] : reply["outputs"].items())
    outputs[name] = {.shape = array["dims"].get<std::vector<int64_t>>(),
                     .integers = {},
                     .floats = array["data"].get<std::vector<float>>()};
  return outputs;
}

}  // namespace heed::test
