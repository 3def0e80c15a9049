#pragma once

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

// `statement` throws invalid_argument and says `part`.
#define EXPECT_REFUSED(statement, part)                                 \
  try {                                                                 \
    statement;                                                          \
    FAIL() << "expected a refusal that says: " << (part);               \
  } catch (const heed::Error& error) {                                  \
    EXPECT_EQ(error.code(), heed::ErrorCode::invalid_argument);         \
    EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr(part)); \
  }
