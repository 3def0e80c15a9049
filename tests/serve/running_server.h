#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "apps/app.h"
#include "infer/tiny_model.h"
#include "serve/settings.h"
#include "serve/test_client.h"

namespace heed::serve {
class Server;
}

namespace heed::test {

// Writes "bank", a classifier, and "en-zh", a translator, both small and random.
void write_tiny_models(const std::filesystem::path& folder);
// The next version of "bank", whose answers are others for another seed.
void write_bank(const std::filesystem::path& folder, uint64_t seed);

// Those that heed serves, and one of these tests: GET /test/hold keeps a worker busy until Gate::open().
const std::vector<apps::Application>& test_applications();

// What holds workers back, so that a test says when the queue moves on. One a process.
class Gate {
 public:
  Gate();   // closed
  ~Gate();  // opens
  static void open();
  static int64_t held();  // workers that wait now
};

// A server within the test, on a free port of loopback, over write_tiny_models() of a folder of its own.
class RunningServer {
 public:
  using Change = std::function<void(serve::ServerSettings&)>;
  explicit RunningServer(
      const Change& change = nullptr,
      const std::vector<apps::Application>& applications = test_applications(),
      const std::vector<std::string>& assignments = {});  // of settings, as --set takes them
  ~RunningServer();                                       // stops, and waits for what runs
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  uint16_t port() const;
  serve::Server& server() { return *server_; }
  void wait() { thread_.join(); }  // until it has stopped

  std::filesystem::path models() const { return folder_ / "models"; }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  // Fails where a new client gets no answer.
  void expect_answers() const;

 private:
  ScratchFolder folder_;
  std::unique_ptr<serve::Server> server_;
  std::thread thread_;
};

}  // namespace heed::test
