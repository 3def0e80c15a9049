#pragma once

#include <memory>
#include <vector>

#include "apps/app.h"
#include "apps/support/desk.h"
#include "apps/support/exchange.h"

namespace heed::apps::support {

// `heed serve`'s part of the application: settings of [apps.support], routes, the desk behind them.
std::unique_ptr<MountedApplication> mount_support();

// By kind; each file has its own.
std::vector<Route> answer_routes(const DeskPointer& desk);        // /v1/answer
std::vector<Route> conversation_routes(const DeskPointer& desk);  // /v1/support/...
std::vector<Route> rasa_routes(const DeskPointer& desk);          // /model/parse, /webhooks/rest/webhook

// The fields of what one message became, shared by replies and turns.
std::vector<Field> intent_fields();
std::vector<Field> entity_fields();
std::vector<Field> passage_fields();
std::vector<Field> citation_fields();

// A message of `call`, answered with what `to_reply` makes of its outcome.
void answer_call(const CallPointer& call, Desk& desk, Inquiry inquiry,
                 std::function<HttpReply(const Outcome&)> to_reply);

// An id that clients choose: at most 200 bytes. Throws FieldError.
void check_client_id(const std::string& field, const std::string& id);

}  // namespace heed::apps::support
