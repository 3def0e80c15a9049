#include "base/module.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"

namespace heed {
namespace {

TEST(Module, that_is_not_there_is_an_error_with_the_folders_and_the_cure) {
  expect_error(ErrorCode::not_found, {"libheed_absent.so: expected it in " HEED_PROGRAMS},
               [] { open_module({.file = "libheed_absent.so", .entry = "entry", .rival = ""}); });
}

TEST(Module, without_the_entry_is_another_library) {
  expect_error(ErrorCode::corrupt_data, {"libheed_sentencepiece.so: expected Heed's module"},
               [] { open_module({.file = "libheed_sentencepiece.so", .entry = "nothing", .rival = ""}); });
}

TEST(Module, gives_its_entry) {
  EXPECT_NE(open_module({.file = "libheed_sentencepiece.so", .entry = "heed_piece_library", .rival = ""}),
            nullptr);
}

}  // namespace
}  // namespace heed
