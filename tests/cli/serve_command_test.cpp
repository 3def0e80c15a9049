#include <algorithm>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::Outcome;
using test::run_heed;
using testing::HasSubstr;

// heed serve, as far as it does not serve: what it checks before, and what it prints.
namespace {

class ServeCommand : public testing::Test {
 protected:
  ServeCommand() { write_model(models_ / "bank", test::tiny_contents(test::tiny_classifier())); }

  Outcome serve(std::vector<std::string> options) {
    options.insert(options.begin(), {"serve", "--models", models_.string()});
    return run_heed(options);
  }
  // `heed serve` and `heed serve --check` end at once with one line that holds `parts`.
  void expect_refused(std::vector<std::string> options, const std::vector<std::string>& parts) {
    for (const bool check : {true, false}) {
      if (check)
        options.emplace_back("--check");
      else
        options.pop_back();
      const Outcome outcome = serve(options);
      EXPECT_NE(outcome.status, 0);
      EXPECT_EQ(outcome.output, "");
      for (const std::string& part : parts) EXPECT_THAT(outcome.error, HasSubstr(part));
      EXPECT_EQ(std::ranges::count(outcome.error, '\n'), 1) << outcome.error;
    }
  }
  std::string file(const std::string& name, const std::string& content) {
    write_file_atomically(folder_ / name, content);
    return (folder_ / name).string();
  }
  std::string config(const std::string& content) { return file("heed.toml", content); }

  test::ScratchFolder folder_;
  const std::filesystem::path models_ = folder_ / "模型";
};

const std::string kKeyLine = "a read - sha256:" + std::string(64, 'a') + "\n";

}  // namespace

TEST_F(ServeCommand, check_says_that_all_is_well) {
  const std::string toml = config("[server]\nworkers = 1\n[keys]\nfile = \"" + file("keys.txt", kKeyLine) +
                                  "\"\n[models]\naliases = [\"意图=bank\", \"stable=bank@1\"]\n");
  const Outcome outcome = serve({"--check", "--config", toml});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, HasSubstr("All is well"));
  EXPECT_EQ(serve({"--check", "--host", "0.0.0.0", "--config", toml}).status, 0);
}

TEST_F(ServeCommand, settings_at_fault_are_named) {
  expect_refused({"--set", "server.prot=1"}, {"server.prot", "did you mean", "server.port"});
  expect_refused({"--set", "server.workers=-1"}, {"server.workers"});
  expect_refused({"--config", config("[server]\nport = \"eighty\"\n")}, {"heed.toml:2", "server.port"});
  expect_refused({"--config", config("[serve]\nport = 80\n")},
                 {"heed.toml:1", "unknown section 'serve' (did you mean 'server'?)"});
  expect_refused({"--config", config("[server\n")}, {"heed.toml:1"});
  expect_refused({"--config", (folder_ / "none.toml").string()}, {"none.toml"});
  expect_refused({"--set", "server.tls_key=key.pem"}, {"expected both or neither"});
  expect_refused({"--set", "server.page=" + folder_.path().string()}, {"server.page", "index.html"});
}

TEST_F(ServeCommand, a_public_address_needs_keys) {
  expect_refused({"--host", "0.0.0.0"}, {"server.host", "0.0.0.0", "heed keys add"});
  expect_refused({"--host", "0.0.0.0", "--keys", file("keys.txt", "# none yet\n")},
                 {"server.host", "heed keys add"});
  expect_refused({"--keys", file("keys.txt", "a reed - x\n")}, {"keys.txt:1", "did you mean 'read'"});
  expect_refused({"--keys", (folder_ / "none.txt").string()}, {"none.txt"});
}

TEST_F(ServeCommand, models_at_fault_are_named) {
  const std::string none = (folder_ / "nothing").string();
  const Outcome missing = run_heed({"serve", "--check", "--models", none});
  EXPECT_NE(missing.status, 0);
  EXPECT_THAT(missing.error, HasSubstr("nothing: expected a folder of model directories"));
  EXPECT_THAT(run_heed({"serve", "--check"}).error, HasSubstr("give --models DIR"));
  expect_refused({"--set", "models.aliases=[\"a=bnak\"]"}, {"bnak"});
  expect_refused({"--set", "models.aliases=[\"a\"]"}, {"ALIAS=NAME"});
  expect_refused({"--set", "models.versions=[\"bank\"]"}, {"NAME@VERSION"});
  expect_refused({"--set", "models.versions=[\"bank@5\"]"}, {"bank", "5"});
  const auto weights = models_ / "bank" / "1" / "model.safetensors";
  std::filesystem::resize_file(weights, std::filesystem::file_size(weights) - 4);
  expect_refused({}, {"model.safetensors"});
}

TEST_F(ServeCommand, an_event_log_that_cannot_be_is_named) {
  expect_refused({"--store", "sqlite:" + (folder_ / "none" / "events.sqlite").string()}, {"events.sqlite"});
  expect_refused({"--store", "sqlite:" + file("notes.txt", std::string(5000, 'x'))}, {"notes.txt"});
  expect_refused({"--store", "mysql://localhost/heed"}, {"sqlite:"});
  expect_refused({"--store", "postgresql://nobody@127.0.0.1:1/none"}, {"127.0.0.1"});
}

TEST_F(ServeCommand, a_port_that_is_taken_is_said) {
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(taken, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  ASSERT_EQ(::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string port = std::to_string(ntohs(address.sin_port));
  const Outcome outcome = serve({"--port", port});
  ::close(taken);
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("127.0.0.1:" + port + ": expected an address and port to listen on"));
  EXPECT_THAT(outcome.error, HasSubstr("--port"));
}

TEST_F(ServeCommand, what_it_prints_holds_every_route_and_key) {
  const Json description = parse_json(run_heed({"serve", "--openapi"}).output, "openapi");
  EXPECT_TRUE(description["paths"].contains("/v1/translate"));
  EXPECT_THAT(run_heed({"serve", "--http-reference"}).output, HasSubstr("## POST /v1/classify"));
  EXPECT_THAT(run_heed({"serve", "--describe"}).output, HasSubstr("server.max_queue"));
}
