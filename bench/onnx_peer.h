#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace heed::bench {

// onnxruntime-node in a process of its own, one thread, timed inside it (scripts/onnx_session.mjs). Started
// from the project's folder, into which scripts/onnxruntime.sh has installed it.
class OnnxPeer {
 public:
  // Throws not_found, with the cure, where it is not installed.
  explicit OnnxPeer(std::filesystem::path model);
  ~OnnxPeer();
  OnnxPeer(const OnnxPeer&) = delete;
  OnnxPeer& operator=(const OnnxPeer&) = delete;

  struct Reply {
    std::map<std::string, std::vector<float>> outputs;
    std::vector<double> seconds;  // the processor's, of each call
  };
  // Texts of one length, </s> included, `calls` times after one to warm up. Throws internal with its message
  // where it fails.
  Reply run(const std::vector<std::vector<int64_t>>& texts, int calls);

 private:
  std::filesystem::path model_;
  pid_t process_ = 0;
  FILE* to_ = nullptr;
  FILE* from_ = nullptr;
};

}  // namespace heed::bench
