#include "onnx_peer.h"

#include <array>
#include <cstdio>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"

namespace heed::bench {
namespace {

constexpr const char* kFolder = "build/onnxruntime";

[[noreturn]] void fail(const std::string& found) {
  throw Error(ErrorCode::internal, "onnxruntime-node: expected answers, found " + found);
}

// Its two ends: to read from, to write to; closed in a program that is started.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("no pipe to ask through");
  return ends;
}

Json to_request(const std::filesystem::path& model, const std::vector<std::vector<int64_t>>& texts,
                int calls) {
  const size_t tokens = texts.front().size();
  Json ids = {{"type", "int64"}, {"dims", {texts.size(), tokens}}, {"data", Json::array()}};
  for (const auto& text : texts) {
    for (const int64_t id : text) ids["data"].push_back(id);
  }
  const Json lengths = {{"type", "int64"},
                        {"dims", Json::array({texts.size()})},
                        {"data", std::vector<size_t>(texts.size(), tokens)}};
  return {{"model", model.string()},
          {"feeds", {{"ids", std::move(ids)}, {"lengths", lengths}}},
          {"calls", calls}};
}

}  // namespace

OnnxPeer::OnnxPeer(std::filesystem::path model) : model_(std::move(model)) {
  const std::string folder = std::filesystem::absolute(kFolder).string();
  if (!std::filesystem::exists(folder + "/node_modules/onnxruntime-node")) {
    throw Error(ErrorCode::not_found,
                folder + ": expected onnxruntime-node, found none; run scripts/onnxruntime.sh");
  }
  const auto requests = make_pipe(), replies = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, requests[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, replies[1], STDOUT_FILENO);
  std::string program = "node", script = "scripts/onnx_session.mjs", argument = folder;
  char* const words[] = {program.data(), script.data(), argument.data(), nullptr};
  const int failure = ::posix_spawnp(&process_, "node", &actions, nullptr, words, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(requests[0]);
  ::close(replies[1]);
  to_ = ::fdopen(requests[1], "w");
  from_ = ::fdopen(replies[0], "r");
  if (failure != 0)
    throw Error(ErrorCode::not_found, "node: expected it on PATH, found none; install nodejs");
}

OnnxPeer::~OnnxPeer() {
  std::fclose(to_);  // it ends with its input
  std::fclose(from_);
  ::waitpid(process_, nullptr, 0);
}

OnnxPeer::Reply OnnxPeer::run(const std::vector<std::vector<int64_t>>& texts, int calls) {
  std::fputs((to_request(model_, texts, calls).dump() + "\n").c_str(), to_);
  std::fflush(to_);
  char* line = nullptr;
  size_t size = 0;
  const ssize_t length = ::getline(&line, &size, from_);
  const std::unique_ptr<char, void (*)(void*)> owner(line, std::free);
  if (length <= 0) fail("none");
  const Json json = Json::parse(std::string(line, static_cast<size_t>(length)));
  if (json.contains("error")) fail(json["error"].get<std::string>());
  Reply reply;
  for (const auto& [name, output] : json["outputs"].items())
    reply.outputs[name] = output["data"].get<std::vector<float>>();
  for (const Json& milliseconds : json["milliseconds"])
    reply.seconds.push_back(milliseconds.get<double>() * 1e-3);
  return reply;
}

}  // namespace heed::bench
