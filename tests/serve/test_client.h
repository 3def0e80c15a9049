#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace heed::test {

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in small letters
  std::string body;

  std::string header(const std::string& name) const;
  Json json() const { return parse_json(body, "reply"); }
};

// The bytes of a request: HTTP/1.1, Host and, where there is a body, Content-Length; `headers` are whole
// lines without their end.
std::string request(std::string_view method, std::string_view target, std::string_view body = "",
                    const std::vector<std::string>& headers = {});

// A connection to this machine that sends what it is told, well-formed or not, and waits for replies. Throws
// std::runtime_error where nothing comes for a minute.
class TestClient {
 public:
  // `receive_bytes`: the size of the system's buffer for what comes; 0: as it likes.
  explicit TestClient(uint16_t port, int receive_bytes = 0);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  // False where the server has closed the connection meanwhile.
  bool send(std::string_view bytes);
  void end();    // says that nothing more will be sent
  void reset();  // leaves without a word more

  // The next reply; nullopt where the connection ends before it does. `body`: false after HEAD.
  std::optional<Reply> read(bool body = true);
  // Whether the server ends the connection without another byte.
  bool is_closed();

  Reply ask(std::string_view method, std::string_view target, std::string_view body = "",
            const std::vector<std::string>& headers = {});
  Reply get(std::string_view target, const std::vector<std::string>& headers = {}) {
    return ask("GET", target, "", headers);
  }
  Reply post(std::string_view target, const Json& body, const std::vector<std::string>& headers = {}) {
    return ask("POST", target, body.dump(), headers);
  }

 private:
  bool receive();

  int socket_;
  std::string received_;
};

// One request on a connection of its own.
Reply ask_once(uint16_t port, std::string_view method, std::string_view target, std::string_view body = "",
               const std::vector<std::string>& headers = {});

// Fails where the reply is not this status with the one error object of every endpoint, whose message holds
// `parts` on one line.
void expect_refused(const Reply& reply, int status, const std::string& code,
                    const std::vector<std::string>& parts = {});

// Whether `condition` comes true within a minute.
bool eventually(const std::function<bool()>& condition);

}  // namespace heed::test
