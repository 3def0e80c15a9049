#include "attention_check.h"
#include "attention_problem.h"
#include "attention_rows.h"
#include "used_memory.h"

namespace heed::bench {
namespace {

Figure used(const std::string& key, const std::string& text, Problem& problem, attention::Tap* tap) {
  problem.forward(tap);  // what results stand in is now as large as it gets, and the caller's
  const UsedMemory memory = memory_of([&] { problem.forward(tap); });
  check_forward("attention-memory, " + text, problem);
  const double megabytes = memory.megabytes();
  return {key, text, {megabytes, megabytes, megabytes}};
}

}  // namespace

std::vector<Figure> attention_memory() {
  Problem problem({.length = 8192});
  attention::Tap tap;
  tap.top = 8;
  return {used("forward", "T 8192, heap and stack", problem, nullptr),
          used("tapped", "the same, 8 links", problem, &tap)};
}

}  // namespace heed::bench
