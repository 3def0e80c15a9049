#include "serve/url.h"

#include <gtest/gtest.h>

using namespace heed::serve;

namespace {

using Parameters = std::map<std::string, std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST(Url, percent_signs_are_decoded_or_refused) {
  EXPECT_EQ(percent_decode("a%20b%2Fc"), "a b/c");
  EXPECT_EQ(percent_decode("%E9%93%B6"), "银");
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode(std::string_view("a\0b", 3)), std::nullopt);
  for (const std::string_view broken : {"%", "a%2", "%zz", "%2", "%-1", "%+1", "% 1", "%00", "%0x"})
    EXPECT_EQ(percent_decode(broken), std::nullopt) << broken;
}

TEST(Url, a_path_is_matched_part_by_part) {
  Parameters found;
  EXPECT_TRUE(match_path("/v1/models/{model}/versions/{version}", "/v1/models/%E9%93%B6/versions/3", found));
  EXPECT_EQ(found, (Parameters{{"model", "银"}, {"version", "3"}}));
  for (const std::string_view path :
       {"/v1/models", "/v1/models/", "/v1/models/a/", "/v1/models/..", "/v1/models/%2e", "/v1/models/%2E%2e",
        "//v1/models/a", "/V1/models/a", "", "/"}) {
    Parameters none;
    EXPECT_FALSE(match_path("/v1/models/{model}", path, none)) << path;
  }
}

TEST(Url, a_query_is_cut_into_names_and_values) {
  EXPECT_EQ(parse_query("a=1&b=two+words&c&&%E9=%3D=x"),
            (Pairs{{"a", "1"}, {"b", "two words"}, {"c", ""}, {"\xE9", "==x"}}));
  EXPECT_EQ(parse_query(""), Pairs());
  EXPECT_EQ(parse_query("a=%"), std::nullopt);
  EXPECT_EQ(parse_query("%00=a"), std::nullopt);
}

TEST(Url, hosts_and_origins_are_told_apart) {
  EXPECT_EQ(host_of("localhost:8080"), "localhost");
  EXPECT_EQ(host_of("[::1]:80"), "[::1]");
  EXPECT_EQ(host_of("[::1]"), "[::1]");
  EXPECT_EQ(authority_of("http://localhost:8080"), "localhost:8080");
  EXPECT_TRUE(is_address("127.0.0.1"));
  EXPECT_TRUE(is_address("[fe80::1]"));
  for (const std::string_view name : {"localhost", "1.2.3.4.example", "1.2.3", "a.b.c.d", ""})
    EXPECT_FALSE(is_address(name)) << name;
}
