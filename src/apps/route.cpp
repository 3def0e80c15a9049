#include "apps/route.h"

#include <utility>

namespace heed::apps {

const char* to_string(Scope scope) {
  switch (scope) {
    case Scope::read:
      return "read";
    case Scope::feedback:
      return "feedback";
    case Scope::admin:
      return "admin";
  }
  return "admin";
}

HttpReply json_reply(const Json& body, int status) {
  return {.status = status, .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

std::string Call::parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

void answer_texts(const CallPointer& call, Services& services, std::shared_ptr<const infer::LiveModel> model,
                  std::vector<std::string> texts, infer::AnswerOptions options, AnswersToReply to_reply) {
  auto done = [call, model, to_reply = std::move(to_reply)](infer::Job::Result result) {
    call->answered_by(*model, result.queue_seconds);
    try {
      if (result.error) std::rethrow_exception(result.error);
      call->reply(to_reply(*model, result.answers));
    } catch (...) {
      call->fail(std::current_exception());
    }
  };
  const infer::Batcher::Ticket ticket = services.batcher().submit({.model = std::move(model),
                                                                   .options = std::move(options),
                                                                   .texts = std::move(texts),
                                                                   .deadline = call->deadline,
                                                                   .done = std::move(done)});
  call->on_cancel([ticket] { ticket.cancel(); });
}

}  // namespace heed::apps
