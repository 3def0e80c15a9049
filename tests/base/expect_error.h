#pragma once

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

// What the heed::Error says that `action` throws; "no error" where it throws none.
template <class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const heed::Error& error) {
    return error.what();
  }
  return "no error";
}

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
