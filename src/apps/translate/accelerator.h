#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace heed::apps {

// The letter that a keyboard shortcut of a menu or a button is made of stands after a marker: "_File" in GTK,
// "~File" in LibreOffice,
// "&File" in Qt. A file uses one marker; 0 stands for none.

// The marker that most messages use at the beginning of a word, exactly once; 0 where no message does.
char detect_accelerator_marker(std::span<const std::string> messages);

struct Accelerator {
  std::string plain;  // the message without the marker
  char key = 0;       // the letter or digit after it, as it stands there
};

// Nothing where the message has no marker before a letter or digit, or more than one.
std::optional<Accelerator> take_accelerator(std::string_view message, char marker);

// Puts it into a translation: where that is Chinese, Japanese or Korean, or lacks letters, as " (_F)" is
// written there ("文件(_F)"); else before the same letter, at the beginning of a word where possible; else
// before the first letter.
std::string put_accelerator(std::string_view translation, char marker, char key);

// The translation without accelerators that the model wrote itself: those in brackets of any kind
// ("文件(~F)"), those of `marker` before a letter ("~Datei"). A character that stands in `source` too is left
// alone.
std::string remove_accelerators(std::string_view translation, std::string_view source, char marker);

}  // namespace heed::apps
