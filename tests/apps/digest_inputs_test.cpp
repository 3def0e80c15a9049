#include <gmock/gmock.h>

#include "apps/digest/inputs.h"
#include "apps/digest/mail_text.h"
#include "apps/digest/mbox.h"
#include "apps/digest/opml.h"
#include "base/error.h"
#include "base/files.h"
#include "infer/tiny_model.h"

namespace heed::apps::digest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kNow = int64_t{1'583'755'200} * 1'000'000;  // 2020-03-09T12:00:00Z

std::string refusal(const std::string& bytes) {
  Inputs inputs;
  try {
    read_input(bytes, "in", kNow, inputs);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Inputs read(const std::string& bytes) {
  Inputs inputs;
  read_input(bytes, "in", kNow, inputs);
  tell_apart(inputs.items);
  return inputs;
}

const std::string kMail =
    "From ann@x Mon Mar  9 11:00:00 2020\nFrom: =?UTF-8?B?5a6J?= <ann@x>\nSubject: =?utf-8?Q?Oil_prices?=\n"
    " =?utf-8?Q?_fall?=\nDate: Mon, 09 Mar 2020 11:00:00 +0000\nMessage-ID: <1@x>\n\nPlain text.\n\n"
    "From bob@x Mon Mar  9 11:30:00 2020\nFrom: Bob\nSubject: Two parts\nMIME-Version: 1.0\n"
    "Content-Type: multipart/alternative; boundary=\"B\"\n\nfor old readers\n--B\n"
    "Content-Type: text/html; charset=utf-8\n\n<p>not <b>this</b></p>\n--B\n"
    "Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: base64\n\nucnK0LTztfg=\n--B--\n";

TEST(DigestInputs, reads_mail_with_its_encodings_and_parts) {
  const Inputs inputs = read(kMail);
  ASSERT_EQ(inputs.items.size(), 2U);
  EXPECT_TRUE(inputs.problems.empty());
  EXPECT_EQ(inputs.items[0].title, "Oil prices fall");
  EXPECT_EQ(inputs.items[0].author, "安 <ann@x>");
  EXPECT_EQ(inputs.items[0].text, "Plain text.");
  EXPECT_EQ(inputs.items[0].ts_us, kNow - int64_t{3600} * 1'000'000);
  EXPECT_EQ(inputs.items[1].text, "股市大跌");
}

TEST(DigestInputs, mail_cut_anywhere_gives_what_is_whole_and_says_what_is_not) {
  const size_t second = kMail.find("From bob");
  for (size_t size = second + 6; size < kMail.size() - 1; ++size) {
    const Inputs inputs = read(kMail.substr(0, size));
    ASSERT_GE(inputs.items.size(), 1U) << size;
    EXPECT_EQ(inputs.items[0].text, "Plain text.") << size;
    if (size + 7 < kMail.size()) {
      ASSERT_EQ(inputs.problems.size(), 1U) << size;
      EXPECT_THAT(inputs.problems[0], HasSubstr("message 2")) << size;
    }
  }
}

TEST(DigestInputs, mail_text_is_decoded) {
  EXPECT_EQ(decode_base64("5Lit5pa"), std::string("中\xE6\x96", 5));
  EXPECT_EQ(decode_quoted_printable("a=E4=BD=A0=\r\nb=ZZ"), "a你b=ZZ");
  EXPECT_EQ(decode_header("=?gb2312?B?1tA=?= =?gb2312?B?zsQ=?= x =?bad"), "中文 x =?bad");
  EXPECT_EQ(to_utf8("\xE9t\xE9", "iso-8859-1"), "été");
  EXPECT_EQ(to_utf8("a\xE9", "no-such-charset"), "a\xEF\xBF\xBD");
}

TEST(DigestInputs, reads_lists_of_feeds_each_once) {
  EXPECT_THAT(
      parse_opml("<opml version=\"2.0\"><body><outline text=\"新闻\"><outline xmlUrl=\"http://a/1\"/>"
                 "<outline xmlUrl=\"b.xml\"/><outline xmlUrl=\"http://a/1\"/></outline></body></opml>"),
      ElementsAre("http://a/1", "b.xml"));
  EXPECT_THROW(parse_opml("<rss/>"), Error);
}

TEST(DigestInputs, a_list_names_files_beside_it_and_nothing_else) {
  const test::ScratchFolder folder;
  write_file_atomically(folder / "b.xml", "<rss><channel><item><title>Beside</title></item></channel></rss>");
  write_file_atomically(folder / "list.opml",
                        "<opml><body><outline xmlUrl=\"b.xml\"/><outline xmlUrl=\"/etc/passwd\"/>"
                        "<outline xmlUrl=\"../x\"/><outline xmlUrl=\"http://10.0.0.1/\"/></body></opml>");
  const Inputs inputs = read_inputs({(folder / "list.opml").string()}, kNow);
  ASSERT_EQ(inputs.items.size(), 1U);
  EXPECT_EQ(inputs.items[0].title, "Beside");
  ASSERT_EQ(inputs.problems.size(), 1U);
  EXPECT_THAT(inputs.problems[0], HasSubstr("3 of its feeds are not asked"));
}

TEST(DigestInputs, a_page_of_html_is_refused_with_the_cure) {
  EXPECT_THAT(refusal("\n <!DOCTYPE html><html><body>news</body></html>"), HasSubstr("an HTML page"));
  EXPECT_THAT(refusal("plain words"), HasSubstr("expected RSS, Atom, OPML"));
  EXPECT_THAT(refusal("{\"title\": 5.5}"), HasSubstr("in:1: field 'title'"));
  EXPECT_THAT(refusal("{\"source\": \"x\"}"), HasSubstr("a title or a text"));
  EXPECT_THAT(refusal("{\"title\": \"x\", \"ts\": \"soon\"}"), HasSubstr("field 'ts'"));
}

TEST(DigestInputs, tomorrow_is_not_believed) {
  const Inputs inputs = read(
      "{\"title\": \"from tomorrow\", \"ts\": \"2020-03-10T12:00:00Z\"}\n"
      "{\"title\": \"昨天\", \"ts\": \"2020-03-08T12:00:00Z\", \"url\": \"javascript:alert(1)\"}\n");
  ASSERT_EQ(inputs.items.size(), 2U);
  EXPECT_EQ(inputs.items[0].ts_us, kNow);
  EXPECT_LT(inputs.items[1].ts_us, kNow);
  EXPECT_EQ(inputs.items[1].url, "");
}

TEST(DigestInputs, one_id_for_all_items_does_not_make_them_one) {
  const Inputs inputs = read(
      "<rss><channel><item><guid>1</guid><title>One</title></item><item><guid>1</guid><title>Two</title></"
      "item>"
      "<item><guid>1</guid><title>One</title></item></channel></rss>");
  ASSERT_EQ(inputs.items.size(), 3U);
  EXPECT_NE(inputs.items[0].id, inputs.items[1].id);
  EXPECT_EQ(inputs.items[0].id, inputs.items[2].id);
}

}  // namespace
}  // namespace heed::apps::digest
