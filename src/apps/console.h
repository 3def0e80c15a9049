#pragma once

#include <string>
#include <string_view>

// What commands print with. Results go to standard output; reports for a person go to standard error.
namespace heed::apps {

// Writes to standard output; throws io where it cannot (a full disk).
void print(std::string_view text);
void flush_output();

// Writes to standard error, for a person to read.
void print_report(std::string_view text);

// True where a person looks at standard output: colours are for them alone. NO_COLOR=1 turns colours off.
bool output_is_terminal();

// `text` in bold, or dimmed, where standard output is a terminal; else unchanged.
std::string bold(std::string_view text);
std::string dim(std::string_view text);

// A number with this many decimals, whatever the locale.
std::string fixed(double value, int decimals);

}  // namespace heed::apps
