#include "apps/background.h"

#include <exception>
#include <utility>

namespace heed::apps {

void run_in_background(const CallPointer& call, Services& services, std::function<void()> work) {
  services.in_background([call, work = std::move(work)] {
    try {
      work();
    } catch (...) {
      call->fail(std::current_exception());
    }
  });
}

void answer_in_background(const CallPointer& call, Services& services, std::function<HttpReply()> work) {
  run_in_background(call, services, [call, work = std::move(work)] { call->reply(work()); });
}

}  // namespace heed::apps
