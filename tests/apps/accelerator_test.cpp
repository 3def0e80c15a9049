#include "apps/translate/accelerator.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace heed::apps;

TEST(Accelerator, is_taken_out_with_its_key) {
  const auto gtk = take_accelerator("Save _As", '_');
  ASSERT_TRUE(gtk);
  EXPECT_EQ(gtk->plain, "Save As");
  EXPECT_EQ(gtk->key, 'A');
  EXPECT_EQ(take_accelerator("E_xit", '_')->plain, "Exit");
  EXPECT_EQ(take_accelerator("F~older name", '~')->key, 'o');
  EXPECT_EQ(take_accelerator("&Open", '&')->plain, "Open");
}

TEST(Accelerator, is_not_seen_in_names_and_entities) {
  EXPECT_FALSE(take_accelerator("max_length", '_'));
  EXPECT_FALSE(take_accelerator("a _b _c", '_'));
  EXPECT_FALSE(take_accelerator("AT&T", '&'));
  EXPECT_FALSE(take_accelerator("Fish &amp; chips", '&'));
  EXPECT_FALSE(take_accelerator("Save & quit", '&'));
  EXPECT_FALSE(take_accelerator("_File", 0));
}

TEST(Accelerator, stands_in_brackets_after_chinese) {
  EXPECT_EQ(put_accelerator("文件", '_', 'F'), "文件(_F)");
  EXPECT_EQ(put_accelerator("文件夹名称", '~', 'o'), "文件夹名称(~O)");
  EXPECT_EQ(put_accelerator("100%", '&', 'z'), "&100%");
  EXPECT_EQ(put_accelerator("…", '&', 'z'), "…(&Z)");
}

TEST(Accelerator, stands_before_the_same_letter_in_alphabets) {
  EXPECT_EQ(put_accelerator("Speichern als", '_', 'A'), "Speichern _als");
  EXPECT_EQ(put_accelerator("Beenden", '_', 'x'), "_Beenden");
  EXPECT_EQ(put_accelerator("Öffnen", '~', 'O'), "~Öffnen");
  EXPECT_EQ(put_accelerator("Файл", '&', 'F'), "&Файл");
}

TEST(Accelerator, never_breaks_a_placeholder) {
  EXPECT_EQ(put_accelerator("%s löschen", '_', 's'), "%s lö_schen");
  EXPECT_EQ(put_accelerator("{size} Byte", '&', 's'), "{size} &Byte");
}

TEST(Accelerator, that_the_model_wrote_is_removed) {
  EXPECT_EQ(remove_accelerators("文件(~F)", "File", '~'), "文件");
  EXPECT_EQ(remove_accelerators("文件(_F)", "File", '~'), "文件");
  EXPECT_EQ(remove_accelerators("~Datei", "File", '~'), "Datei");
  EXPECT_EQ(remove_accelerators("约 ~ 5", "about 5", '~'), "约 ~ 5");
  EXPECT_EQ(remove_accelerators("文件_名(_F)", "file_name", '_'), "文件_名(_F)");
}

TEST(AcceleratorMarker, is_the_one_that_most_messages_use) {
  const std::vector<std::string> gtk = {"_File", "_Edit", "R&D", "~x", "max_length"};
  EXPECT_EQ(detect_accelerator_marker(gtk), '_');
  const std::vector<std::string> office = {"~File", "Pa~ges:", "Save ~As"};
  EXPECT_EQ(detect_accelerator_marker(office), '~');
  const std::vector<std::string> none = {"file_name", "AT&T", "文件"};
  EXPECT_EQ(detect_accelerator_marker(none), 0);
}
