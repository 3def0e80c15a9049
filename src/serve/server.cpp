#include "serve/server.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/threads.h"
#include "infer/arena.h"
#include "serve/hmac.h"
#include "serve/http_post.h"
#include "serve/routes.h"
#include "store/consume.h"
#include "store/stream.h"

namespace heed::serve {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr uint64_t kMaxKeyFileBytes = 1 << 20;
constexpr milliseconds kDrainStep{20}, kLastReplies{2000};
constexpr std::chrono::minutes kRetentionStep{10};
constexpr int64_t kMicrosecondsADay = int64_t{86'400} * 1'000'000;

ServerSettings completed(ServerSettings settings) {
  check_settings(settings);
  settings.workers = thread_count(settings.workers);
  if (settings.store_url.empty())
    settings.store_url = "sqlite:" + (fs::path(settings.models) / "events.sqlite").string();
  return settings;
}

// As many files as the system allows this process: a connection is one.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::shared_ptr<const KeyRing> parse_keys(const std::string& text, const ServerSettings& settings) {
  auto keys = std::make_shared<const KeyRing>(KeyRing::parse(text, settings.key_file));
  if (keys->empty() && !is_loopback(settings.host)) {
    throw Error(ErrorCode::invalid_argument,
                "server.host: expected a loopback address while there are no keys, found " + settings.host +
                    "; add a key (heed keys add) and give --keys FILE, or listen on 127.0.0.1");
  }
  return keys;
}

std::string read_key_file(const ServerSettings& settings) {
  return settings.key_file.empty() ? "" : read_file(settings.key_file, kMaxKeyFileBytes);
}

}  // namespace

