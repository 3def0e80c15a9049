#pragma once

#include <string>
#include <string_view>

// Mail's own ways of writing text.
namespace heed::apps::digest {

// `bytes` in `charset` as UTF-8; what is broken, and all of a charset that ICU does not know, as U+FFFD where
// it is not ASCII.
std::string to_utf8(std::string_view bytes, const std::string& charset);

// Characters outside of the alphabet are passed over; what is cut gives the whole bytes before.
std::string decode_base64(std::string_view text);
// `is_header`: an underscore is a space (RFC 2047). A broken "=XY" stays as it is.
std::string decode_quoted_printable(std::string_view text, bool is_header = false);

// "=?UTF-8?B?5Lit?=" and the like in a header's value, resolved (RFC 2047).
std::string decode_header(std::string_view value);

}  // namespace heed::apps::digest
