#pragma once

#include <cstddef>
#include <vector>

namespace heed::infer {

// The memory of one thread's calls: one mapping, given out first fit and joined again as it comes back, so
// that a thread holds what its largest call needs at once and no more. The system gives pages as they are
// touched.
class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // The calling thread's; null once that thread ends.
  static Arena* of_thread();

  // Makes room for `bytes` in all. What is given out stays where it is: then a larger mapping is not made,
  // nor where the system has none.
  void reserve(size_t bytes);
  // Gives pages above kKeptBytes back to the system, where nothing is given out.
  void trim();

  // `bytes` above 0, aligned to 64; null where there is no room.
  void* take(size_t bytes);
  // What take gave, with the bytes that were asked for; false where it is not of this arena.
  bool give_back(void* data, size_t bytes);

  size_t size() const { return size_; }
  size_t in_use() const { return in_use_; }
  size_t touched() const;                      // bytes that the system has given
  size_t refused() const { return refused_; }  // times that take had no room

 private:
  struct Span {
    size_t begin, end;  // bytes from the mapping's own begin
  };

  void unmap();

  std::byte* base_ = nullptr;
  size_t size_ = 0;
  size_t in_use_ = 0;
  size_t refused_ = 0;
  std::vector<Span> free_;  // in order, no two adjacent
};

// While one lives, the buffers of its thread (buffer.h) come out of the thread's arena, which has room for
// `bytes` or more as far as kLargestArena goes; what does not fit comes from the heap. Such a buffer ends on
// its own thread. They may be nested.
class Workspace {
 public:
  explicit Workspace(size_t bytes);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
};

constexpr size_t kLargestArena = size_t{1} << 30;
constexpr size_t kKeptBytes = size_t{256} << 20;  // that a thread holds between its calls, at most

// Of the calling thread: its arena while a Workspace lives, else null.
Arena* workspace_arena();

}  // namespace heed::infer
