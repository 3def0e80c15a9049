#include "serve/running_server.h"

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "apps/translate/application.h"
#include "serve/server.h"

namespace heed::test {
namespace {

std::mutex gate_mutex;
std::condition_variable gate_moved;
bool gate_open = true;
int64_t gate_held = 0;

void hold(const apps::CallPointer& call, apps::Services& services) {
  services.batcher().submit({.model = services.model("bank", "classify"),
                             .options = infer::ClassifyOptions{},
                             .texts = {"hold"},
                             .done = [call](const infer::Job::Result&) {
                               std::unique_lock lock(gate_mutex);
                               ++gate_held;
                               gate_moved.wait(lock, [] { return gate_open; });
                               --gate_held;
                               call->reply(apps::json_reply({{"held", true}}));
                             }});
}

std::vector<apps::Route> hold_routes() {
  return {{.method = "GET", .path = "/test/hold", .summary = "Keep a worker busy", .handle = hold}};
}

}  // namespace

Gate::Gate() {
  const std::lock_guard lock(gate_mutex);
  gate_open = false;
}

Gate::~Gate() { open(); }

void Gate::open() {
  {
    const std::lock_guard lock(gate_mutex);
    gate_open = true;
  }
  gate_moved.notify_all();
}

int64_t Gate::held() {
  const std::lock_guard lock(gate_mutex);
  return gate_held;
}

const std::vector<apps::Application>& test_applications() {
  static const std::vector<apps::Application> kApplications = {
      apps::translate_application(),
      {.name = "test", .description = "", .add_commands = nullptr, .routes = hold_routes}};
  return kApplications;
}

void write_bank(const std::filesystem::path& folder, uint64_t seed) {
  write_model(folder / "bank", tiny_contents(tiny_classifier(), seed));
}

void write_tiny_models(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  write_bank(folder, 1);
  write_model(folder / "en-zh", tiny_contents(tiny_translator(), 2));
}

RunningServer::RunningServer(const Change& change, const std::vector<apps::Application>& applications,
                             const std::vector<std::string>& assignments) {
  write_tiny_models(models());
  serve::ServerSettings settings;
  settings.port = 0;
  settings.workers = 2;
  settings.access_log = false;
  settings.models = models().string();
  if (change) change(settings);
  serve::Applications mounted(applications);
  Settings keys = serve::settings_of(settings);
  mounted.add_settings(keys);
  for (const std::string& assignment : assignments) keys.set(assignment);
  server_ = std::make_unique<serve::Server>(settings, std::move(mounted));
  thread_ = std::thread([this] { server_->run(); });
}

RunningServer::~RunningServer() {
  Gate::open();
  server_->drain();
  if (thread_.joinable()) thread_.join();
}

uint16_t RunningServer::port() const { return server_->port(); }

void RunningServer::expect_answers() const {
  const Reply reply = ask_once(port(), "GET", "/v2/health/ready");
  EXPECT_EQ(reply.status, 200) << reply.body;
}

}  // namespace heed::test
