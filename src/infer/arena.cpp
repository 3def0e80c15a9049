#include "infer/arena.h"

#include <algorithm>
#include <cstdint>

#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <unistd.h>

namespace heed::infer {
namespace {

constexpr size_t kAlignment = 64;

thread_local Arena* living = nullptr;  // null before the thread asks and after its end
thread_local int workspaces = 0;

size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

size_t page_size() {
  static const auto size = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

Arena* Arena::of_thread() {
  struct Owner {
    Owner() { living = &arena; }
    ~Owner() { living = nullptr; }
    Arena arena;
  };
  thread_local Owner owner;
  return living;
}

Arena::~Arena() { unmap(); }

void Arena::unmap() {
  if (base_ != nullptr) {
    ASAN_UNPOISON_MEMORY_REGION(base_, size_);
    ::munmap(base_, size_);
  }
  base_ = nullptr;
  size_ = 0;
  free_.clear();
}

void Arena::reserve(size_t bytes) {
  bytes = round_up(bytes, page_size());
  if (bytes <= size_ || in_use_ > 0) return;
  void* const mapping =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) return;
  unmap();
  base_ = static_cast<std::byte*>(mapping);
  size_ = bytes;
  free_ = {{0, bytes}};
  ASAN_POISON_MEMORY_REGION(base_, size_);
}

void Arena::trim() {
  if (in_use_ == 0 && size_ > kKeptBytes) ::madvise(base_ + kKeptBytes, size_ - kKeptBytes, MADV_DONTNEED);
}

void* Arena::take(size_t wanted) {
  const size_t bytes = round_up(wanted, kAlignment);
  const auto fits = [bytes](const Span& span) { return span.end - span.begin >= bytes; };
  const auto span = std::ranges::find_if(free_, fits);
  if (span == free_.end()) {
    ++refused_;
    return nullptr;
  }
  std::byte* const data = base_ + span->begin;
  span->begin += bytes;
  if (span->begin == span->end) free_.erase(span);
  in_use_ += bytes;
  ASAN_UNPOISON_MEMORY_REGION(data, wanted);
  return data;
}

bool Arena::give_back(void* data, size_t bytes) {
  const auto address = reinterpret_cast<uintptr_t>(data), base = reinterpret_cast<uintptr_t>(base_);
  if (base_ == nullptr || address < base || address >= base + size_) return false;
  const size_t begin = address - base, end = begin + round_up(bytes, kAlignment);
  in_use_ -= end - begin;
  ASAN_POISON_MEMORY_REGION(data, end - begin);
  const auto next = std::ranges::lower_bound(free_, begin, {}, &Span::begin);
  const bool joins_next = next != free_.end() && next->begin == end;
  const bool joins_last = next != free_.begin() && std::prev(next)->end == begin;
  if (joins_last && joins_next) {
    std::prev(next)->end = next->end;
    free_.erase(next);
  } else if (joins_last) {
    std::prev(next)->end = end;
  } else if (joins_next) {
    next->begin = begin;
  } else {
    free_.insert(next, {begin, end});
  }
  return true;
}

size_t Arena::touched() const {
  if (base_ == nullptr) return 0;
  std::vector<unsigned char> pages(size_ / page_size());
  if (::mincore(base_, size_, pages.data()) != 0) return 0;
  return page_size() *
         static_cast<size_t>(std::ranges::count_if(pages, [](auto page) { return (page & 1) != 0; }));
}

Workspace::Workspace(size_t bytes) {
  if (Arena* const arena = Arena::of_thread()) arena->reserve(std::min(bytes, kLargestArena));
  ++workspaces;
}

Workspace::~Workspace() {
  if (--workspaces == 0 && living != nullptr) living->trim();
}

Arena* workspace_arena() { return workspaces > 0 ? living : nullptr; }

}  // namespace heed::infer
