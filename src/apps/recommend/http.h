#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/app.h"
#include "apps/recommend/service.h"

namespace heed::apps::recommend {

// `heed serve`'s part of the application: settings of [apps.recommend], routes, the service behind them.
std::unique_ptr<MountedApplication> mount_recommend();

// By kind; each file has its own.
std::vector<Route> recommend_routes(const ServicePointer& service);  // /v1/recommend
std::vector<Route> gorse_routes(const ServicePointer& service);      // /api/..., as Gorse has them
std::vector<Route> metarank_routes(const ServicePointer& service);   // /rank/{model}, as Metarank has it

// A call's work on a worker's thread: its reply, or what it throws.
void answer_on_worker(const CallPointer& call, RecommendService& service, std::function<HttpReply()> answer);

// The service, or unavailable where the server has not started.
RecommendService& of(const ServicePointer& service);

// Milliseconds since 1970, ISO 8601, or "" (kNoTime: now). Throws FieldError.
int64_t time_of(const Json& body, const char* field);

}  // namespace heed::apps::recommend
