#pragma once

// Before a function of plain loops: the compiler turns them into vector code for each instruction set, and
// the loader picks one at start. Sanitizers run before the picking and so get the plain build.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__clang__)
#define HEED_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#else
#define HEED_VECTOR_CLONES
#endif