std::vector<apps::Route> all_routes(Server* server, const Applications& applications) {
  std::vector<apps::Route> routes = applications.routes();
  const auto add = [&](std::vector<apps::Route> more) {
    routes.insert(routes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  add(classify_routes());
  add(embedding_routes());
  add(event_routes(server));
  add(model_routes(server));
  add(status_routes(server));
  add(inference_routes(server));
  return routes;
}

Server::Server(ServerSettings settings, Applications applications)
    : settings_(completed(std::move(settings))),
      log_(settings_.access_log),
      page_(settings_.page),
      models_(settings_.models, settings_.versions, settings_.aliases),
      applications_(std::move(applications)) {
  raise_file_limit();
  router_ = std::make_unique<Router>(Router::Parts{.settings = settings_,
                                                   .routes = all_routes(this, applications_),
                                                   .services = *this,
                                                   .traffic = traffic_,
                                                   .log = log_,
                                                   .page = page_});
  read_keys();
  for (const std::string& url : settings_.streams) store::open_stream(url);  // throws where it is no address
  models_.load_all();
  events_ = store::open_event_log(settings_.store_url);
  event_writer_ = std::make_unique<store::EventWriter>(
      *events_, store::EventWriterOptions{.max_pending = settings_.max_pending_events});
  batcher_ = std::make_unique<infer::Batcher>(infer::BatcherOptions{
      .workers = settings_.workers,
      .max_batch_tokens = settings_.max_batch_tokens,
      .max_delay_us = static_cast<int64_t>(1e3 * settings_.max_delay_ms),
      .max_queue = settings_.max_queue,
      .on_batch = [this](const infer::BatchReport& report) { traffic_.batch_done(report); }});
  try {
    applications_.start(*this);
    http_ = std::make_unique<HttpServer>(settings_, *router_);
  } catch (...) {  // those that did start have threads that ask others
    applications_.stop();
    throw;
  }
}

// What may still reply goes before the connections that replies are written to.
Server::~Server() {
  background_.join();
  batcher_.reset();
  applications_.stop();
  event_writer_.reset();
}

Gauges Server::gauges() const {
  return {.queue_length = batcher_->queued(),
          .queue_capacity = settings_.max_queue,
          .connections = http_->connections(),
          .pending_events = event_writer_->pending()};
}

std::filesystem::path Server::folder_of(const infer::LiveModel& model) {
  return fs::path(settings_.models) / model.name() / std::to_string(model.version());
}

apps::HttpReply Server::post(const apps::HttpPost& request) { return serve::post(request); }
apps::HttpReply Server::get(const apps::HttpGet& request) { return serve::get(request); }

std::string Server::hmac_sha256(std::string_view key, std::string_view text) {
  return serve::hmac_sha256(key, text);
}

void Server::in_background(std::function<void()> work) { boost::asio::post(background_, std::move(work)); }

void Server::read_keys() {
  const std::lock_guard lock(keys_mutex_);
  std::string text = read_key_file(settings_);
  auto keys = parse_keys(text, settings_);
  if (keys->empty() && router_->has_keys()) {
    throw Error(ErrorCode::invalid_argument,
                settings_.key_file +
                    ": expected at least one key while the server runs with keys, found none; "
                    "start it again to serve without");
  }
  router_->use_keys(std::move(keys));
  keys_text_ = std::move(text);
}

bool Server::keys_changed() {
  const std::lock_guard lock(keys_mutex_);
  return read_key_file(settings_) != keys_text_;
}

int64_t Server::reload() {
  int64_t failed = models_.reload();
  const auto attempt = [&](auto work) {
    try {
      work();
    } catch (const std::exception& problem) {
      ++failed;
      spdlog::error("{}; what was before stays", problem.what());
    }
  };
  attempt([&] { read_keys(); });
  attempt([&] { http_->reload_certificate(); });
  spdlog::info("read again: {} models, {} faults", models_.table()->size(), failed);
  return failed;
}

void Server::drain() {
  if (router_->draining()) return http_->stop();  // asked twice: at once
  spdlog::info("stopping: {} requests to finish", router_->running());
  router_->drain();
  in_background([this] {
    const auto limit = std::chrono::steady_clock::now() + milliseconds(settings_.drain_timeout_ms);
    while (router_->running() > 0 && std::chrono::steady_clock::now() < limit)
      std::this_thread::sleep_for(kDrainStep);
    if (router_->running() > 0) spdlog::warn("stopping with {} requests unanswered", router_->running());
    const auto written = std::chrono::steady_clock::now() + kLastReplies;
    while (http_->busy() > 0 && std::chrono::steady_clock::now() < written)
      std::this_thread::sleep_for(kDrainStep);
    http_->stop();
  });
}

// Keys change without a signal, and old events go, as time passes.
void Server::keep_house() {
  auto next_retention = std::chrono::steady_clock::now();
  for (std::unique_lock lock(house_mutex_);
       !house_closed_.wait_for(lock, std::chrono::seconds(1), [&] { return closing_; });) {
    try {
      if (keys_changed()) {
        read_keys();
        spdlog::info("keys read again");
      }
      if (settings_.retention_days == 0 || std::chrono::steady_clock::now() < next_retention) continue;
      next_retention = std::chrono::steady_clock::now() + kRetentionStep;
      const int64_t deleted = events_->prune(store::now_us() - settings_.retention_days * kMicrosecondsADay);
      if (deleted > 0)
        spdlog::info("{} events of more than {} days ago deleted", deleted, settings_.retention_days);
    } catch (const std::exception& problem) {
      if (problem.what() != std::exchange(house_problem_, problem.what()))
        spdlog::error("{}", problem.what());
    }
  }
}

void Server::read_stream(const std::string& url, const std::stop_token& stop) {
  try {
    store::consume(*store::open_stream(url), *events_, store::events_of_message, stop);
  } catch (const std::exception& problem) {
    spdlog::error("{}; nothing more is read of this stream until the server starts again", problem.what());
  }
}

void Server::run() {
  http_->on_signals([this] { drain(); }, [this] { in_background([this] { reload(); }); });
  std::jthread house([this] { keep_house(); });
  std::vector<std::jthread> streams;
  for (const std::string& url : settings_.streams)
    streams.emplace_back([this, url](const std::stop_token& stop) { read_stream(url, stop); });
  http_->run();
  {
    const std::lock_guard lock(house_mutex_);
    closing_ = true;
  }
  house_closed_.notify_all();
}

std::string Server::describe_workers() const {
  size_t most = 0;
  for (const auto& [name, model] : *models_.table())
    most = std::max(most, model.live()->working_bytes(settings_.max_batch_tokens));
  return fmt::format(
      "{} workers, each with an arena of up to {:.1f} MB for batches of {} tokens as asked by default; "
      "documents and wider beams may take {:.0f} MB",
      settings_.workers, 1e-6 * static_cast<double>(std::min(most, infer::kLargestArena)),
      settings_.max_batch_tokens, 1e-6 * static_cast<double>(infer::kLargestArena));
}

std::string check_server(const ServerSettings& settings, Applications applications) {
  ServerSettings quiet = settings;
  quiet.port = 0;
  quiet.access_log = false;
  return Server(quiet, std::move(applications)).describe_workers();
}

}  // namespace heed::serve
