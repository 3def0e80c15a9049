#include "infer/single_thread.h"

// Of the OpenMP standard's interface; <omp.h> is the compiler's and need not match the run time that oneDNN
// loads.
extern "C" {
int omp_get_max_threads();
void omp_set_num_threads(int threads);
}

namespace heed::infer {

SingleThread::SingleThread() : threads_before_(omp_get_max_threads()) { omp_set_num_threads(1); }
SingleThread::~SingleThread() { omp_set_num_threads(threads_before_); }

}  // namespace heed::infer
