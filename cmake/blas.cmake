# Which BLAS LibTorch runs on. Debian's preferred OpenBLAS brings its own threads, which fight with LibTorch's OpenMP
# team: half the speed on two cores. The OpenMP build stands in a folder of its own; a DT_RPATH (a RUNPATH would not
# reach libtorch_cpu's own dependencies) makes programs find it there, whatever the system's alternatives say.
function(heed_use_openmp_blas target)
  find_library(HEED_OPENMP_BLAS libblas.so.3 PATH_SUFFIXES openblas-openmp)
  get_filename_component(folder "${HEED_OPENMP_BLAS}" DIRECTORY)
  if(folder MATCHES "openblas-openmp$")
    target_link_options(${target} INTERFACE LINKER:--disable-new-dtags,-rpath,${folder})
  else()
    message(STATUS "libopenblas0-openmp is not installed: training runs on the system's BLAS, possibly at half speed")
  endif()
endfunction()
