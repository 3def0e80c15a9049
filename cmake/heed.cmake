# What every target of the project shares, and the functions that declare one.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness lets precompiled headers be cached too.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter -fno-omit-frame-pointer)
if(CCACHE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Boost 1.74 looks for the coroutines that clang had before the standard's.
  add_compile_definitions(BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_HAS_STD_COROUTINE)
endif()
if(HEED_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(HEED_SANITIZE)
  add_compile_options(-fsanitize=${HEED_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEED_SANITIZE})
endif()

# heed_library(NAME USES folder... LINKS target...)
#   A static library heed_NAME of src/NAME/**.cpp. USES are folders of ours, exactly those that
#   scripts/check_layers.py allows; LINKS are outside libraries.
function(heed_library name)
  cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  if(sources)
    add_library(heed_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(heed_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(heed_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM ARG_USES PREPEND heed_)
  target_link_libraries(heed_${name} ${scope} ${ARG_USES} ${ARG_LINKS})
endfunction()

# heed_tests(NAME [LINKS target...])
#   One program NAME_test of tests/NAME/*.cpp, each of its tests known to ctest apart.
#   A test whose suite begins with Slow carries the label "slow" in place of its folder's.
function(heed_tests name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  if(TARGET heed_${name})
    target_link_libraries(${name}_test PRIVATE heed_${name})
  endif()
  target_link_libraries(${name}_test PRIVATE ${ARG_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name}_test PRIVATE HEED_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             HEED_PROGRAMS="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  set(known DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60)
  gtest_discover_tests(${name}_test ${known} TEST_FILTER -Slow* TEST_LIST ${name}_tests
                       PROPERTIES LABELS ${name} TIMEOUT 300)
  gtest_discover_tests(${name}_test ${known} TEST_FILTER Slow* TEST_LIST ${name}_slow_tests
                       PROPERTIES LABELS slow TIMEOUT 1800)
endfunction()
