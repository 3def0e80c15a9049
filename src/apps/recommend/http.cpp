#include "apps/recommend/http.h"

#include <utility>

#include "base/error.h"

namespace heed::apps::recommend {
namespace {

class MountedRecommend : public MountedApplication {
 public:
  void add_settings(Settings& keys, const std::string& prefix) override {
    recommend::add_settings(keys, prefix, settings_);
  }

  std::vector<Route> routes() override {
    std::vector<Route> all = recommend_routes(service_);
    for (auto make : {gorse_routes, metarank_routes}) {
      for (Route& route : make(service_)) all.push_back(std::move(route));
    }
    return all;
  }

  void start(Services& services) override {
    *service_ = std::make_unique<RecommendService>(settings_, services);
  }
  void stop() override { service_->reset(); }

  void forget(const std::string& tenant, const std::string& subject) override {
    if (tenant.empty() && *service_) (*service_)->forget(subject);
  }

  std::vector<Metric> metrics() const override {
    if (!*service_) return {};
    const RecommendService& service = **service_;
    return {{.name = "slates_total",
             .help = "Slates made",
             .kind = "counter",
             .values = {{"", static_cast<double>(service.recommended)}}},
            {.name = "events_total",
             .help = "Events taken that were new",
             .kind = "counter",
             .values = {{"", static_cast<double>(service.taken)}}}};
  }

 private:
  RecommendSettings settings_;
  ServicePointer service_ = std::make_shared<std::unique_ptr<RecommendService>>();
};

}  // namespace

std::unique_ptr<MountedApplication> mount_recommend() { return std::make_unique<MountedRecommend>(); }

RecommendService& of(const ServicePointer& service) {
  if (*service) return **service;
  throw Error(ErrorCode::unavailable, "recommend: the server is starting or stopping; ask again in a moment");
}

void answer_on_worker(const CallPointer& call, RecommendService& service, std::function<HttpReply()> answer) {
  service.workers().submit([call, answer = std::move(answer)] {
    try {
      call->reply(answer());
    } catch (...) {
      call->fail(std::current_exception());
    }
  });
}

int64_t time_of(const Json& body, const char* field) {
  if (!has(body, field)) return data::kNoTime;
  const Json& value = body.at(field);
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.empty()) return data::kNoTime;
  const int64_t time = data::parse_time_us(text);
  if (time == data::kNoTime)
    throw FieldError(field, "expected a time as 2024-05-01T10:00:00Z or a number since 1970, found '" +
                                text.substr(0, 40) + "'");
  return time;
}

}  // namespace heed::apps::recommend
