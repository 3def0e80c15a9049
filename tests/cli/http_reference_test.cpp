#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "cli/run_heed.h"

namespace heed {
namespace {

using testing::HasSubstr;

TEST(HttpReference, the_reference_in_the_documentation_is_that_of_the_routes) {
  const std::string document = read_file(HEED_SOURCE_DIR "/docs/http.md");
  const std::string reference = test::run_heed({"serve", "--http-reference"}).output;
  const size_t begin = document.find("\n## POST");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_EQ(document.substr(begin), reference)
      << "heed serve --http-reference has changed: put it into docs/http.md";
}

TEST(HttpReference, describe_lists_every_setting_with_its_help) {
  const std::string output = test::run_heed({"serve", "--describe"}).output;
  for (const char* key :
       {"server.port", "server.max_batch_tokens", "keys.file", "store.url", "models.aliases"})
    EXPECT_THAT(output, HasSubstr(key));
}

}  // namespace
}  // namespace heed
