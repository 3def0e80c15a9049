#pragma once

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

// Runs `action`, which must throw heed::Error with `code` and each of `parts` in its one-line message.
template <class Action>
void expect_error(heed::ErrorCode code, const std::vector<std::string>& parts, const Action& action) {
  try {
    action();
    FAIL() << "expected an error, found none";
  } catch (const heed::Error& error) {
    EXPECT_EQ(heed::error_info(error.code()).name, heed::error_info(code).name) << error.what();
    for (const std::string& part : parts) EXPECT_THAT(error.what(), testing::HasSubstr(part));
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
  }
}
