#pragma once

namespace heed::infer {

// While one lives, OpenMP regions that the calling thread opens (oneDNN's) run on that thread alone, so that
// no barrier stands in a request and servers may run one worker a core. The thread's setting returns
// afterwards.
class SingleThread {
 public:
  SingleThread();
  ~SingleThread();
  SingleThread(const SingleThread&) = delete;
  SingleThread& operator=(const SingleThread&) = delete;

 private:
  int threads_before_;
};

}  // namespace heed::infer
