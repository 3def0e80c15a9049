#include "store/event.h"

#include <chrono>
#include <random>

namespace heed::store {

const std::string& event_id(const Event& event) {
  return std::visit([](const auto& e) -> const std::string& { return e.event_id; }, event);
}

const std::string& tenant(const Event& event) {
  return std::visit([](const auto& e) -> const std::string& { return e.tenant; }, event);
}

int64_t now_us() {
  using std::chrono::duration_cast, std::chrono::microseconds;
  return duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string new_event_id() {
  static thread_local std::random_device device;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string id;
  for (int word = 0; word < 4; ++word) {
    auto bits = device();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4) id += kDigits[bits & 15];
  }
  return id;
}

}  // namespace heed::store
