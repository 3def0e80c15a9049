#include <cstdlib>
#include <stdexcept>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/expect_error.h"
#include "base/files.h"
#include "serve/running_server.h"
#include "serve/server.h"

using namespace heed;
using testing::HasSubstr;

// HTTPS with a certificate that the openssl program signed for itself.
namespace {

void make_certificate(const std::filesystem::path& folder, const std::string& name) {
  const std::string base = (folder / name).string();
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=" +
      name + " -keyout " + base + ".key -out " + base + ".pem 2>/dev/null";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("the openssl program made no certificate");
}

// One request over TLS: the reply's bytes, and whose certificate it was.
struct TlsReply {
  std::string bytes, subject;
};

TlsReply ask_tls(uint16_t port, const std::string& request, int version = TLS1_3_VERSION) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL_CTX_set_max_proto_version(context.get(), version);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  TlsReply reply;
  {
    const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
    SSL_set_fd(tls.get(), socket);
    if (SSL_connect(tls.get()) == 1) {
      const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(tls.get()), X509_free);
      char name[256] = {};
      X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name, sizeof name);
      reply.subject = name;
      SSL_write(tls.get(), request.data(), static_cast<int>(request.size()));
      char bytes[16384];
      for (int count = 0; (count = SSL_read(tls.get(), bytes, sizeof bytes)) > 0;)
        reply.bytes.append(bytes, static_cast<size_t>(count));
    }
  }
  ::close(socket);
  return reply;
}

std::string classify(const std::string& text) {
  return test::request("POST", "/v1/classify", Json{{"text", text}}.dump(), {"Connection: close"});
}

class Https : public testing::Test {
 protected:
  Https() { make_certificate(folder_.path(), "first"); }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  test::RunningServer::Change with_certificate() const {
    return [this](serve::ServerSettings& settings) {
      settings.tls_certificate = file("first.pem");
      settings.tls_key = file("first.key");
      settings.header_timeout_ms = 300;
    };
  }
  test::ScratchFolder folder_;
};

}  // namespace

TEST_F(Https, a_request_is_answered_in_english_and_chinese) {
  const test::RunningServer server(with_certificate());
  for (const std::string text : {"my card was stolen", "我的银行卡被偷了"}) {
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
      const TlsReply reply = ask_tls(server.port(), classify(text), version);
      EXPECT_THAT(reply.bytes, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
      EXPECT_THAT(reply.bytes, HasSubstr("\"model\":\"bank\""));
      EXPECT_EQ(reply.subject, "first");
    }
  }
}

TEST_F(Https, old_versions_of_tls_plain_http_and_silence_are_turned_away) {
  const test::RunningServer server(with_certificate());
  EXPECT_EQ(ask_tls(server.port(), classify("a"), TLS1_1_VERSION).subject, "");
  test::TestClient plain(server.port());
  plain.send(test::request("GET", "/v2"));
  EXPECT_FALSE(plain.read().has_value());
  test::TestClient silent(server.port());
  EXPECT_TRUE(silent.is_closed());
  EXPECT_THAT(ask_tls(server.port(), classify("打印")).bytes, HasSubstr("200 OK"));
}

TEST_F(Https, a_large_reply_and_a_refusal_come_whole) {
  const test::RunningServer server(with_certificate());
  const std::string get = test::request("GET", "/openapi.json", "", {"Connection: close"});
  const TlsReply reply = ask_tls(server.port(), get);
  EXPECT_TRUE(Json::parse(reply.bytes.substr(reply.bytes.find("\r\n\r\n") + 4)).is_object());
  EXPECT_THAT(ask_tls(server.port(), "garbage\r\n\r\n").bytes, HasSubstr("400 Bad Request"));
  const std::string expects =
      "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      "Expect: 100-continue\r\nContent-Length: 15\r\n\r\n";
  EXPECT_THAT(ask_tls(server.port(), expects + R"({"text": "打")" + "}").bytes, HasSubstr("200 OK"));
}

TEST_F(Https, the_certificate_is_renewed_while_the_server_runs) {
  test::RunningServer server(with_certificate());
  make_certificate(folder_.path(), "second");
  std::filesystem::rename(folder_ / "second.pem", folder_ / "first.pem");
  EXPECT_EQ(server.server().reload(), 1);  // the key is another's still
  EXPECT_EQ(ask_tls(server.port(), classify("a")).subject, "first");
  std::filesystem::rename(folder_ / "second.key", folder_ / "first.key");
  EXPECT_EQ(server.server().reload(), 0);
  EXPECT_EQ(ask_tls(server.port(), classify("a")).subject, "second");
}

TEST_F(Https, a_broken_certificate_is_refused_at_the_start) {
  write_file_atomically(folder_ / "broken.pem", "no certificate");
  const auto refused = [&](const std::string& certificate, const std::string& key, ErrorCode code,
                           const std::string& part) {
    expect_error(code, {part}, [&] {
      const test::RunningServer server([&](serve::ServerSettings& settings) {
        settings.tls_certificate = certificate;
        settings.tls_key = key;
      });
    });
  };
  refused(file("broken.pem"), file("first.key"), ErrorCode::io, "broken.pem");
  refused(file("first.pem"), file("none.key"), ErrorCode::io, "none.key");
  refused(file("first.pem"), "", ErrorCode::invalid_argument, "expected both or neither");
}
