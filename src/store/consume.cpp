#include "store/consume.h"

#include <algorithm>
#include <thread>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "store/check_event.h"
#include "store/event_json.h"

namespace heed::store {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxLetterBytes = 65536;

// Runs `action` until the other side can be reached; false where it was told to stop before.
template <class Action>
bool patiently(const std::stop_token& stop, milliseconds max_pause, const std::string& name,
               const Action& action) {
  for (milliseconds pause(50);; pause = std::min(2 * pause, max_pause)) {
    try {
      action();
      return true;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unavailable) throw;
      spdlog::warn("{}: waits: {}", name, error.what());
    }
    const auto end = std::chrono::steady_clock::now() + pause;
    while (std::chrono::steady_clock::now() < end) {
      if (stop.stop_requested()) return false;
      std::this_thread::sleep_for(milliseconds(20));
    }
  }
}

std::vector<Event> understand(const Message& message, const MessageMeaning& meaning,
                              const ConsumeOptions& options) {
  if (!message.problem.empty()) throw Error(ErrorCode::too_large, message.problem);
  if (message.deliveries > options.max_deliveries) {
    throw Error(ErrorCode::internal, "expected a message that its readers survive, found it handed out " +
                                         std::to_string(message.deliveries) + " times");
  }
  std::vector<Event> events = meaning(message);
  for (size_t i = 0; i < events.size(); ++i) check_event(events[i], "events[" + std::to_string(i) + "]");
  return events;
}

Effect effect_of(const Stream& stream, const Message& message, const MessageMeaning& meaning,
                 const ConsumeOptions& options) {
  Effect effect{.key = message.id.empty() ? "" : stream.name() + "/" + message.id, .events = {}};
  try {
    effect.events = understand(message, meaning, options);
  } catch (const Error& error) {
    // The reason may quote a person's words: it goes where the message goes, not to the log.
    spdlog::warn("{}: message '{}' is not understood and put aside as a dead letter", stream.name(),
                 message.id);
    effect.dead_letter = DeadLetter{.stream = stream.name(),
                                    .message_id = message.id,
                                    .reason = printable_utf8(error.what(), kMaxIdBytes * 4),
                                    .body = printable_utf8(message.body, kMaxLetterBytes),
                                    .ts_us = now_us()};
  }
  return effect;
}

}  // namespace

std::vector<Event> events_of_message(const Message& message) {
  return events_from_json(parse_json(message.body, "message"), now_us());
}

ConsumeCounts consume(Stream& stream, EventLog& log, const MessageMeaning& meaning, std::stop_token stop,
                      const ConsumeOptions& options) {
  ConsumeCounts counts;
  const auto persist = [&](const auto& action) {
    return patiently(stop, options.max_pause, stream.name(), action);
  };
  while (!stop.stop_requested() && !stream.ended()) {
    std::vector<Message> messages;
    if (!persist([&] { messages = stream.read(options.batch, options.timeout); })) break;
    if (messages.empty()) continue;
    std::vector<Effect> effects;
    for (const Message& message : messages) effects.push_back(effect_of(stream, message, meaning, options));
    std::vector<bool> is_new;
    if (!persist([&] { is_new = log.record_once(effects); })) break;
    if (!persist([&] { stream.acknowledge(messages); })) break;
    for (size_t i = 0; i < messages.size(); ++i) {
      ++counts.messages;
      counts.repeated += !is_new[i];
      counts.put_aside += is_new[i] && effects[i].dead_letter.has_value();
    }
  }
  return counts;
}

}  // namespace heed::store
