#pragma once

#include <vector>

#include "apps/route.h"

namespace heed::store {
class EventLog;
class EventWriter;
}  // namespace heed::store

namespace heed::serve {

class Server;

// What the server itself answers, by kind; applications offer theirs in their descriptors. `server` is null
// where routes are only described.
std::vector<apps::Route> classify_routes();                 // POST /v1/classify
std::vector<apps::Route> embedding_routes();                // POST /v1/embeddings, /v1/rerank
std::vector<apps::Route> inference_routes(Server* server);  // the Open Inference Protocol v2
std::vector<apps::Route> model_routes(Server* server);      // /v1/models, /v1/reload
std::vector<apps::Route> event_routes(Server* server);      // /v1/events, /v1/feedback
std::vector<apps::Route> status_routes(Server* server);     // /v1/status, /metrics, /openapi.json

}  // namespace heed::serve
