#include "used_memory.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <stdexcept>

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

// glibc's own allocator, under the names that it keeps for programs which replace malloc.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* memory);
}

namespace {

std::atomic<bool> counting{false};
std::atomic<int64_t> live{0};
std::atomic<int64_t> most{0};

void* count_in(void* memory) {
  if (memory == nullptr || !counting.load(std::memory_order_relaxed)) return memory;
  const int64_t now = live += static_cast<int64_t>(malloc_usable_size(memory));
  if (now > most) most = now;
  return memory;
}

void count_out(void* memory) {
  if (memory == nullptr || !counting.load(std::memory_order_relaxed)) return;
  live -= static_cast<int64_t>(malloc_usable_size(memory));
}

}  // namespace

extern "C" {
void* malloc(size_t size) { return count_in(__libc_malloc(size)); }
void* calloc(size_t count, size_t size) { return count_in(__libc_calloc(count, size)); }
void* memalign(size_t alignment, size_t size) { return count_in(__libc_memalign(alignment, size)); }
void* aligned_alloc(size_t alignment, size_t size) { return count_in(__libc_memalign(alignment, size)); }
int posix_memalign(void** memory, size_t alignment, size_t size) {
  *memory = count_in(__libc_memalign(alignment, size));
  return *memory == nullptr ? ENOMEM : 0;
}
void* realloc(void* memory, size_t size) {
  count_out(memory);
  return count_in(__libc_realloc(memory, size));
}
void free(void* memory) {
  count_out(memory);
  __libc_free(memory);
}
}

namespace heed::bench {
namespace {

constexpr size_t kStackBytes = size_t{8} << 20;

void* run_counted(void* work) {
  live = most = 0;
  counting = true;
  (*static_cast<const std::function<void()>*>(work))();
  counting = false;
  return nullptr;
}

}  // namespace

UsedMemory memory_of(const std::function<void()>& work) {
  // Fresh pages are zeros, and a stack grows down: the first byte that is not zero is the deepest one
  // written.
  void* stack = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_t thread{};
  if (stack == MAP_FAILED || pthread_attr_setstack(&attributes, stack, kStackBytes) != 0 ||
      pthread_create(&thread, &attributes, run_counted, const_cast<std::function<void()>*>(&work)) != 0) {
    throw std::runtime_error("memory_of: no thread with a stack of 8 MB could be started");
  }
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  const char* bytes = static_cast<const char*>(stack);
  const char* deepest = std::find_if(bytes, bytes + kStackBytes, [](char byte) { return byte != 0; });
  const UsedMemory used{most, bytes + kStackBytes - deepest};
  munmap(stack, kStackBytes);
  return used;
}

}  // namespace heed::bench
