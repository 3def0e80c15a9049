// Runs a fuzzer where there is no libFuzzer: its seeds, and inputs made of them by a fixed random choice.
//   NAME_fuzz CORPUS INPUTS
// An input that crashes is left in crash-NAME.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

using Input = std::vector<uint8_t>;

constexpr size_t kLargest = 65536;  // bytes of an input

std::span<const uint8_t> running;
std::string crash_file;

void write_input() {
  const int file = ::open(crash_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file >= 0 && ::write(file, running.data(), running.size()) >= 0) {
    constexpr char kMessage[] = "standalone: crashed; the input is left in crash-NAME here\n";
    [[maybe_unused]] const auto written = ::write(2, kMessage, sizeof kMessage - 1);
  }
}

void leave_input(int signal) {
  write_input();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// A sanitizer, where there is one, ends the program itself; else a signal does, which has a stack of its own,
// for the program's may be used up.
void watch_for_crashes() {
  std::vector<int> signals = {SIGABRT, SIGFPE, SIGILL};
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(write_input);
  } else {
    signals.insert(signals.end(), {SIGSEGV, SIGBUS});
    static std::array<char, 65536> stack;
    const stack_t other = {.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
    ::sigaltstack(&other, nullptr);
  }
  struct sigaction action = {};
  action.sa_handler = leave_input;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : signals) ::sigaction(signal, &action, nullptr);
}

std::vector<Input> read_seeds(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<Input> seeds = {{}};
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

// A byte, a bit or a piece of `input` is changed, doubled, moved or lost, or a piece of another seed comes
// in.
void mutate(Input& input, const std::vector<Input>& seeds, heed::Random& random) {
  const size_t at = random.below(input.size() + 1), left = input.size() - at;
  const size_t count = std::min(left, 1 + random.below(16));
  const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
  const Input piece(place, place + static_cast<std::ptrdiff_t>(count));
  const auto insert = [&](const Input& more) { input.insert(place, more.begin(), more.end()); };
  switch (random.below(6)) {
    case 0:
      if (left > 0) *place = static_cast<uint8_t>(random.below(256));
      break;
    case 1:
      if (left > 0) *place ^= static_cast<uint8_t>(1U << random.below(8));
      break;
    case 2:
      input.erase(place, place + static_cast<std::ptrdiff_t>(count));
      break;
    case 3:
      insert(piece);
      break;
    case 4:
      if (random.below(8) == 0) input.resize(at);
      break;
    default: {
      const Input& other = seeds[random.below(seeds.size())];
      const size_t from = random.below(other.size() + 1);
      const size_t taken = std::min(other.size() - from, 1 + random.below(64));
      const auto begin = other.begin() + static_cast<std::ptrdiff_t>(from);
      insert(Input(begin, begin + static_cast<std::ptrdiff_t>(taken)));
    }
  }
  if (input.size() > kLargest) input.resize(kLargest);
}

void run(const Input& input) {
  running = input;
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s CORPUS INPUTS\n", argv[0]);
    return 2;
  }
  crash_file = "crash-" + std::filesystem::path(argv[0]).filename().string();
  watch_for_crashes();
  const std::vector<Input> seeds = read_seeds(argv[1]);
  for (const Input& seed : seeds) run(seed);
  heed::Random random(1);
  const int64_t inputs = std::stoll(argv[2]);
  for (int64_t i = 0; i < inputs; ++i) {
    Input input = seeds[random.below(seeds.size())];
    for (uint64_t steps = 1 + random.below(8); steps > 0; --steps) mutate(input, seeds, random);
    run(input);
  }
  std::printf("standalone: %zu seeds and %lld inputs made of them\n", seeds.size(),
              static_cast<long long>(inputs));
}
