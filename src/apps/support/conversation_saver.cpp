#include "apps/support/conversation_saver.h"

#include <chrono>
#include <utility>

#include "base/log.h"

namespace heed::apps::support {
namespace {

constexpr int kTries = 4;
constexpr std::chrono::milliseconds kFirstPause{100};

std::vector<store::StoredConversation> rows_of(
    const std::map<ConversationKey, LiveConversationPointer>& conversations) {
  std::vector<store::StoredConversation> rows;
  for (const auto& [key, live] : conversations) {
    store::StoredConversation row = {.tenant = key.tenant, .id = key.id, .subject = key.id};
    const Json content = live->with([&](const Conversation& now) {
      row.state = to_string(now.state);
      row.updated_us = now.updated_us;
      return to_json(now);
    });
    row.content = content.dump(-1, ' ', false, Json::error_handler_t::replace);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

ConversationSaver::ConversationSaver(store::ConversationStore& store)
    : store_(store), thread_([this] { run(); }) {}

ConversationSaver::~ConversationSaver() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ConversationSaver::save(LiveConversationPointer conversation, Done done) {
  ConversationKey key = conversation->with([](const Conversation& now) {
    return ConversationKey{now.tenant, now.id};
  });
  {
    const std::lock_guard lock(mutex_);
    pending_.conversations.insert_or_assign(std::move(key), std::move(conversation));
    if (done) pending_.done.push_back(std::move(done));
  }
  changed_.notify_one();
}

void ConversationSaver::forget(const ConversationKey& key) {
  std::unique_lock lock(mutex_);
  pending_.conversations.erase(key);
  written_.wait(lock, [&] { return !writing_; });
}

void ConversationSaver::flush() {
  std::unique_lock lock(mutex_);
  written_.wait(lock, [&] { return pending_.empty() && !writing_; });
}

void ConversationSaver::run() {
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [&] { return stopping_ || !pending_.empty(); });
    if (pending_.empty()) return;
    Batch batch = std::exchange(pending_, {});
    writing_ = true;
    lock.unlock();
    write(batch);
    batch = {};
    lock.lock();
    writing_ = false;
    written_.notify_all();
  }
}

// A database that is busy is asked again; what it refuses for good is told, and the rest goes on.
void ConversationSaver::write(const Batch& batch) {
  std::optional<Error> problem;
  auto pause = kFirstPause;
  for (int attempt = 0; attempt < kTries; ++attempt, pause *= 3) {
    try {
      problem.reset();
      store_.save(rows_of(batch.conversations));
      break;
    } catch (const Error& error) {
      problem = error;
    } catch (const std::exception& error) {
      problem = Error(ErrorCode::internal, error.what());
    }
    if (problem->code() != ErrorCode::unavailable) break;
    std::this_thread::sleep_for(pause);
  }
  if (problem) spdlog::error("{} conversations not saved: {}", batch.conversations.size(), problem->what());
  for (const Done& done : batch.done) done(problem);
}

}  // namespace heed::apps::support
